export default function DataPage(_: { id?: string | null; tab?: string }) { return null }
