import { Segmented, Skeleton } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { SegmentHistory } from '@/client/types'
import { count } from '@/ui/format'
import { Answer, Panel } from '@/ui/page'

const Chart = lazy(() => import('@/ui/chart'))
const spans = [7, 30, 90]

/** How large a segment was, and who entered and left on each day. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation()
  const [days, setDays] = useState(30)
  const history = useRead('/v1/segments/{segment_id}/history', { id, query: { days }, keep: true })
  return (
    <Panel
      title={t('segment.history')}
      extra={
        <Segmented
          size="small"
          value={days}
          onChange={setDays}
          options={spans.map((span) => ({
            value: span,
            label: t('segment.span', { days: span }),
          }))}
        />
      }
    >
      <Answer of={history} rows={5}>
        {(data) => (
          <>
            <Totals history={data} />
            <Lines history={data} />
          </>
        )}
      </Answer>
    </Panel>
  )
}

function Totals({ history }: { history: SegmentHistory }) {
  const { t } = useTranslation()
  const sum = (of: 'entered' | 'left') => history.days.reduce((all, day) => all + day[of], 0)
  return (
    <p className="quiet num">
      {t('segment.flow', { entered: count(sum('entered')), left: count(sum('left')) })}
    </p>
  )
}

function Lines({ history }: { history: SegmentHistory }) {
  const { t } = useTranslation()
  const option = useMemo(() => optionOf(history, (key) => t(`segment.${key}`)), [history, t])
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 220 }} />}>
      <Chart option={option} height={220} />
    </Suspense>
  )
}

const quiet = '#6d7a78'

function optionOf(history: SegmentHistory, say: (key: string) => string) {
  const noon = (day: string) => Date.parse(`${day}T12:00:00`)
  const first = Date.parse(`${history.days[0]?.day ?? ''}T00:00:00`)
  const sizes = history.sizes.map((size) => [
    Math.max(Date.parse(size.at), first),
    size.member_count,
  ])
  const axis = { axisTick: { show: false }, axisLabel: { color: quiet, hideOverlap: true } }
  const whole = { ...axis, minInterval: 1, splitLine: { lineStyle: { color: '#f0eee8' } } }
  return {
    grid: { left: 52, right: 44, top: 30, bottom: 26 },
    legend: { top: 0, right: 0, itemHeight: 9, textStyle: { color: quiet } },
    tooltip: { trigger: 'axis' as const },
    xAxis: {
      type: 'time' as const,
      min: first,
      ...axis,
      axisLabel: { ...axis.axisLabel, formatter: '{MM}-{dd}' },
    },
    yAxis: [
      { type: 'value' as const, ...whole },
      { type: 'value' as const, ...whole, splitLine: { show: false } },
    ],
    series: [
      {
        name: say('entered'),
        type: 'bar' as const,
        yAxisIndex: 1,
        stack: 'flow',
        barMaxWidth: 12,
        itemStyle: { color: '#9ccdb2' },
        data: history.days.map((day) => [noon(day.day), day.entered]),
      },
      {
        name: say('left'),
        type: 'bar' as const,
        yAxisIndex: 1,
        stack: 'flow',
        barMaxWidth: 12,
        itemStyle: { color: '#e9b59c' },
        data: history.days.map((day) => [noon(day.day), -day.left]),
      },
      {
        name: say('members'),
        type: 'line' as const,
        step: 'end' as const,
        symbol: history.sizes.length < 3 ? 'circle' : 'none',
        lineStyle: { color: '#12706a', width: 2 },
        itemStyle: { color: '#12706a' },
        data: sizes,
      },
    ],
  }
}
