import { Segmented, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Campaign, Candidate } from '@/client/types'
import { Link } from '@/shell/router'
import { useDebounced } from '@/ui/debounce'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

/** Everyone considered, with the outcome and its reason: 为什么没有她. */
export function Candidates({ campaign }: { campaign: Campaign }) {
  const { t, i18n } = useTranslation()
  const [arm, setArm] = useState<string>('treated')
  const [customer, setCustomer] = useState<string | undefined>()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/customers', { query: { q, limit: 10 }, enabled: q.length >= 2, keep: true })
  const pages = usePages('/v1/campaigns/{id}/candidates', {
    id: campaign.id,
    query: customer ? { customer } : { arm },
    keep: true,
  })
  const counts = campaign.counts ?? {}
  const label = (name: string, of: number | undefined) => `${t(`campaign.${name}`)} ${of ?? ''}`
  return (
    <Panel title={t('campaign.why_not')}>
      <div className="row between filters">
        <Segmented
          value={arm}
          disabled={customer !== undefined}
          onChange={setArm}
          options={[
            { value: 'treated', label: label('treated', counts.treated) },
            { value: 'holdout', label: label('held_out', counts.held_out) },
            { value: 'excluded', label: label('excluded', counts.excluded) },
          ]}
        />
        <Select
          allowClear
          showSearch={{ filterOption: false, onSearch: setWords }}
          className="why-not"
          placeholder={t('campaign.why_not_hint')}
          value={customer}
          onChange={setCustomer}
          options={found.data?.items.map((row) => ({
            value: row.id,
            label: `${row.name ?? `#${row.ordinal}`} · ${row.phone ?? ''}`,
          }))}
        />
      </div>
      <PagedTable<Candidate>
        pages={pages}
        rowKey={(one) => one.customer.id}
        size="small"
        empty={<Nothing title={t(customer ? 'campaign.never_considered' : 'campaign.nobody')} />}
        columns={[
          {
            title: t('opportunity.customer'),
            render: (_, one) => <Link to={`/customers/${one.customer.id}`}>{one.customer.name ?? '–'}</Link>,
          },
          { title: t('campaign.arm'), render: (_, one) => t(`campaign.arm_${one.arm}`) },
          {
            title: t('campaign.reason'),
            render: (_, one) =>
              (i18n.language === 'en' ? one.reason_en : one.reason_zh) ??
              (one.reason ? t(`campaign.reason_${one.reason}`, { defaultValue: one.reason }) : '–'),
          },
          { title: t('opportunity.associate'), render: (_, one) => one.staff?.name ?? '–' },
          { title: t('campaign.decided'), render: (_, one) => <Ago at={one.at} /> },
        ]}
      />
    </Panel>
  )
}
