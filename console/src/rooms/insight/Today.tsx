import { useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueryClient } from '@tanstack/react-query'
import { useLive, type LiveNote } from '@/client/live'
import type { Overview } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Count, Figure, Money } from '@/ui/figure'
import { roundYuan, yuan } from '@/ui/format'
import { Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

/** Reads the overview again soon after live notes, at most once in two seconds. */
function useFreshOverview(onNote: (note: LiveNote) => void): void {
  const client = useQueryClient()
  const timer = useRef<number | null>(null)
  useLive(
    useCallback(
      (note: LiveNote) => {
        onNote(note)
        if (timer.current !== null) return
        timer.current = window.setTimeout(() => {
          timer.current = null
          void client.invalidateQueries({ queryKey: ['/v1/overview'] })
        }, 2000)
      },
      [client, onNote],
    ),
  )
}

export function Today({ overview }: { overview: Overview }) {
  const { t, i18n } = useTranslation()
  const drill = useDrill()
  const [feed, setFeed] = useState<LiveNote[]>([])
  useFreshOverview(
    useCallback((note: LiveNote) => {
      if (typeof note.paid_fen === 'number') setFeed((before) => [note, ...before].slice(0, 6))
    }, []),
  )
  const { today, series } = overview
  const before = series.at(-2)
  const orders = () =>
    drill({ title: t('insight.orders_today'), path: '/v1/orders', query: { since: today.since } })
  return (
    <Panel
      className="today"
      title={t('insight.today')}
      extra={
        <small className="quiet">
          <Ago at={overview.as_of} />
        </small>
      }
    >
      <div className="today-inside">
        <div>
          <Figure
            size="large"
            title={t('insight.sales')}
            metric="sales_fen"
            open={orders}
            value={
              <span key={today.sales_fen} className="tick">
                {yuan(today.sales_fen)}
              </span>
            }
            note={
              before &&
              t('insight.yesterday', { sales: roundYuan(before.sales_fen, i18n.language) })
            }
          />
          <div className="figures today-figures">
            <Figure
              title={t('insight.orders')}
              metric="orders"
              value={<Count of={today.orders} />}
              open={orders}
            />
            <Figure
              title={t('insight.customers')}
              metric="customers"
              value={<Count of={today.customers} />}
              open={orders}
            />
            <Figure
              title={t('insight.new_customers')}
              metric="new_customers"
              value={<Count of={today.new_customers} />}
            />
          </div>
        </div>
        <ul className="feed" aria-live="polite">
          {feed.length === 0 && <li className="quiet">{t('insight.feed_waiting')}</li>}
          {feed.map((note, index) => (
            <li key={`${note.at ?? ''}-${String(note.order ?? index)}`}>
              <b className="num">{yuan(Number(note.paid_fen))}</b>
              <span>{String(note.unit_name ?? note.unit ?? '')}</span>
              <small className="quiet">
                <Ago at={note.at} />
              </small>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

export function Periods({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const rows = [
    { title: t('insight.last_7'), of: overview.week },
    { title: t('insight.last_30'), of: overview.month },
  ]
  return (
    <>
      {rows.map((row) => (
        <Figure
          key={row.title}
          title={`${row.title} · ${t('insight.sales')}`}
          metric="sales_fen"
          value={<Money fen={row.of.sales_fen} />}
          note={t('insight.period_note', { orders: row.of.orders, customers: row.of.customers })}
        />
      ))}
    </>
  )
}
