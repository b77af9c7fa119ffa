export default function CampaignsPage(_: { id?: string | null; tab?: string }) { return null }
