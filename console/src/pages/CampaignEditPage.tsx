export default function CampaignEditPage(_: { id?: string | null; tab?: string }) { return null }
