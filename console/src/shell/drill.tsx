import { Drawer } from 'antd'
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Query } from '@/client/http'
import { usePages } from '@/client/query'
import { useCustomersOf } from '@/client/names'
import type { CustomerKey, CustomerRow } from '@/client/types'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { go } from './router'

export interface Drill {
  title: ReactNode
  path: '/v1/customers' | '/v1/results/customers' | '/v1/segments/{id}/customers'
  id?: string
  query?: Query
}

const DrillContext = createContext<(drill: Drill) => void>(() => undefined)

/** Opens the customers behind a number. */
export function useDrill(): (drill: Drill) => void {
  return useContext(DrillContext)
}

export function DrillProvider({ children }: { children: ReactNode }) {
  const [drill, setDrill] = useState<Drill | null>(null)
  const open = useMemo(() => (next: Drill) => setDrill(next), [])
  return (
    <DrillContext value={open}>
      {children}
      <Drawer open={drill !== null} onClose={() => setDrill(null)} title={drill?.title} size={640}>
        {drill && <Behind drill={drill} close={() => setDrill(null)} />}
      </Drawer>
    </DrillContext>
  )
}

type Shown = Pick<CustomerRow, 'id'> & Partial<CustomerRow>

function Behind({ drill, close }: { drill: Drill; close: () => void }) {
  const { t } = useTranslation()
  const pages = usePages(drill.path, { id: drill.id, query: drill.query })
  const bare = (pages.items as (CustomerRow | CustomerKey)[]).flatMap((row) =>
    'customer_id' in row ? [row.customer_id] : [],
  )
  const { rows } = useCustomersOf([...new Set(bare)])
  const items = (pages.items as (CustomerRow | CustomerKey)[]).map((row): Shown =>
    'customer_id' in row ? (rows.get(row.customer_id) ?? { id: row.customer_id }) : row,
  )
  return (
    <PagedTable<Shown>
      pages={{ ...pages, items }}
      rowKey="id"
      size="small"
      empty={<Nothing title={t('ui.no_customers_behind')} />}
      onRow={(row) => ({
        className: 'opens-row',
        onClick: () => {
          close()
          go(`/customers/${row.id}`)
        },
      })}
      columns={[
        { title: t('profile.name'), render: (_, row) => row.name ?? (row.ordinal ? `#${row.ordinal}` : '…') },
        { title: t('profile.phone'), render: (_, row) => <span className="num">{row.phone ?? '–'}</span> },
        { title: t('profile.home_unit'), render: (_, row) => row.home_unit?.name ?? '–' },
        { title: t('profile.associate'), render: (_, row) => row.associate?.name ?? '–' },
      ]}
    />
  )
}
