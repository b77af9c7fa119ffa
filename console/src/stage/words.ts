import en from './locales/en.json'
import zhCN from './locales/zh-CN.json'

const KEPT = 'huitou.language'
const asked = new URLSearchParams(window.location.search).get('lang')
const chosen = asked ?? window.localStorage.getItem(KEPT) ?? navigator.language

export const isEnglish = !chosen.startsWith('zh')

// The frames are pages of their own on the same origin: they follow.
window.localStorage.setItem(KEPT, isEnglish ? 'en' : 'zh-CN')
document.documentElement.lang = isEnglish ? 'en' : 'zh-CN'

// Typed so that a phrase missing in one language does not compile.
const phrases: typeof zhCN = isEnglish ? en : zhCN
const words: Record<string, string> = phrases

export function t(key: keyof typeof zhCN, values: Record<string, string | number> = {}): string {
  return find(key, values) ?? key
}

/** A phrase that may be missing, for codes that come from the server. */
export function find(key: string, values: Record<string, string | number> = {}): string | null {
  const phrase = words[key]
  if (phrase === undefined) return null
  return phrase.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function speak(language: 'zh-CN' | 'en'): void {
  window.localStorage.setItem(KEPT, language)
  window.location.search = ''
}
