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
export function Candidates({ campaign, asked }: { campaign: Campaign; asked?: string }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const [arm, setArm] = useState(asked ? 'excluded' : 'treated')
  const [reason, setReason] = useState(asked)
  const [customer, setCustomer] = useState<string | undefined>()
  const progress = useRead('/v1/campaigns/{campaign_id}/progress', { id: campaign.id })
  const staff = useRead('/v1/staff')
  const names = new Map(staff.data?.items.map((one) => [one.id, one.name]))
  const pages = usePages('/v1/campaigns/{campaign_id}/candidates', {
    id: campaign.id,
    query: customer ? { customer } : { arm, reason: arm === 'excluded' ? reason : undefined },
    keep: true,
  })
  const { counts } = campaign
  return (
    <Panel title={t('campaign.why_not')}>
      <div className="row between filters">
        <div className="row">
          <Segmented
            value={arm}
            disabled={customer !== undefined}
            onChange={setArm}
            options={[
              { value: 'treated', label: `${t('campaign.treated')} ${counts.treated}` },
              { value: 'holdout', label: `${t('campaign.held_out')} ${counts.holdout}` },
              { value: 'excluded', label: `${t('campaign.excluded')} ${counts.excluded}` },
            ]}
          />
          {arm === 'excluded' && (
            <Select
              allowClear
              className="filter"
              placeholder={t('campaign.any_reason')}
              value={reason}
              onChange={(next?: string) => setReason(next)}
              options={progress.data?.excluded.map((one) => ({
                value: one.reason,
                label: `${isEnglish ? one.title_en : one.title_zh} ${one.count}`,
              }))}
            />
          )}
        </div>
        <FindCustomer value={customer} change={setCustomer} />
      </div>
      <PagedTable<Candidate>
        pages={pages}
        rowKey="customer_id"
        size="small"
        empty={<Nothing title={t(customer ? 'campaign.never_considered' : 'campaign.nobody')} />}
        columns={[
          {
            title: t('opportunity.customer'),
            render: (_, one) => (
              <Link to={`/customers/${one.customer_id}`}>
                {one.name ?? `#${one.customer_ordinal}`}
              </Link>
            ),
          },
          {
            title: t('campaign.arm'),
            render: (_, one) =>
              one.arm === 'treated' && !one.task_id
                ? t('campaign.arm_fallback')
                : t(`campaign.arm_${one.arm}`),
          },
          {
            title: t('campaign.reason'),
            render: (_, one) => (isEnglish ? one.reason_en : one.reason_zh) ?? '–',
          },
          {
            title: t('opportunity.associate'),
            render: (_, one) =>
              names.get(one.associate_id ?? '') ?? (
                <span className="quiet">{t('profile.nobody')}</span>
              ),
          },
          { title: t('campaign.decided'), render: (_, one) => <Ago at={one.at} /> },
        ]}
      />
    </Panel>
  )
}

function FindCustomer({
  value,
  change,
}: {
  value: string | undefined
  change: (next: string | undefined) => void
}) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/customers', {
    query: { q, limit: 10 },
    enabled: q.length >= 2,
    keep: true,
  })
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      className="why-not"
      placeholder={t('campaign.why_not_hint')}
      value={value}
      onChange={(next?: string) => change(next)}
      options={found.data?.items.map((row) => ({
        value: row.id,
        label: `${row.name ?? `#${row.ordinal}`} · ${row.phone ?? ''}`,
      }))}
    />
  )
}
