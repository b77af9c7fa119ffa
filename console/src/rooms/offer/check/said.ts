import { useTranslation } from 'react-i18next'

/** A sentence in the language of the page. */
export function useSaid() {
  const { i18n } = useTranslation()
  return (sentence: { zh: string; en: string }) =>
    i18n.language === 'en' ? sentence.en : sentence.zh
}
