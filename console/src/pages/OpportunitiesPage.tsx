export default function OpportunitiesPage(_: { id?: string | null; tab?: string }) { return null }
