import { Drawer } from 'antd'
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Query } from '@/client/http'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead } from '@/client/query'
import type { Behind, CustomerKey, CustomerRow, Order } from '@/client/types'
import { Money } from '@/ui/figure'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { go } from './router'

export interface Drill {
  title: ReactNode
  path:
    | '/v1/customers'
    | '/v1/results/customers'
    | '/v1/segments/{segment_id}/customers'
    | '/v1/segments/overlap/customers'
    | '/v1/overview/new-customers'
    | '/v1/orders'
  id?: string
  query?: Query
}

const DrillContext = createContext<(drill: Drill) => void>(() => undefined)

/** Opens the customers (and orders) behind a number. */
export function useDrill(): (drill: Drill) => void {
  return useContext(DrillContext)
}

export function DrillProvider({ children }: { children: ReactNode }) {
  const [drill, setDrill] = useState<Drill | null>(null)
  const open = useMemo(() => (next: Drill) => setDrill(next), [])
  return (
    <DrillContext value={open}>
      {children}
      <Drawer open={drill !== null} onClose={() => setDrill(null)} title={drill?.title} size={680}>
        {drill && <Customers drill={drill} close={() => setDrill(null)} />}
      </Drawer>
    </DrillContext>
  )
}

interface Line {
  key: string
  customer: string | null
  name: string | null
  ordinal: number | null
  phone: string | null
  unit: string | null
  staff: string | null
  orderNo: string | null
  amountFen: number | null
  at: string | null
}

function lineOf(row: CustomerRow | CustomerKey | Behind | Order, index: number): Line {
  if ('paid_at' in row)
    return {
      key: row.id,
      customer: row.customer_id,
      name: null,
      ordinal: null,
      phone: null,
      unit: row.unit_id,
      staff: null,
      orderNo: row.order_no,
      amountFen: row.paid_fen - row.refunded_fen,
      at: row.paid_at,
    }
  if ('amount_fen' in row)
    return {
      key: `${row.customer_id ?? ''}-${index}`,
      customer: row.customer_id,
      name: row.name,
      ordinal: row.ordinal,
      phone: null,
      unit: row.unit_id,
      staff: row.staff_id,
      orderNo: row.order_no,
      amountFen: row.amount_fen,
      at: row.at,
    }
  const isRow = 'id' in row
  return {
    key: isRow ? row.id : row.customer_id,
    customer: isRow ? row.id : row.customer_id,
    name: isRow ? row.name : null,
    ordinal: row.ordinal,
    phone: isRow ? row.phone : null,
    unit: isRow ? (row.home_unit?.id ?? null) : null,
    staff: isRow ? (row.associate?.id ?? null) : null,
    orderNo: null,
    amountFen: null,
    at: null,
  }
}

function Customers({ drill, close }: { drill: Drill; close: () => void }) {
  const { t } = useTranslation()
  const pages = usePages(drill.path, { id: drill.id, query: drill.query })
  const items = (pages.items as (CustomerRow | CustomerKey | Behind | Order)[]).map(lineOf)
  const { rows } = useCustomersOf([
    ...new Set(
      items.flatMap((line) => (line.name === null && line.customer ? [line.customer] : [])),
    ),
  ])
  const units = new Map(useRead('/v1/units').data?.items.map((one) => [one.id, one.name]))
  const staff = new Map(useRead('/v1/staff').data?.items.map((one) => [one.id, one.name]))
  const has = (field: 'phone' | 'orderNo' | 'amountFen' | 'at') =>
    items.some((line) => line[field] !== null)
  const nameOf = (line: Line) => {
    if (!line.customer) return <span className="quiet">{t('ui.unknown_customer')}</span>
    const row = rows.get(line.customer)
    const ordinal = row?.ordinal ?? line.ordinal
    return row?.name ?? line.name ?? (ordinal ? `#${ordinal}` : '…')
  }
  return (
    <PagedTable<Line>
      pages={{ ...pages, items }}
      rowKey="key"
      size="small"
      empty={<Nothing title={t('ui.no_customers_behind')} />}
      open={({ customer }) =>
        customer
          ? () => {
              close()
              go(`/customers/${customer}`)
            }
          : undefined
      }
      columns={[
        { title: t('profile.name'), render: (_, line) => nameOf(line) },
        ...(has('phone') || rows.size > 0
          ? [
              {
                title: t('profile.phone'),
                render: (_: unknown, line: Line) => (
                  <span className="num">
                    {line.phone ?? rows.get(line.customer ?? '')?.phone ?? '–'}
                  </span>
                ),
              },
            ]
          : []),
        {
          title: t('order.unit'),
          render: (_, line) =>
            units.get(line.unit ?? '') ?? rows.get(line.customer ?? '')?.home_unit?.name ?? '–',
        },
        {
          title: t('profile.associate'),
          render: (_, line) =>
            staff.get(line.staff ?? '') ?? rows.get(line.customer ?? '')?.associate?.name ?? '–',
        },
        ...(has('orderNo')
          ? [
              {
                title: t('order.order_no'),
                render: (_: unknown, line: Line) => line.orderNo ?? '–',
              },
            ]
          : []),
        ...(has('amountFen')
          ? [
              {
                title: t('order.amount'),
                align: 'right' as const,
                render: (_: unknown, line: Line) =>
                  line.amountFen === null ? '–' : <Money fen={line.amountFen} isExact />,
              },
            ]
          : []),
        ...(has('at')
          ? [
              {
                title: t('order.paid_at'),
                render: (_: unknown, line: Line) => <Ago at={line.at} />,
              },
            ]
          : []),
      ]}
    />
  )
}
