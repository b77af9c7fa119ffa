import zhCN from './locales/zh-CN.json'

export type Words = typeof zhCN
export type Key = keyof Words

const KEPT = 'huitou.language'

function chosen(): string {
  const asked = new URLSearchParams(window.location.search).get('lang')
  if (asked) window.localStorage.setItem(KEPT, asked.startsWith('en') ? 'en' : 'zh-CN')
  return window.localStorage.getItem(KEPT) ?? navigator.language
}

/** The page speaks one language from load to load. */
export const isEnglish = !chosen().startsWith('zh')
export const locale = isEnglish ? 'en-GB' : 'zh-CN'

let words: Words = zhCN

/** Chinese is in the bundle; English is fetched by those who read it. */
export async function loadWords(): Promise<void> {
  if (isEnglish) words = (await import('./locales/en.json')).default
  document.documentElement.lang = isEnglish ? 'en' : 'zh-CN'
  document.title = words['app.title']
}

export function speak(language: 'zh-CN' | 'en'): void {
  window.localStorage.setItem(KEPT, language)
  window.location.search = ''
}

const PLACE = /\{(\w+)(?: ([^|{}]+)\|([^{}]+))?\}/g

/** A phrase with its `{places}` filled; `{n day|days}` is a number with what it counts, of one and of many. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return words[key].replace(PLACE, (whole, name: string, one?: string, many?: string) => {
    const value = values[name]
    if (value === undefined) return whole
    if (one === undefined) return String(value)
    return `${value} ${Number(value) === 1 ? one : many}`
  })
}

/** Of two languages that came with the data, ours. */
export function ours(zh: string | null, en: string | null): string {
  return (isEnglish ? (en ?? zh) : (zh ?? en)) ?? ''
}
