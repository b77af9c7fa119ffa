export default function SettingsPage(_: { id?: string | null; tab?: string }) { return null }
