import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { HealthPanel } from '@/rooms/event/Health'
import { Imports } from '@/rooms/event/Imports'
import { SetAsidePanel } from '@/rooms/event/SetAside'
import { QualityPanel } from '@/rooms/identity/Quality'
import { ExportList } from '@/rooms/segment/Exports'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead, Panel } from '@/ui/page'

export default function DataPage({ tab = 'imports' }: { tab?: string }) {
  const { t } = useTranslation()
  const may = useMay()
  const exports = {
    key: 'exports',
    label: t('segment.exports'),
    children: (
      <Panel title={t('segment.exports')}>
        <ExportList />
      </Panel>
    ),
  }
  return (
    <>
      <PageHead title={t('shell.nav_data')} hint={t('event.data_hint')} />
      <Tabs
        activeKey={tab}
        onChange={(next) => go(`/data/${next}`)}
        items={[
          { key: 'imports', label: t('event.imports'), children: <Imports /> },
          { key: 'health', label: t('event.health'), children: <HealthPanel /> },
          { key: 'set-aside', label: t('event.set_aside'), children: <SetAsidePanel /> },
          ...(may('export.read') ? [exports] : []),
          { key: 'identity', label: t('identity.quality'), children: <QualityPanel /> },
        ]}
      />
    </>
  )
}
