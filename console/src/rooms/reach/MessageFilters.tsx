import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { CustomerPick } from '@/shell/customer'
import { useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Between, Choice, Clear, named } from '@/shell/filters'
import { CHANNELS, FILTERS, STATES, channelName, purposeName } from './words'
import { useCategories } from './useCategories'

const PURPOSES = ['marketing', 'service', 'transactional']
const RARER = ['category', 'campaign', 'unit', 'associate']

/** What messages are searched by; each change is in the address at once. */
export function MessageFilters() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const failures = useRead('/v1/messages/failures')
  const [isMore, setMore] = useState(() => RARER.some((name) => get(name) !== undefined))
  return (
    <div className="filters message-filters">
      <CustomerPick value={get('customer')} change={(customer) => set({ customer })} />
      <Choice
        name="channel"
        label={t('reach.any_channel')}
        options={named(CHANNELS, (one) => channelName(t, one))}
      />
      <Choice
        name="purpose"
        label={t('reach.any_purpose')}
        options={named(PURPOSES, (one) => purposeName(t, one))}
      />
      <Choice
        name="state"
        label={t('reach.any_state')}
        options={named(STATES, (one) => t(`reach.state_${one}`))}
      />
      <Choice
        name="failure"
        label={t('reach.any_failure')}
        options={failures.data?.items.map((one) => ({
          value: one.code,
          label: `${one.text} ${one.count}`,
        }))}
      />
      <Between from={t('reach.planned_from')} />
      {isMore ? (
        <Rarer />
      ) : (
        <Button onClick={() => setMore(true)}>{t('reach.more_filters')}</Button>
      )}
      <Clear filters={FILTERS} />
    </div>
  )
}

/** By what is asked for less often. */
function Rarer() {
  const { t } = useTranslation()
  const may = useMay()
  const campaigns = useRead('/v1/campaigns', { enabled: may('campaign.read') })
  const units = useRead('/v1/units')
  const staff = useRead('/v1/staff')
  const categories = useCategories()
  return (
    <>
      <Choice name="category" label={t('reach.any_category')} options={categories} />
      {may('campaign.read') && (
        <Choice
          name="campaign"
          label={t('reach.any_campaign')}
          options={campaigns.data?.items.map((one) => ({
            value: one.id,
            label: one.name || t('campaign.unnamed'),
          }))}
        />
      )}
      <Choice
        name="unit"
        label={t('reach.any_unit')}
        options={units.data?.items.map((one) => ({ value: one.code, label: one.name }))}
      />
      <Choice
        name="associate"
        label={t('reach.any_associate')}
        options={staff.data?.items.map((one) => ({ value: one.id, label: one.name }))}
      />
    </>
  )
}
