import { Table, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Order, OrderLine } from '@/client/types'
import { Figure, Money } from '@/ui/figure'
import { quantity, roundYuan, yuan } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Bars } from '@/ui/spark'
import { Ago } from '@/ui/time'

export function TotalsPanel({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const totals = useRead('/v1/customers/{id}/totals', { id: customer })
  return (
    <Panel title={t('order.totals')}>
      <Answer of={totals} rows={5}>
        {(data) => (
          <div className="stack">
            <div className="figures">
              <Figure title={t('order.paid')} metric="customer_paid" value={<Money fen={data.paid_fen} />} />
              <Figure title={t('order.count')} metric="customer_orders" value={data.order_count} />
              <Figure
                title={t('order.average')}
                value={<Money fen={data.order_count ? Math.round(data.paid_fen / data.order_count) : 0} />}
              />
              <Figure
                title={t('order.rfm')}
                metric="rfm"
                value={`${data.r ?? '–'} · ${data.f ?? '–'} · ${data.m ?? '–'}`}
                note={t('order.rfm_note')}
              />
              <Figure title={t('order.last_paid')} value={<Ago at={data.last_paid_at} />} />
            </div>
            {data.categories && data.categories.length > 0 && (
              <Bars
                rows={data.categories.slice(0, 8).map((category) => ({
                  key: category.category_code,
                  label: category.category_name,
                  value: category.paid_fen,
                  shown: t('order.category_shown', {
                    paid: roundYuan(category.paid_fen, i18n.language),
                    count: category.order_count,
                  }),
                }))}
              />
            )}
          </div>
        )}
      </Answer>
    </Panel>
  )
}

export function Purchases({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const pages = usePages('/v1/customers/{id}/orders', { id: customer })
  return (
    <PagedTable<Order>
      pages={pages}
      rowKey="id"
      size="small"
      empty={<Nothing title={t('order.none')} />}
      expandable={{ expandedRowRender: (order) => <Lines lines={order.lines} /> }}
      columns={[
        { title: t('order.paid_at'), render: (_, order) => <Ago at={order.paid_at} /> },
        { title: t('order.order_no'), dataIndex: 'order_no', className: 'num' },
        { title: t('order.unit'), render: (_, order) => order.unit.name },
        { title: t('order.source'), render: (_, order) => t(`order.source_${order.source}`, { defaultValue: order.source }) },
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

function Lines({ lines }: { lines: OrderLine[] }) {
  const { t } = useTranslation()
  return (
    <Table<OrderLine>
      size="small"
      rowKey="line_no"
      pagination={false}
      dataSource={lines}
      columns={[
        { title: t('order.product'), dataIndex: 'name' },
        { title: t('order.sku'), dataIndex: 'sku' },
        { title: t('order.quantity'), align: 'right', render: (_, line) => quantity(line.quantity) },
        { title: t('order.list'), align: 'right', render: (_, line) => yuan(line.list_fen) },
        { title: t('order.amount'), align: 'right', render: (_, line) => yuan(line.paid_fen) },
      ]}
    />
  )
}
