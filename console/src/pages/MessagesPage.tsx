import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Notifications } from '@/rooms/reach/Notifications'
import { MessageSearch } from '@/rooms/reach/Search'
import { go, useFilters } from '@/shell/router'

/** 消息记录, and 通知 of the merchant's own systems; who is looked for stays from one to the other. */
export default function MessagesPage({ tab = 'messages' }: { tab?: string }) {
  const { t } = useTranslation()
  const [get] = useFilters()
  const change = (next: string) => {
    const customer = get('customer')
    const path = next === 'messages' ? '/messages' : `/messages/${next}`
    go(customer ? `${path}?customer=${customer}` : path)
  }
  const tabs = (
    <Tabs
      activeKey={tab}
      onChange={change}
      items={[
        { key: 'messages', label: t('reach.messages') },
        { key: 'notifications', label: t('reach.notifications') },
      ]}
    />
  )
  return tab === 'notifications' ? <Notifications tabs={tabs} /> : <MessageSearch tabs={tabs} />
}
