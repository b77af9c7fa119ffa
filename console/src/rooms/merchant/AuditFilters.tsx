import { Select, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { AuditLine, AuditVerb } from '@/client/types'
import { Between, Choice, Clear } from '@/shell/filters'
import { useFilters } from '@/shell/router'

export const FILTERS = ['who', 'verb', 'subject', 'since', 'until']

/** Who, what, when; and the one thing that is looked at (`about`: a line that names it), until it is let go. */
export function AuditFilters({ about }: { about: AuditLine | undefined }) {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const staff = useRead('/v1/staff')
  const subject = get('subject')
  return (
    <div className="filters">
      <Choice
        name="who"
        label={t('merchant.any_who')}
        options={
          staff.data && [
            { value: 'system', label: t('merchant.by_system') },
            { value: 'key', label: t('merchant.by_key') },
            { value: 'customer', label: t('merchant.by_customer') },
            ...staff.data.items.map((one) => ({ value: `staff:${one.id}`, label: one.name })),
          ]
        }
      />
      <Verbs />
      <Between from={t('merchant.audit_from')} />
      {subject && (
        <Tag closable onClose={() => set({ subject: undefined })}>
          {t('merchant.only', {
            what: about ? [about.thing, about.name].filter(Boolean).join(' ') : subject,
          })}
        </Tag>
      )}
      <Clear filters={FILTERS} />
    </div>
  )
}

/** Several things that can be done, by what they are about. */
function Verbs() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const verbs = useRead('/v1/audit/verbs')
  const groups = new Map<string, AuditVerb[]>()
  for (const one of verbs.data?.items ?? [])
    groups.set(one.group, [...(groups.get(one.group) ?? []), one])
  return (
    <Select<string[]>
      mode="multiple"
      allowClear
      maxTagCount="responsive"
      className="filter-wide"
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={t('merchant.any_verb')}
      placeholder={t('merchant.any_verb')}
      loading={verbs.isLoading}
      value={get('verb')?.split(',') ?? []}
      onChange={(chosen) => set({ verb: chosen.join(',') || undefined })}
      options={[...groups].map(([label, of]) => ({
        label,
        options: of.map((one) => ({ value: one.verb, label: one.text })),
      }))}
      popupMatchSelectWidth={false}
    />
  )
}
