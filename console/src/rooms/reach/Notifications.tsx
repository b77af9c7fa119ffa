import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages } from '@/client/query'
import type { Notification } from '@/client/types'
import { CustomerName, CustomerPick } from '@/shell/customer'
import { useFilters } from '@/shell/router'
import { Nothing, PageHead, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { Between, Choice, Clear, named } from '@/shell/filters'
import { NotificationDrawer } from './NotificationDrawer'
import { Told } from './Ways'
import { chainOf, purposeName } from './words'
import './reach.css'

const ASKED = ['customer', 'purpose', 'state', 'since', 'until']
const PURPOSES = ['transactional', 'service']
const STATES: Notification['state'][] = ['on_the_way', 'delivered', 'not_reached']

/** 通知: what the merchant's own systems told single customers, also where no channel could. */
export function Notifications({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const query = Object.fromEntries(ASKED.map((name) => [name, get(name)]))
  const pages = usePages('/v1/notifications', { query, keep: true })
  const { rows } = useCustomersOf([...new Set(pages.items.map((one) => one.customer_id))])
  const open = get('notification')
  const show = (id: string) => set({ notification: id })
  const isFiltered = ASKED.some((name) => get(name) !== undefined)
  return (
    <>
      <PageHead title={t('shell.nav_messages')} hint={t('reach.notifications_hint')} tabs={tabs} />
      <div className="stack">
        <div className="filters message-filters">
          <CustomerPick value={get('customer')} change={(customer) => set({ customer })} />
          <Choice
            name="purpose"
            label={t('reach.any_purpose')}
            options={named(PURPOSES, (one) => purposeName(t, one))}
          />
          <Choice
            name="state"
            label={t('reach.any_state')}
            options={named(STATES, (one) => t(`reach.told_${one}`))}
          />
          <Between from={t('reach.told_from')} />
          <Clear filters={ASKED} />
        </div>
        <Panel>
          <PagedTable<Notification>
            pages={pages}
            rowKey="id"
            empty={
              <Nothing
                title={t(isFiltered ? 'reach.told_none_found' : 'reach.told_none')}
                hint={t(isFiltered ? 'reach.told_none_found_hint' : 'reach.told_none_hint')}
              />
            }
            open={(one) => () => show(one.id)}
            columns={[
              { title: t('reach.told_at'), render: (_, one) => <Ago at={one.made_at} /> },
              {
                title: t('reach.customer'),
                render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
              },
              { title: t('reach.state'), render: (_, one) => <Told notification={one} /> },
              {
                title: t('reach.ways'),
                render: (_, one) => <span className="sentence way-line">{chainOf(t, one)}</span>,
              },
              { title: t('reach.purpose'), render: (_, one) => purposeName(t, one.purpose) },
              { title: t('reach.key'), render: (_, one) => <code>{one.key}</code> },
            ]}
          />
        </Panel>
      </div>
      {open && (
        <NotificationDrawer key={open} id={open} close={() => set({ notification: undefined })} />
      )}
    </>
  )
}
