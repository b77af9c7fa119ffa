import { useTranslation } from 'react-i18next'

interface Said {
  zh: string
  en: string
}

/** What somebody wrote as a sentence, and what of it is probably not meant. */
export function Reading({
  sentence,
  warnings,
}: {
  sentence: Said
  warnings: (Said & { code: string })[]
}) {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  return (
    <>
      <p className="reading">{isEnglish ? sentence.en : sentence.zh}</p>
      {warnings.length > 0 && (
        <ul className="warned">
          {warnings.map((one) => (
            <li key={one.code}>⚠ {isEnglish ? one.en : one.zh}</li>
          ))}
        </ul>
      )}
    </>
  )
}
