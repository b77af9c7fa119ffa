import { Skeleton, Tabs } from 'antd'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { OfferCheck } from '@/client/types'
import { Count, Figure, Money } from '@/ui/figure'
import { count, percent, yuan } from '@/ui/format'
import { Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Ago } from '@/ui/time'

const Chart = lazy(() => import('@/ui/chart'))

type Told = OfferCheck['replay']
type Bar = Told['bars'][number]
type Unit = Told['units'][number]
type Moved = Told['less'][number]

/** Past orders bought again: in all, how many by how much, by store, and those that change most. */
export function Replay({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const replay = check.replay
  const more = replay.after_fen - replay.before_fen
  const isSample = check.cart_count < check.order_count
  return (
    <Panel
      title={t('check.replay')}
      extra={
        <small className="quiet num">
          {isSample
            ? t('check.sample', { some: count(check.cart_count), all: count(check.order_count) })
            : t('check.whole', { all: count(check.order_count) })}
        </small>
      }
    >
      <div className="figures">
        <Figure
          title={t('check.touched')}
          value={<Count of={replay.touched} />}
          note={t('check.of_orders', {
            share: percent(replay.touched / replay.orders),
            all: count(replay.orders),
          })}
        />
        <Figure
          title={t(more > 0 ? 'check.pay_more' : 'check.pay_less')}
          value={<Money fen={Math.abs(more)} />}
          note={`${yuan(replay.before_fen)} → ${yuan(replay.after_fen)}`}
        />
        <Figure title={t('check.average')} value={<Signed fen={replay.average_fen} />} />
        <Figure
          title={t('check.proven')}
          value={percent(replay.proven / replay.orders)}
          note={
            replay.left_out > 0
              ? t('check.left_out', { count: replay.left_out })
              : t('check.proven_note')
          }
        />
      </div>
      <Histogram bars={replay.bars} />
      <Tabs
        size="small"
        items={[
          { key: 'units', label: t('check.units'), children: <Units units={replay.units} /> },
          ...(replay.less.length > 0
            ? [{ key: 'less', label: t('check.less'), children: <Movers rows={replay.less} /> }]
            : []),
          ...(replay.more.length > 0
            ? [{ key: 'more', label: t('check.more'), children: <Movers rows={replay.more} /> }]
            : []),
        ]}
      />
    </Panel>
  )
}

function Signed({ fen }: { fen: number }) {
  return (
    <span className={fen > 0 ? 'up' : fen < 0 ? 'down' : 'quiet'}>
      {fen > 0 ? '+' : ''}
      {yuan(fen)}
    </span>
  )
}

/** How many orders pay how much more or less. */
function Histogram({ bars }: { bars: Bar[] }) {
  const { t } = useTranslation()
  const option = useMemo(() => {
    const names = bars.map((bar) => nameOf(bar, t))
    return {
      grid: { left: 44, right: 12, top: 26, bottom: 46 },
      tooltip: { trigger: 'item' as const },
      xAxis: {
        type: 'category' as const,
        data: names,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: '#dcd9d0' } },
        axisLabel: { color: '#6d7a78', interval: 0, fontSize: 11, hideOverlap: true },
      },
      yAxis: {
        type: 'value' as const,
        minInterval: 1,
        splitLine: { lineStyle: { color: '#f0eee8' } },
        axisLabel: { color: '#6d7a78' },
      },
      series: [
        {
          type: 'bar' as const,
          barMaxWidth: 46,
          label: {
            show: true,
            position: 'top' as const,
            color: '#6d7a78',
            formatter: (point: { value: number }) => (point.value ? count(point.value) : ''),
          },
          data: bars.map((bar) => ({
            value: bar.orders,
            itemStyle: { color: colourOf(bar), borderRadius: [3, 3, 0, 0] },
          })),
        },
      ],
    }
  }, [bars, t])
  const spoken = bars.map((bar) => `${nameOf(bar, t).replace('\n', ' ')}: ${bar.orders}`).join('; ')
  return (
    <div role="img" aria-label={`${t('check.histogram')}: ${spoken}`}>
      <p className="quiet check-caption">{t('check.histogram')}</p>
      <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 220 }} />}>
        <Chart option={option} height={220} />
      </Suspense>
    </div>
  )
}

function colourOf(bar: Bar): string {
  if (bar.from_fen === 0) return '#cfcabd'
  return (bar.until_fen ?? 1) <= 0 ? '#12706a' : '#d97a33'
}

function nameOf(bar: Bar, t: (key: string) => string): string {
  const { from_fen: from, until_fen: until } = bar
  const whole = (fen: number) => String(Math.round(Math.abs(fen) / 100))
  if (from === 0) return t('check.bar_same')
  const isLess = (until ?? 1) <= 0
  const way = t(isLess ? 'check.bar_less' : 'check.bar_more')
  if (from === null || from === undefined) return `${way}\n>${whole(until ?? 0)}`
  if (until === null || until === undefined) return `${way}\n>${whole(from)}`
  return isLess
    ? `${way}\n${whole(until)}–${whole(from)}`
    : `${way}\n${whole(from)}–${whole(until)}`
}

function Units({ units }: { units: Unit[] }) {
  const { t } = useTranslation()
  const most = Math.max(1, ...units.map((unit) => Math.abs(unit.after_fen - unit.before_fen)))
  return (
    <Rows<Unit>
      size="small"
      rowKey="unit_id"
      dataSource={units}
      pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t('check.unit'), render: (_, unit) => unit.name },
        {
          title: t('check.touched'),
          align: 'right',
          className: 'num',
          render: (_, unit) => `${count(unit.touched)} / ${count(unit.orders)}`,
        },
        {
          title: t('check.before'),
          align: 'right',
          className: 'num',
          render: (_, unit) => yuan(unit.before_fen),
        },
        {
          title: t('check.after'),
          align: 'right',
          className: 'num',
          render: (_, unit) => yuan(unit.after_fen),
        },
        {
          title: t('check.difference'),
          align: 'right',
          className: 'num',
          render: (_, unit) => {
            const more = unit.after_fen - unit.before_fen
            return (
              <span className="check-bar">
                <i
                  className={more > 0 ? 'is-more' : ''}
                  style={{ width: `${(Math.abs(more) / most) * 64}px` }}
                />
                <Signed fen={more} />
              </span>
            )
          },
        },
      ]}
    />
  )
}

function Movers({ rows }: { rows: Moved[] }) {
  const { t } = useTranslation()
  return (
    <Rows<Moved>
      size="small"
      rowKey={(row) => `${row.unit_name} ${row.order_no}`}
      dataSource={rows}
      pagination={false}
      columns={[
        { title: t('check.order'), render: (_, row) => row.order_no },
        { title: t('check.unit'), render: (_, row) => row.unit_name },
        { title: t('check.paid'), render: (_, row) => <Ago at={row.paid_at} /> },
        {
          title: t('check.before'),
          align: 'right',
          className: 'num',
          render: (_, row) => yuan(row.before_fen),
        },
        {
          title: t('check.after'),
          align: 'right',
          className: 'num',
          render: (_, row) => yuan(row.after_fen),
        },
        {
          title: t('check.difference'),
          align: 'right',
          className: 'num',
          render: (_, row) => <Signed fen={row.more_fen} />,
        },
      ]}
    />
  )
}
