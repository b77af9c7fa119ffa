import { lazy, Suspense, useMemo } from 'react'
import { Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Overview } from '@/client/types'
import { axisYuan, yuan } from '@/ui/format'

const Chart = lazy(() => import('@/ui/chart'))

export function SalesLine({ days }: { days: Overview['series'] }) {
  const { t, i18n } = useTranslation()
  const option = useMemo(
    () => ({
      grid: { left: 64, right: 16, top: 14, bottom: 26 },
      tooltip: {
        trigger: 'axis' as const,
        formatter: (points: unknown) => {
          const day = days[(points as { dataIndex: number }[])[0]?.dataIndex ?? 0]
          if (!day) return ''
          return `${day.day}<br/>${t('insight.sales')} <b>${yuan(day.sales_fen)}</b><br/>${t('insight.day_note', { orders: day.orders, credited: yuan(day.credited_fen) })}`
        },
      },
      xAxis: {
        type: 'category' as const,
        data: days.map((day) => day.day.slice(5)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: '#dcd9d0' } },
        axisLabel: { color: '#6d7a78' },
      },
      yAxis: {
        type: 'value' as const,
        minInterval: 1,
        splitLine: { lineStyle: { color: '#f0eee8' } },
        axisLabel: {
          color: '#6d7a78',
          formatter: (value: number) => axisYuan(value * 100, i18n.language),
        },
      },
      series: [
        {
          type: 'line' as const,
          data: days.map((day) => day.sales_fen / 100),
          smooth: 0.25,
          symbol: 'none',
          lineStyle: { color: '#12706a', width: 2 },
          areaStyle: { color: 'rgba(18,112,106,0.08)' },
        },
      ],
    }),
    [days, t, i18n.language],
  )
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 230 }} />}>
      <Chart option={option} height={230} />
    </Suspense>
  )
}
