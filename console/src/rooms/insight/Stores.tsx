import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Overview } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Count, Money } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { Spark } from '@/ui/spark'

type Row = Overview['stores'][number]

export function Stores({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const drill = useDrill()
  return (
    <Panel title={t('insight.stores')}>
      <Table<Row>
        rowKey={(row) => row.unit.id}
        size="small"
        pagination={false}
        scroll={{ x: 'max-content', y: 420 }}
        dataSource={overview.stores}
        locale={{ emptyText: <Nothing title={t('insight.no_stores')} /> }}
        columns={[
          { title: t('insight.store'), render: (_, row) => row.unit.name },
          {
            title: t('insight.today_sales'),
            align: 'right',
            defaultSortOrder: 'descend',
            sorter: (a, b) => a.today_fen - b.today_fen,
            render: (_, row) => <Money fen={row.today_fen} />,
          },
          {
            title: t('insight.customers'),
            align: 'right',
            render: (_, row) => (
              <button
                type="button"
                className="opens"
                onClick={() => drill({ title: row.unit.name, path: '/v1/customers', query: { unit: row.unit.code } })}
              >
                <Count of={row.customers} />
              </button>
            ),
          },
          {
            title: t('insight.last_30'),
            align: 'right',
            sorter: (a, b) => a.last_30_days_fen - b.last_30_days_fen,
            render: (_, row) => <Money fen={row.last_30_days_fen} />,
          },
          { title: t('insight.trend'), width: 130, render: (_, row) => <Spark values={row.days} /> },
        ]}
      />
    </Panel>
  )
}
