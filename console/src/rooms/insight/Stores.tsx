import { useTranslation } from 'react-i18next'
import type { Stage, UnitFigures } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Link } from '@/shell/router'
import { Count, Meaning, Money } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Spark } from '@/ui/spark'

/** Each store's last 30 days; its sales open to the orders, its buyers to the customers. */
export function Stores({ units, since }: { units: UnitFigures[]; since: string }) {
  const { t } = useTranslation()
  const drill = useDrill()
  const sales = (unit: UnitFigures) =>
    drill({ title: unit.name, path: '/v1/orders', query: { unit: unit.code, since } })
  const reached = (unit: UnitFigures, stage: Stage) =>
    drill({
      title: `${unit.name} · ${t(`insight.${stage}`)}`,
      path: '/v1/results/customers',
      query: { unit: unit.code, stage, since },
    })
  return (
    <Panel title={t('insight.stores')} extra={<Link to="/results">{t('shell.nav_results')}</Link>}>
      <Rows<UnitFigures>
        rowKey="unit_id"
        size="small"
        pagination={false}
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
            render: (_, unit) => <Spark values={unit.days.slice(0, -1)} />,
          },
          {
            title: <Meaning of="orders">{t('insight.orders')}</Meaning>,
            align: 'right',
            sorter: (a, b) => a.orders - b.orders,
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => sales(unit)}>
                <Count of={unit.orders} />
              </button>
            ),
          },
          {
            title: <Meaning of="sent">{t('insight.sent')}</Meaning>,
            align: 'right',
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => reached(unit, 'sent')}>
                <Count of={unit.sent} />
              </button>
            ),
          },
          {
            title: <Meaning of="bought">{t('insight.bought')}</Meaning>,
            align: 'right',
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => reached(unit, 'bought')}>
                <Count of={unit.bought} />
              </button>
            ),
          },
          {
            title: <Meaning of="credited_fen">{t('insight.amount')}</Meaning>,
            align: 'right',
            sorter: (a, b) => a.credited_fen - b.credited_fen,
            render: (_, unit) => (
              <button type="button" className="opens" onClick={() => reached(unit, 'bought')}>
                <Money fen={unit.credited_fen} />
              </button>
            ),
          },
        ]}
      />
    </Panel>
  )
}
