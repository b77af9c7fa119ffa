import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Exchanges } from '@/rooms/benefit/points/Exchanges'
import { Mall } from '@/rooms/benefit/points/Mall'
import { Plan } from '@/rooms/benefit/points/Plan'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

/** 积分: the plan, and the mall in which points are spent. */
export default function PointsPage({ tab = 'plan' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_points')} hint={t('points.hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(`/points/${next}`)}
        items={[
          { key: 'plan', label: t('points.plan'), children: <Plan /> },
          {
            key: 'mall',
            label: t('points.mall'),
            children: <Mall showExchanges={(item) => go(`/points/exchanges?item=${item}`)} />,
          },
          { key: 'exchanges', label: t('points.exchanges'), children: <Exchanges /> },
        ]}
      />
    </>
  )
}
