export default function StartPage(_: { id?: string | null; tab?: string }) { return null }
