import { Rate, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { ItemOf } from '@/client/reads'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

type Review = ItemOf<'/v1/reviews'>

const LOW = 3
const SHOWN = 10

/** Bills of these units that customers rated low, with the associate whose service it was. */
export function LowReviews({ unit }: { unit?: string }) {
  const { t } = useTranslation()
  const pages = usePages('/v1/reviews', { query: { unit, rating_max: LOW, limit: SHOWN } })
  return (
    <Panel
      title={t('order.low_reviews')}
      extra={<span className="quiet">{t('order.low_reviews_hint')}</span>}
    >
      <PagedTable<Review>
        pages={pages}
        rowKey="position"
        empty={<Nothing title={t('order.no_low_reviews')} />}
        columns={[
          {
            title: t('order.rating'),
            key: 'rating',
            render: (_, one) => <Rate disabled value={one.rating ?? 0} className="stars" />,
          },
          {
            title: t('order.reasons'),
            key: 'reasons',
            render: (_, one) =>
              one.reasons.map((code) => <Tag key={code}>{t(`order.reason_${code}`)}</Tag>),
          },
          { title: t('order.unit'), dataIndex: 'unit_name' },
          {
            title: t('order.service'),
            key: 'service',
            render: (_, one) =>
              one.staff_name &&
              `${one.staff_name}${one.service_rating ? ` · ${one.service_rating}★` : ''}`,
          },
          {
            title: t('order.customer'),
            key: 'customer',
            render: (_, one) =>
              one.customer_id && (
                <a href={`#/customers/${one.customer_id}`}>
                  {one.customer_name ?? t('order.somebody')}
                </a>
              ),
          },
          { title: t('order.order_no'), dataIndex: 'order_no' },
          {
            title: t('order.paid_at'),
            key: 'at',
            render: (_, one) => <Ago at={one.reviewed_at} />,
          },
        ]}
      />
    </Panel>
  )
}
