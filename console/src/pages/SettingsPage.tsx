import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { ImportWizard } from '@/rooms/event/ImportWizard'
import { Audit } from '@/rooms/merchant/Audit'
import { Channels } from '@/rooms/merchant/Channels'
import { Keys } from '@/rooms/merchant/Keys'
import { Settings } from '@/rooms/merchant/Settings'
import { StaffList } from '@/rooms/merchant/StaffList'
import { Units } from '@/rooms/merchant/Units'
import { go } from '@/shell/router'
import { PageHead, Panel } from '@/ui/page'

export default function SettingsPage({ tab = 'units' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_settings')} />
      <Tabs
        activeKey={tab}
        onChange={(next) => go(`/settings/${next}`)}
        items={[
          { key: 'units', label: t('merchant.units'), children: <Units /> },
          {
            key: 'staff',
            label: t('merchant.staff'),
            children: (
              <div className="stack">
                <StaffList />
                <Panel title={t('merchant.import_staff')}>
                  <ImportWizard only={['staff', 'units']} />
                </Panel>
              </div>
            ),
          },
          { key: 'channels', label: t('merchant.channels'), children: <Channels /> },
          { key: 'keys', label: t('merchant.keys'), children: <Keys /> },
          { key: 'settings', label: t('merchant.settings'), children: <Settings /> },
          { key: 'audit', label: t('merchant.audit'), children: <Audit /> },
        ]}
      />
    </>
  )
}
