import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import type { UnitFigures } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { go } from '@/shell/router'
import { Count, Meaning, Money } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { Spark } from '@/ui/spark'

/** Each store's last 30 days; its sales open to the orders, its buyers to the customers. */
export function Stores({ units, since }: { units: UnitFigures[]; since: string }) {
  const { t } = useTranslation()
  const drill = useDrill()
  const sales = (unit: UnitFigures) =>
    drill({ title: unit.name, path: '/v1/orders', query: { unit: unit.code, since } })
  const bought = (unit: UnitFigures) =>
    drill({
      title: `${unit.name} · ${t('insight.bought')}`,
      path: '/v1/results/customers',
      query: { unit: unit.code, stage: 'bought', since },
    })
  return (
    <Panel
      title={t('insight.stores')}
      extra={<a onClick={() => go('/results')}>{t('shell.nav_results')}</a>}
    >
      <Table<UnitFigures>
        rowKey="unit_id"
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        dataSource={units}
        locale={{ emptyText: <Nothing title={t('insight.no_stores')} /> }}
        columns={[
          { title: t('insight.store'), render: (_, unit) => unit.name },
          {
            title: <Meaning of="sales_fen">{t('insight.sales')}</Meaning>,
            align: 'right',
            defaultSortOrder: 'descend',
            sorter: (a, b) => a.sales_fen - b.sales_fen,
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => sales(unit)}>
                <Money fen={unit.sales_fen} />
              </button>
            ),
          },
          {
            title: t('insight.trend'),
            width: 130,
            render: (_, unit) => <Spark values={unit.days} />,
          },
          {
            title: <Meaning of="orders">{t('insight.orders')}</Meaning>,
            align: 'right',
            sorter: (a, b) => a.orders - b.orders,
            render: (_, unit) => <Count of={unit.orders} />,
          },
          {
            title: <Meaning of="sent">{t('insight.sent')}</Meaning>,
            align: 'right',
            render: (_, unit) => <Count of={unit.sent} />,
          },
          {
            title: <Meaning of="bought">{t('insight.bought')}</Meaning>,
            align: 'right',
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => bought(unit)}>
                <Count of={unit.bought} />
              </button>
            ),
          },
          {
            title: <Meaning of="credited_fen">{t('insight.amount')}</Meaning>,
            align: 'right',
            sorter: (a, b) => a.credited_fen - b.credited_fen,
            render: (_, unit) => <Money fen={unit.credited_fen} />,
          },
        ]}
      />
    </Panel>
  )
}
