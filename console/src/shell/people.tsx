import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { useDebounced } from '@/ui/debounce'

/** One customer by the end of a phone number, a card or the whole name. */
export function CustomerFinder({
  change,
  label,
  isDisabled = false,
  except,
}: {
  change: (customer: string) => void
  label: string
  isDisabled?: boolean
  except?: string
}) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const q = useDebounced(typed.trim(), 300)
  const found = useRead('/v1/customers', {
    query: { q, limit: 10 },
    enabled: q.length >= 2,
    keep: true,
  })
  return (
    <Select<string>
      showSearch={{ filterOption: false, onSearch: setTyped }}
      className="wide own-undo"
      disabled={isDisabled}
      aria-label={label}
      placeholder={label}
      notFoundContent={t(q.length < 2 ? 'shell.search_hint' : 'profile.none_found')}
      options={found.data?.items
        .filter((row) => row.id !== except)
        .map((row) => ({
          value: row.id,
          label: [row.name ?? `#${row.ordinal}`, row.phone, row.home_unit?.name]
            .filter(Boolean)
            .join(' · '),
        }))}
      onChange={change}
    />
  )
}
