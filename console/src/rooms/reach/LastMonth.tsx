import { Skeleton } from 'antd'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicyReplayed } from '@/client/types'
import { count } from '@/ui/format'
import { Nothing } from '@/ui/page'
import { Pieces, StackedBar } from '@/ui/stacked'

const Chart = lazy(() => import('@/ui/chart'))
const fates = ['same', 'later', 'left_out'] as const
const colours = { same: '#12706a', later: '#d9a066', left_out: '#c9c5ba' }
const quiet = '#6d7a78'

/** What the policy would have done to the messages of the last 30 days. */
export function LastMonth({
  replayed,
  isStale,
}: {
  replayed: PolicyReplayed | undefined
  isStale: boolean
}) {
  const { t, i18n } = useTranslation()
  const option = useMemo(
    () => replayed && optionOf(replayed, (fate) => t(`reach.fate_${fate}`)),
    [replayed, t],
  )
  if (!replayed || !option) return <Skeleton active title={false} paragraph={{ rows: 5 }} />
  if (replayed.days.length === 0)
    return <Nothing title={t('reach.none_last_month')} hint={t('reach.none_last_month_hint')} />
  const pieces = fates.map((fate) => ({
    key: fate,
    name: t(`reach.fate_${fate}`),
    value: replayed.days.reduce((sum, day) => sum + day[fate], 0),
    colour: colours[fate],
  }))
  return (
    <div className={isStale ? 'stale-view' : ''} aria-live="polite">
      <StackedBar pieces={pieces} label={t('reach.last_month')} />
      <Pieces pieces={pieces} />
      <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 180 }} />}>
        <Chart option={option} height={180} />
      </Suspense>
      {replayed.stopped.length > 0 && (
        <ul className="lines">
          {replayed.stopped.map((one) => (
            <li key={one.zh} className="num">
              {i18n.language === 'en' ? one.en : one.zh} · {count(one.count)}
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">{t('reach.replayed_of', { count: replayed.customers })}</p>
    </div>
  )
}

function optionOf(replayed: PolicyReplayed, say: (fate: string) => string) {
  const axis = { axisTick: { show: false }, axisLabel: { color: quiet, hideOverlap: true } }
  return {
    grid: { left: 40, right: 8, top: 10, bottom: 24 },
    tooltip: { trigger: 'axis' as const },
    xAxis: {
      type: 'category' as const,
      data: replayed.days.map((day) => day.day.slice(5)),
      ...axis,
    },
    yAxis: {
      type: 'value' as const,
      minInterval: 1,
      ...axis,
      splitLine: { lineStyle: { color: '#f0eee8' } },
    },
    series: fates.map((fate) => ({
      name: say(fate),
      type: 'bar' as const,
      stack: 'all',
      barMaxWidth: 18,
      itemStyle: { color: colours[fate] },
      data: replayed.days.map((day) => day[fate]),
    })),
  }
}
