import { Segmented, Skeleton } from 'antd'
import dayjs from 'dayjs'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { ContactCodeDay, ContactCodeNumbers } from '@/client/types'
import { count, percent, yuan } from '@/ui/format'
import { Answer, Nothing } from '@/ui/page'

const Chart = lazy(() => import('@/ui/chart'))
const spans = [30, 90, 365]

/** What came of a code: in all, and by the day people came. */
export function Came({ id, numbers }: { id: string; numbers: ContactCodeNumbers }) {
  const { t } = useTranslation()
  const [days, setDays] = useState(90)
  const answer = useRead('/v1/codes/{code_id}/days', { id, query: { days }, keep: true })
  const share = (part: number) => (numbers.added > 0 ? percent(part / numbers.added, 0) : '–')
  const rows: [string, string, string?][] = [
    ['added', count(numbers.added)],
    ['friends', count(numbers.friends), share(numbers.friends)],
    ['opened', count(numbers.opened), share(numbers.opened)],
    ['bought', count(numbers.bought), share(numbers.bought)],
    ['first_bought', count(numbers.first_bought), share(numbers.first_bought)],
    ['paid', yuan(numbers.paid_fen)],
  ]
  return (
    <section className="stack">
      <dl className="code-figures">
        {rows.map(([key, value, of]) => (
          <div key={key}>
            <dt title={t(`code.${key}_means`)}>{t(`code.${key}`)}</dt>
            <dd className="num">
              {value}
              {of && <small className="quiet"> {of}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <div className="row between">
        <b>{t('code.by_day')}</b>
        <Segmented
          size="small"
          value={days}
          onChange={setDays}
          options={spans.map((value) => ({ value, label: t('code.days', { count: value }) }))}
        />
      </div>
      <Answer of={answer}>
        {(items) =>
          items.length === 0 ? (
            <Nothing title={t('code.nobody_came')} hint={t('code.nobody_came_hint')} />
          ) : (
            <>
              <Days items={items} days={days} />
              <Table items={items} />
            </>
          )
        }
      </Answer>
      <small className="quiet">{t('code.counting')}</small>
    </section>
  )
}

function Days({ items, days }: { items: ContactCodeDay[]; days: number }) {
  const { t } = useTranslation()
  const option = useMemo(() => {
    const of = new Map(items.map((one) => [one.day, one.numbers]))
    const all = Array.from({ length: days }, (_, back) =>
      dayjs()
        .subtract(days - 1 - back, 'day')
        .format('YYYY-MM-DD'),
    )
    return {
      grid: { left: 34, right: 10, top: 12, bottom: 24 },
      tooltip: {
        trigger: 'axis' as const,
        formatter: (points: unknown) => {
          const day = all[(points as { dataIndex: number }[])[0]?.dataIndex ?? 0] ?? ''
          const came = of.get(day)
          return `${day}<br/>${t('code.added')} <b>${came?.added ?? 0}</b><br/>${t('code.paid')} ${yuan(came?.paid_fen ?? 0)}`
        },
      },
      xAxis: {
        type: 'category' as const,
        data: all.map((day) => day.slice(5)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: '#dcd9d0' } },
        axisLabel: { color: '#6d7a78' },
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
          data: all.map((day) => of.get(day)?.added ?? 0),
          itemStyle: { color: '#12706a', borderRadius: [3, 3, 0, 0] },
          barMaxWidth: 14,
        },
      ],
    }
  }, [items, days, t])
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: 170 }} />}>
      <div role="img" aria-label={t('code.by_day')}>
        <Chart option={option} height={170} />
      </div>
    </Suspense>
  )
}

/** The same as numbers, newest first. */
function Table({ items }: { items: ContactCodeDay[] }) {
  const { t } = useTranslation()
  return (
    <details>
      <summary className="quiet">{t('code.as_table')}</summary>
      <div className="scroll-x">
        <table className="code-days num">
          <thead>
            <tr>
              <th>{t('code.day')}</th>
              <th>{t('code.added')}</th>
              <th>{t('code.friends')}</th>
              <th>{t('code.bought')}</th>
              <th>{t('code.paid')}</th>
            </tr>
          </thead>
          <tbody>
            {[...items].reverse().map(({ day, numbers }) => (
              <tr key={day}>
                <td>{day}</td>
                <td>{numbers.added}</td>
                <td>{numbers.friends}</td>
                <td>{numbers.bought}</td>
                <td>{yuan(numbers.paid_fen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
