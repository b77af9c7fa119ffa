import { Button, DatePicker, Select } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useFilters } from './router'

export interface Option {
  value: string
  label: string
}

/** One of a few, or any, as `label` says; undefined options are on their way. */
export function Choice({
  name,
  label,
  options,
}: {
  name: string
  label: string
  options: Option[] | undefined
}) {
  const [get, set] = useFilters()
  return (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      className="filter"
      aria-label={label}
      placeholder={label}
      value={get(name)}
      loading={options === undefined}
      onChange={(next?: string) => set({ [name]: next })}
      options={options}
      popupMatchSelectWidth={false}
    />
  )
}

/** Whole days, from one to another. */
export function Between({ from }: { from: string }) {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const [since, until] = [get('since'), get('until')]
  return (
    <DatePicker.RangePicker
      className="filter-wide"
      placeholder={[from, t('ui.until')]}
      value={[since ? dayjs(since) : null, until ? dayjs(until).subtract(1, 'second') : null]}
      onChange={(days) =>
        set({
          since: days?.[0]?.startOf('day').toISOString(),
          until: days?.[1]?.startOf('day').add(1, 'day').toISOString(),
        })
      }
    />
  )
}

/** Nothing while none of these filters is set. */
export function Clear({ filters }: { filters: string[] }) {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  if (filters.every((one) => get(one) === undefined)) return null
  return (
    <Button
      type="link"
      onClick={() => set(Object.fromEntries(filters.map((one) => [one, undefined])))}
    >
      {t('ui.clear_filters')}
    </Button>
  )
}

export function named(values: readonly string[], say: (value: string) => string): Option[] {
  return values.map((value) => ({ value, label: say(value) }))
}
