export default function ResultsPage(_: { id?: string | null; tab?: string }) { return null }
