import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '@/client/live'
import { useRead } from '@/client/query'
import type { Order, Overview } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Count, Figure, Money } from '@/ui/figure'
import { roundYuan, yuan } from '@/ui/format'
import { Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

const feedSize = 6

/** Today's latest orders; with each new one, or a live note, the overview is read again soon. */
function useFeed(since: string): Order[] {
  const client = useQueryClient()
  const orders = useRead('/v1/orders', {
    query: { since, limit: feedSize },
    every: 3000,
    keep: true,
  })
  const timer = useRef<number | null>(null)
  const refresh = useCallback(() => {
    if (timer.current !== null) return
    timer.current = window.setTimeout(() => {
      timer.current = null
      void client.invalidateQueries({ queryKey: ['/v1/overview'] })
    }, 2000)
  }, [client])
  useLive(
    useCallback(() => {
      void client.invalidateQueries({ queryKey: ['/v1/orders'] })
      refresh()
    }, [client, refresh]),
  )
  const newest = orders.data?.items[0]?.id
  const last = useRef(newest)
  useEffect(() => {
    if (last.current !== undefined && newest !== last.current) refresh()
    last.current = newest
  }, [newest, refresh])
  return orders.data?.items ?? []
}

export function Today({ overview }: { overview: Overview }) {
  const { t, i18n } = useTranslation()
  const drill = useDrill()
  const feed = useFeed(overview.today.since)
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
              open={() =>
                drill({
                  title: t('insight.new_customers'),
                  path: '/v1/overview/new-customers',
                  query: { since: today.since, until: today.until },
                })
              }
            />
          </div>
        </div>
        <ul className="feed" aria-live="polite">
          {feed.length === 0 && <li className="quiet">{t('insight.feed_waiting')}</li>}
          {feed.map((order) => (
            <li key={order.id}>
              <b className="num">{yuan(order.paid_fen)}</b>
              <span>{order.unit_name}</span>
              <small className="quiet">
                <Ago at={order.paid_at} />
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
  const drill = useDrill()
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
          open={() =>
            drill({
              title: `${row.title} · ${t('insight.orders')}`,
              path: '/v1/orders',
              query: { since: row.of.since },
            })
          }
          note={t('insight.period_note', { orders: row.of.orders, customers: row.of.customers })}
        />
      ))}
    </>
  )
}
