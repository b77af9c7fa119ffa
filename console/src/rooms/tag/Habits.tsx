import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { useMay } from '@/shell/session'
import { More } from '@/ui/more'
import { Panel } from '@/ui/page'

/** Tags of the library, set and taken off by whoever they were sent to. */
export function LibraryTags({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const maySet = useMay()('tag.set') && customer.state === 'live'
  const tags = useRead('/v1/tags', { enabled: maySet })
  const write = useWrite(['/v1/customers/{customer_id}', '/v1/customers', '/v1/tags'])
  const offered = tags.data?.items.filter((one) => one.id && !one.segment_id) ?? []
  if (!maySet || offered.length === 0) return null
  const carried = new Set(customer.tags.map((tag) => tag.name))
  return (
    <Panel title={t('tag.library')}>
      <div className="row">
        {offered.map((one) => (
          <Tag.CheckableTag
            key={one.name}
            checked={carried.has(one.name)}
            onChange={(isOn) =>
              write.mutate({
                to: 'POST /v1/tags/{tag_id}/customers',
                id: one.id ?? '',
                body: isOn ? { add: [customer.id] } : { remove: [customer.id] },
              })
            }
          >
            {one.name}
          </Tag.CheckableTag>
        ))}
      </div>
    </Panel>
  )
}

/** What a customer does clearly more than others; nothing when there is nothing to say. */
export function Habits({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const habits = useRead('/v1/customers/{customer_id}/tag-evidence', { id: customer })
  const items = habits.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t('tag.habits')}>
      <More items={items} most={5}>
        {(shown) => (
          <ul className="plain stack">
            {shown.map((one) => (
              <li key={`${one.kind}:${one.value}`}>
                <Tag>{isEnglish ? one.tag_en : one.tag_zh}</Tag>
                <small className="quiet num">
                  {t('tag.confidence', { percent: Math.floor(one.confidence_bp / 100) })}
                </small>
                <div className="quiet">{isEnglish ? one.evidence_en : one.evidence_zh}</div>
              </li>
            ))}
          </ul>
        )}
      </More>
    </Panel>
  )
}
