import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { speak } from '@/client/http'
import { zh } from '@/locales/zh-CN'

export type Language = 'zh-CN' | 'en'

const kept = 'huitou.language'

/** Chinese is in the bundle; English is fetched when it is first wanted. */
export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    resources: { 'zh-CN': { translation: zh } },
    interpolation: { escapeValue: false },
  })
  const wanted = window.localStorage.getItem(kept) ?? window.navigator.language
  if (wanted.startsWith('en')) await setLanguage('en')
}

export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en' && !i18next.hasResourceBundle('en', 'translation')) {
    const { en } = await import('@/locales/en')
    i18next.addResourceBundle('en', 'translation', en)
  }
  speak(language)
  document.documentElement.lang = language
  window.localStorage.setItem(kept, language)
  await i18next.changeLanguage(language)
}
