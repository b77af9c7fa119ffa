import { Skeleton } from 'antd'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Reads } from '@/client/reads'
import { count, yuan } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { amountOf } from './amounts'

const Chart = lazy(() => import('@/ui/chart'))
const colours = ['#12706a', '#d97a33', '#6fb0a8', '#c9a25e', '#7d8fb3', '#b5838d']

type OfAsset = Reads['/v1/ledger/liability'][number]
type OfCoupons = Reads['/v1/coupons/liability']

/** What is owed to customers, by the month in which it ends. */
export function Liability() {
  const { t } = useTranslation()
  const assets = useRead('/v1/ledger/liability')
  const coupons = useRead('/v1/coupons/liability')
  return (
    <div className="stack">
      <p className="quiet">{t('ledger.liability_hint')}</p>
      <Answer of={assets} rows={6}>
        {(items) => (
          <div className="cols-2 liability">
            {[...items].sort(byUse).map((one) => (
              <AssetPanel key={one.asset} one={one} />
            ))}
            <Answer of={coupons} rows={6}>
              {(rows) => <CouponsPanel rows={rows} />}
            </Answer>
          </div>
        )}
      </Answer>
    </div>
  )
}

function byUse(one: OfAsset, other: OfAsset): number {
  const order = ['points', 'principal', 'bonus']
  return order.indexOf(one.asset) - order.indexOf(other.asset)
}

function AssetPanel({ one }: { one: OfAsset }) {
  const { t } = useTranslation()
  const isMoney = one.asset !== 'points'
  const shown = useMemo(
    () =>
      stacked(
        one.months.map((month) => month.month ?? t('ledger.never')),
        [{ name: t(`ledger.asset_${one.asset}`), values: one.months.map((each) => each.amount) }],
        (value) => (isMoney ? yuan(value) : count(value)),
      ),
    [one, isMoney, t],
  )
  return (
    <Panel
      title={t(`ledger.asset_${one.asset}`)}
      extra={<b className="num">{amountOf(one.asset, one.total)}</b>}
    >
      {one.months.length === 0 ? (
        <Nothing title={t('ledger.nothing_owed')} />
      ) : (
        <Drawn of={shown} />
      )}
      {one.owed_by_customers > 0 && (
        <p className="quiet num">
          {t('ledger.owed_by_customers', { amount: amountOf(one.asset, one.owed_by_customers) })}
        </p>
      )}
    </Panel>
  )
}

function CouponsPanel({ rows }: { rows: OfCoupons }) {
  const { t } = useTranslation()
  const faces = rows.reduce((sum, row) => sum + (row.face_fen ?? 0), 0)
  const option = useMemo(() => {
    const months = [...new Set(rows.map((row) => row.month))].sort()
    const templates = new Map(rows.map((row) => [row.template_id, row.template_name]))
    return stacked(
      months,
      [...templates].map(([id, name]) => ({
        name,
        values: months.map((month) =>
          rows
            .filter((row) => row.template_id === id && row.month === month)
            .reduce((sum, row) => sum + row.count, 0),
        ),
      })),
      count,
    )
  }, [rows])
  return (
    <Panel
      title={t('ledger.asset_coupon')}
      extra={
        <span className="num">
          <b>{t('ledger.sheets', { count: rows.reduce((sum, row) => sum + row.count, 0) })}</b>{' '}
          <small className="quiet">{t('ledger.faces', { amount: yuan(faces) })}</small>
        </span>
      }
    >
      {rows.length === 0 ? <Nothing title={t('ledger.nothing_owed')} /> : <Drawn of={option} />}
    </Panel>
  )
}

function Drawn({ of }: { of: ReturnType<typeof stacked> }) {
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 220 }} />}>
      <Chart option={of} height={220} />
    </Suspense>
  )
}

/** Columns by month, a colour for each series. */
function stacked(
  months: string[],
  series: { name: string; values: number[] }[],
  word: (value: number) => string,
) {
  return {
    grid: { left: 74, right: 12, top: series.length > 1 ? 34 : 14, bottom: 26 },
    legend: series.length > 1 ? { top: 0, icon: 'roundRect', itemWidth: 10 } : undefined,
    color: colours,
    tooltip: { trigger: 'axis' as const, valueFormatter: (value: unknown) => word(Number(value)) },
    xAxis: {
      type: 'category' as const,
      data: months,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#dcd9d0' } },
      axisLabel: { color: '#6d7a78' },
    },
    yAxis: {
      type: 'value' as const,
      minInterval: 1,
      splitLine: { lineStyle: { color: '#f0eee8' } },
      axisLabel: { color: '#6d7a78', formatter: (value: number) => word(value).replace('.00', '') },
    },
    series: series.map((one) => ({
      type: 'bar' as const,
      stack: 'all',
      name: one.name,
      data: one.values,
      barMaxWidth: 36,
    })),
  }
}
