import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { go } from '@/shell/router'
import { Answer } from '@/ui/page'

/** Ready-made rules, one click from the builder. */
export function Templates() {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const templates = useRead('/v1/segments/templates')
  return (
    <Answer of={templates} rows={2}>
      {({ items }) => (
        <div className="templates">
          {items.map((one) => (
            <button
              type="button"
              key={one.key}
              onClick={() => go(`/segments/new?template=${one.key}`)}
            >
              <b>{isEnglish ? one.name_en : one.name}</b>
              <span className="quiet">{isEnglish ? one.meaning_en : one.meaning}</span>
              <small>{t('segment.use_template')} →</small>
            </button>
          ))}
        </div>
      )}
    </Answer>
  )
}
