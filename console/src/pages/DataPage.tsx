import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Imports } from '@/rooms/event/Imports'
import { LagPanel, SetAsidePanel } from '@/rooms/event/Lag'
import { QualityPanel } from '@/rooms/identity/Quality'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

export default function DataPage({ tab = 'imports' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_data')} hint={t('event.data_hint')} />
      <Tabs
        activeKey={tab}
        onChange={(next) => go(`/data/${next}`)}
        items={[
          { key: 'imports', label: t('event.imports'), children: <Imports /> },
          { key: 'lag', label: t('event.lag'), children: <LagPanel /> },
          { key: 'set-aside', label: t('event.set_aside'), children: <SetAsidePanel /> },
          { key: 'identity', label: t('identity.quality'), children: <QualityPanel /> },
        ]}
      />
    </>
  )
}
