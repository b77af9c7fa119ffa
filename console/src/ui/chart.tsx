import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use as register, type EChartsCoreOption } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

export default function Chart({
  option,
  height = 240,
}: {
  option: EChartsCoreOption
  height?: number
}) {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = holder.current
    if (!element) return
    const chart = init(element)
    const watcher = new ResizeObserver(() => chart.resize())
    watcher.observe(element)
    chart.setOption({ animation: false, ...option })
    return () => {
      watcher.disconnect()
      chart.dispose()
    }
  }, [option])
  return <div ref={holder} style={{ height }} />
}
