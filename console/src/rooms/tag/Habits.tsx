import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Panel } from '@/ui/page'

/** What a customer does clearly more than others; nothing when there is nothing to say. */
export function Habits({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const habits = useRead('/v1/customers/{customer_id}/tag-evidence', { id: customer })
  const items = habits.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t('tag.habits')}>
      <ul className="plain stack">
        {items.map((one) => (
          <li key={`${one.kind}:${one.value}`}>
            <Tag>{isEnglish ? one.tag_en : one.tag_zh}</Tag>
            <small className="quiet num">
              {t('tag.confidence', { percent: (one.confidence_bp / 100).toFixed(0) })}
            </small>
            <div className="quiet">{isEnglish ? one.evidence_en : one.evidence_zh}</div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
