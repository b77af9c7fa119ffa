import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Plan } from '@/rooms/benefit/stored/Plan'
import { Prepaid } from '@/rooms/benefit/stored/Prepaid'
import { Recharges } from '@/rooms/benefit/stored/Recharges'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

/** 储值: prepaid money, recharges, and the plan by which customers pay in. */
export default function StoredPage({ tab = 'prepaid' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_stored')} hint={t('stored.hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(`/stored/${next}`)}
        items={[
          { key: 'prepaid', label: t('stored.prepaid'), children: <Prepaid /> },
          { key: 'recharges', label: t('stored.recharges'), children: <Recharges /> },
          { key: 'plan', label: t('stored.plan'), children: <Plan /> },
        ]}
      />
    </>
  )
}
