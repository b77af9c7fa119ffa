import { Alert, Button, Tabs } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Customer } from '@/client/types'
import { CustomerTasks } from '@/rooms/associate/CustomerTasks'
import { CustomerAssets } from '@/rooms/benefit/assets/CustomerAssets'
import { MergeByHand } from '@/rooms/identity/MergeByHand'
import { WhyOne } from '@/rooms/identity/WhyOne'
import { CustomerOpportunities } from '@/rooms/opportunity/CustomerOpportunities'
import { Purchases, TotalsPanel } from '@/rooms/order/Purchases'
import { Consents } from '@/rooms/profile/Consents'
import { CustomerHead } from '@/rooms/profile/Header'
import { Rights } from '@/rooms/profile/Rights'
import { Tags } from '@/rooms/profile/Tags'
import { Timeline } from '@/rooms/profile/Timeline'
import { Messages } from '@/rooms/reach/Messages'
import { Habits, LibraryTags } from '@/rooms/tag/Habits'
import { go, Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Answer, Panel } from '@/ui/page'

/** One customer, all round: panels of eight rooms on one page. */
export default function CustomerPage({ id }: { id: string }) {
  const customer = useRead('/v1/customers/{customer_id}', { id })
  const into = customer.data?.merged_into
  useEffect(() => {
    if (into) go(`/customers/${into}`, { isReplacing: true })
  }, [into])
  return (
    <Answer of={customer} rows={12}>
      {(data) => <Around customer={data} />}
    </Answer>
  )
}

/** A cart of this customer's, at her own store. */
function sandboxOf(customer: Customer): string {
  const query = new URLSearchParams({ customer: customer.id })
  if (customer.home_unit) query.set('unit', customer.home_unit.code)
  return `/offers/sandbox?${query.toString()}`
}

function Around({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const may = useMay()
  const { id } = customer
  return (
    <>
      <p className="crumb">
        <Link to="/customers">{t('shell.nav_customers')}</Link> /{' '}
        <span className="quiet">
          {(customer.state === 'forgotten' ? null : customer.name) ?? `#${customer.ordinal}`}
        </span>
      </p>
      <div className="page-head">
        <CustomerHead customer={customer} />
        <div className="page-head-actions">
          {may('offer.read') && customer.state === 'live' && (
            <Button onClick={() => go(sandboxOf(customer))}>{t('offer.sandbox_for')}</Button>
          )}
          <Rights customer={customer} />
        </div>
      </div>
      {customer.state === 'forgotten' && (
        <Alert className="above" type="warning" title={t('profile.forgotten_hint')} showIcon />
      )}
      <div className="cols-main">
        <div className="stack">
          <TotalsPanel customer={id} />
          <Panel>
            <Tabs
              items={[
                {
                  key: 'timeline',
                  label: t('profile.timeline'),
                  children: <Timeline customer={id} />,
                },
                { key: 'orders', label: t('order.orders'), children: <Purchases customer={id} /> },
                {
                  key: 'tasks',
                  label: t('associate.tasks'),
                  children: <CustomerTasks customer={id} />,
                },
                {
                  key: 'messages',
                  label: t('reach.messages'),
                  children: <Messages query={{ customer: id }} />,
                },
              ]}
            />
          </Panel>
        </div>
        <div className="stack">
          <CustomerAssets customer={id} />
          <Panel title={t('opportunity.opportunities')}>
            <CustomerOpportunities customer={id} />
          </Panel>
          <Panel
            title={t('identity.why_one')}
            extra={
              may('customer.edit') &&
              customer.state === 'live' && <MergeByHand customer={customer} />
            }
          >
            <WhyOne customer={customer} />
          </Panel>
          <Consents customer={customer} />
          <Tags customer={customer} />
          <LibraryTags customer={customer} />
          <Habits customer={customer.id} />
        </div>
      </div>
    </>
  )
}
