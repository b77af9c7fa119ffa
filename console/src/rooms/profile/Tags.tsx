import { PlusOutlined } from '@ant-design/icons'
import { Input, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { useMay } from '@/shell/session'
import { Panel } from '@/ui/page'
import { TagName } from '@/ui/tag'

export function Tags({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('customer.edit') && customer.state === 'live'
  const [isAdding, setAdding] = useState(false)
  const write = useWrite(['/v1/customers/{customer_id}', '/v1/customers'])
  const change = (body: { add?: string[]; remove?: string[] }) =>
    write.mutate({
      to: 'POST /v1/customers/{customer_id}/tags',
      id: customer.id,
      body,
    })
  return (
    <Panel title={t('profile.tags')}>
      <div className="row">
        {customer.tags.map(({ name: tag }) => (
          <Tag
            key={tag}
            closable={mayEdit && !tag.startsWith('source:')}
            onClose={(event) => {
              event.preventDefault()
              change({ remove: [tag] })
            }}
          >
            <TagName name={tag} />
          </Tag>
        ))}
        {customer.tags.length === 0 && !isAdding && (
          <span className="quiet">{t('profile.no_tags')}</span>
        )}
        {mayEdit &&
          (isAdding ? (
            <Input
              autoFocus
              size="small"
              className="tag-input"
              maxLength={20}
              onPressEnter={(event) => {
                const tag = event.currentTarget.value.trim()
                if (tag) change({ add: [tag] })
                setAdding(false)
              }}
              onBlur={() => setAdding(false)}
            />
          ) : (
            <Tag className="tag-add" onClick={() => setAdding(true)}>
              <PlusOutlined /> {t('profile.add_tag')}
            </Tag>
          ))}
      </div>
      <Traits traits={customer.traits} />
    </Panel>
  )
}

/** What other panels of the page show in words: purchases' habits, the tier, points and money. */
const shownElsewhere = ['tendency', 'tier', 'points', 'points_expiring', 'stored_fen']

function told(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join('、')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function Traits({ traits }: { traits: Record<string, unknown> }) {
  const { t } = useTranslation()
  const rows = Object.entries(traits).filter(([name]) => !shownElsewhere.includes(name))
  if (rows.length === 0) return null
  return (
    <dl className="traits">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt className="quiet">{t(`profile.trait_${name}`, { defaultValue: name })}</dt>
          <dd>{told(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
