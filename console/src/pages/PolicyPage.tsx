import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Lists } from '@/rooms/reach/Lists'
import { Policy } from '@/rooms/reach/Policy'
import { go } from '@/shell/router'

/** 触达规则 and 黑名单. */
export default function PolicyPage({ tab = 'rules' }: { tab?: string }) {
  const { t } = useTranslation()
  const tabs = (
    <Tabs
      activeKey={tab}
      onChange={(next) => go(next === 'rules' ? '/policy' : `/policy/${next}`)}
      items={[
        { key: 'rules', label: t('blocked.tab_policy') },
        { key: 'lists', label: t('blocked.title') },
      ]}
    />
  )
  return tab === 'lists' ? <Lists tabs={tabs} /> : <Policy tabs={tabs} />
}
