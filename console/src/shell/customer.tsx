import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { CustomerRow } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Link } from './router'

/** Finds one customer by the tail of a phone, a card or a whole name. */
export function CustomerPick({
  value,
  change,
}: {
  value?: string
  change: (customer: string | undefined) => void
}) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/customers', {
    query: { q, limit: 10 },
    enabled: q.length >= 2,
    keep: true,
  })
  const chosen = useRead('/v1/customers', {
    query: { ids: value ? [value] : [] },
    enabled: value !== undefined,
  })
  const rows = [
    ...(found.data?.items ?? []),
    ...(chosen.data?.items ?? []).filter(
      (row) => !found.data?.items.some((one) => one.id === row.id),
    ),
  ]
  return (
    <Select
      allowClear
      className="filter-wide"
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={t('ui.find_customer')}
      notFoundContent={q.length < 2 ? t('shell.search_hint') : undefined}
      value={value}
      onChange={change}
      options={rows.map((row) => ({ value: row.id, label: labelOf(row) }))}
    />
  )
}

function labelOf(row: CustomerRow): string {
  return [row.name ?? `#${row.ordinal}`, row.phone].filter(Boolean).join(' · ')
}

/** A customer's name in a list, leading to their page; rows come from `useCustomersOf`. */
export function CustomerName({ id, rows }: { id: string; rows: Map<string, CustomerRow> }) {
  const { t } = useTranslation()
  const row = rows.get(id)
  return (
    <Link to={`/customers/${id}`} onClick={(event) => event.stopPropagation()}>
      {row ? (row.name ?? `#${row.ordinal}`) : t('ui.customer_no', { no: id.slice(-4) })}
    </Link>
  )
}
