import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Order, OrderLine } from '@/client/types'
import { Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Figure, Money } from '@/ui/figure'
import { quantity, roundYuan, yuan } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Rows } from '@/ui/rows'
import { Bars } from '@/ui/spark'
import { Ago } from '@/ui/time'

export function TotalsPanel({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const totals = useRead('/v1/customers/{customer_id}/totals', { id: customer })
  const known = useRead('/v1/categories')
  const names = new Map(
    known.data?.items.map((one) => [one.code, i18n.language === 'en' ? one.name_en : one.name]),
  )
  return (
    <Panel title={t('order.totals')}>
      <Answer of={totals} rows={5}>
        {({ total, categories, rfm_segment_zh, rfm_segment_en }) =>
          total === null ? (
            <Nothing title={t('order.none')} />
          ) : (
            <div className="stack">
              <div className="figures">
                <Figure
                  title={t('order.paid')}
                  metric="customer_paid"
                  value={<Money fen={total.paid_fen} />}
                />
                <Figure
                  title={t('order.count')}
                  metric="customer_orders"
                  value={total.order_count}
                />
                <Figure
                  title={t('order.average')}
                  value={
                    <Money
                      fen={total.order_count ? Math.round(total.paid_fen / total.order_count) : 0}
                    />
                  }
                />
                <Figure
                  title={t('order.rfm')}
                  metric="rfm"
                  value={
                    total.r ? (
                      `${total.r} · ${total.f} · ${total.m}`
                    ) : (
                      <span className="quiet">{t('order.rfm_soon')}</span>
                    )
                  }
                  note={
                    (i18n.language === 'en' ? rfm_segment_en : rfm_segment_zh) ??
                    t('order.rfm_soon_note')
                  }
                />
                <Figure title={t('order.last_paid')} value={<Ago at={total.last_paid_at} />} />
              </div>
              {categories.length > 0 && (
                <Bars
                  rows={[...categories]
                    .sort((a, b) => b.paid_fen - a.paid_fen)
                    .slice(0, 8)
                    .map((category) => ({
                      key: category.category_code,
                      label: names.get(category.category_code) ?? category.category_code,
                      value: category.paid_fen,
                      shown: t('order.category_shown', {
                        paid: roundYuan(category.paid_fen, i18n.language),
                        count: category.order_count,
                      }),
                    }))}
                />
              )}
            </div>
          )
        }
      </Answer>
    </Panel>
  )
}

export function Purchases({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const pages = usePages('/v1/customers/{customer_id}/orders', { id: customer })
  return (
    <PagedTable<Order>
      pages={pages}
      rowKey="id"
      size="small"
      empty={<Nothing title={t('order.none')} />}
      expandable={{
        expandedRowRender: (order) => (
          <>
            <Lines lines={order.lines} />
            <ReceiptLink order={order} />
          </>
        ),
      }}
      columns={[
        { title: t('order.paid_at'), render: (_, order) => <Ago at={order.paid_at} /> },
        { title: t('order.order_no'), dataIndex: 'order_no', className: 'num' },
        { title: t('order.unit'), render: (_, order) => order.unit_name },
        {
          title: t('order.source'),
          render: (_, order) => t(`order.source_${order.source}`, { defaultValue: order.source }),
        },
        { title: t('order.lines'), align: 'right', render: (_, order) => order.lines.length },
        {
          title: t('order.amount'),
          align: 'right',
          render: (_, order) => (
            <>
              {order.refunded_fen > 0 && (
                <Tag color="red">{t('order.refunded', { amount: yuan(order.refunded_fen) })}</Tag>
              )}
              <Money fen={order.paid_fen} isExact />
            </>
          ),
        },
      ]}
    />
  )
}

/** Leads to what was kept of the order's price; most orders of the past have nothing of the kind. */
function ReceiptLink({ order }: { order: Order }) {
  const { t } = useTranslation()
  const may = useMay()('offer.read')
  const priced = useRead('/v1/customers/{customer_id}/priced-orders', {
    id: order.customer_id ?? '',
    query: { limit: 200 },
    enabled: may && order.customer_id !== null,
  })
  const units = useRead('/v1/units')
  const unit = units.data?.items.find((one) => one.id === order.unit_id)?.code
  const isKept = priced.data?.items.some(
    (one) => one.unit_id === order.unit_id && one.order_no === order.order_no,
  )
  if (!unit || !isKept) return null
  const query = new URLSearchParams({ unit, no: order.order_no })
  return (
    <p className="receipt-link">
      <Link to={`/offers/orders?${query.toString()}`}>{t('offer.see_receipt')}</Link>
    </p>
  )
}

function Lines({ lines }: { lines: OrderLine[] }) {
  const { t } = useTranslation()
  return (
    <Rows<OrderLine>
      size="small"
      rowKey="line_no"
      pagination={false}
      dataSource={lines}
      columns={[
        { title: t('order.product'), dataIndex: 'product_name' },
        { title: t('order.sku'), dataIndex: 'sku' },
        {
          title: t('order.quantity'),
          align: 'right',
          render: (_, line) => quantity(line.quantity),
        },
        { title: t('order.list'), align: 'right', render: (_, line) => yuan(line.list_fen) },
        { title: t('order.amount'), align: 'right', render: (_, line) => yuan(line.paid_fen) },
      ]}
    />
  )
}
