import { Button, DatePicker, Select } from 'antd'
import dayjs from 'dayjs'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { CustomerPick } from '@/shell/customer'
import { useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { CHANNELS, FILTERS, STATES, categoryName, channelName, purposeName } from './words'

const PURPOSES = ['marketing', 'service', 'transactional']
const CATEGORIES = ['promotion', 'birthday', 'arrival', 'points', 'replenish']
const RARER = ['purpose', 'category', 'campaign', 'unit', 'associate']

interface Option {
  value: string
  label: string
}
type Pick = (name: string, options: Option[] | undefined) => ReactNode

/** What messages are searched by; each change is in the address at once. */
export function MessageFilters() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const failures = useRead('/v1/messages/failures')
  const [isMore, setMore] = useState(() => RARER.some((name) => get(name) !== undefined))
  const isAny = FILTERS.some((name) => get(name) !== undefined)
  const pick: Pick = (name, options) => (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      className="filter"
      aria-label={t(`reach.any_${name}`)}
      placeholder={t(`reach.any_${name}`)}
      value={get(name)}
      loading={options === undefined}
      onChange={(next?: string) => set({ [name]: next })}
      options={options}
      popupMatchSelectWidth={false}
    />
  )
  return (
    <div className="filters message-filters">
      <CustomerPick value={get('customer')} change={(customer) => set({ customer })} />
      {pick(
        'channel',
        named(CHANNELS, (one) => channelName(t, one)),
      )}
      {pick(
        'state',
        named(STATES, (one) => t(`reach.state_${one}`)),
      )}
      {pick(
        'failure',
        failures.data?.items.map((one) => ({ value: one.code, label: `${one.text} ${one.count}` })),
      )}
      <Planned />
      {isMore ? (
        <Rarer pick={pick} />
      ) : (
        <Button onClick={() => setMore(true)}>{t('reach.more_filters')}</Button>
      )}
      {isAny && (
        <Button
          type="link"
          onClick={() => set(Object.fromEntries(FILTERS.map((one) => [one, undefined])))}
        >
          {t('reach.clear')}
        </Button>
      )}
    </div>
  )
}

function Planned() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const [since, until] = [get('since'), get('until')]
  return (
    <DatePicker.RangePicker
      className="filter-wide"
      placeholder={[t('reach.planned_from'), t('reach.planned_until')]}
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

/** By what is asked for less often. */
function Rarer({ pick }: { pick: Pick }) {
  const { t } = useTranslation()
  const may = useMay()
  const campaigns = useRead('/v1/campaigns', { enabled: may('campaign.read') })
  const units = useRead('/v1/units')
  const staff = useRead('/v1/staff')
  return (
    <>
      {pick(
        'purpose',
        named(PURPOSES, (one) => purposeName(t, one)),
      )}
      {pick(
        'category',
        named(CATEGORIES, (one) => categoryName(t, one)),
      )}
      {may('campaign.read') &&
        pick(
          'campaign',
          campaigns.data?.items.map((one) => ({
            value: one.id,
            label: one.name || t('campaign.unnamed'),
          })),
        )}
      {pick(
        'unit',
        units.data?.items.map((one) => ({ value: one.code, label: one.name })),
      )}
      {pick(
        'associate',
        staff.data?.items.map((one) => ({ value: one.id, label: one.name })),
      )}
    </>
  )
}

function named(values: string[], say: (value: string) => string): Option[] {
  return values.map((value) => ({ value, label: say(value) }))
}
