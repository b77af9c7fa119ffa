export default function CampaignPage(_: { id?: string | null; tab?: string }) { return null }
