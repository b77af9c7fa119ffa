import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { LiftPanel } from '@/rooms/attribution/LiftPanel'
import { Proof } from '@/rooms/insight/Proof'
import { ResultsTable } from '@/rooms/insight/ResultsTable'
import { LowReviews } from '@/rooms/order/LowReviews'
import { useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead, Panel } from '@/ui/page'

export default function ResultsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [get, set] = useFilters()
  const campaign = get('campaign')
  const campaigns = useRead('/v1/campaigns')
  const units = useRead('/v1/units')
  const unit = get('unit')
  const results = useRead('/v1/results', { query: { campaign, unit }, keep: true })
  return (
    <>
      <PageHead title={t('shell.nav_results')} hint={t('insight.results_hint')} />
      <div className="filters">
        <Select
          allowClear
          className="filter-wide"
          placeholder={t('insight.all_campaigns')}
          value={campaign}
          onChange={(next?: string) => set({ campaign: next })}
          options={campaigns.data?.items
            .filter((one) => one.state !== 'draft')
            .map((one) => ({ value: one.id, label: one.name }))}
        />
        <Select
          allowClear
          className="filter"
          placeholder={t('insight.all_units')}
          value={unit}
          onChange={(next?: string) => set({ unit: next })}
          options={units.data?.items
            .filter((one) => one.kind !== 'headquarters')
            .map((one) => ({ value: one.code, label: one.name }))}
        />
      </div>
      <div className="stack">
        {results.data &&
          (campaign ? (
            <LiftPanel
              campaign={campaign}
              unit={unit}
              creditedFen={results.data.total.amount_fen}
            />
          ) : (
            <Proof
              creditedFen={results.data.total.amount_fen}
              lift={results.data.incremental}
              query={{ unit }}
            />
          ))}
        <Panel>
          <ResultsTable campaign={campaign} unit={unit} />
        </Panel>
        {may('task.manage') && <LowReviews unit={unit} />}
      </div>
    </>
  )
}
