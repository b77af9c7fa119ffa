import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { Notification } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Answer, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Told, Ways } from './Ways'
import { purposeName } from './words'

/** What one customer was told by the merchant's own systems, and by which ways. */
export function NotificationDrawer({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation()
  const found = useRead('/v1/notifications/{notification_id}', { id })
  return (
    <Drawer open onClose={close} title={t('reach.notification')} size={560}>
      <Answer of={found} rows={6}>
        {(notification) => (
          <div className="stack">
            <Facts notification={notification} />
            <Panel title={t('reach.ways')}>
              <Ways notification={notification} />
            </Panel>
          </div>
        )}
      </Answer>
    </Drawer>
  )
}

function Facts({ notification }: { notification: Notification }) {
  const { t } = useTranslation()
  const { rows } = useCustomersOf([notification.customer_id])
  return (
    <dl className="facts">
      <dt>{t('reach.state')}</dt>
      <dd>
        <Told notification={notification} />
      </dd>
      <dt>{t('reach.customer')}</dt>
      <dd>
        <CustomerName id={notification.customer_id} rows={rows} />
      </dd>
      <dt>{t('reach.purpose')}</dt>
      <dd>{purposeName(t, notification.purpose)}</dd>
      <dt>{t('reach.key')}</dt>
      <dd>
        <code>{notification.key}</code>
      </dd>
      <dt>{t('reach.told_at')}</dt>
      <dd>
        <Ago at={notification.made_at} />
      </dd>
      <dt>{t('reach.told_until')}</dt>
      <dd>
        <Ago at={notification.expires_at} />
      </dd>
    </dl>
  )
}
