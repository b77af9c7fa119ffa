import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Ladder } from '@/rooms/benefit/tiers/Ladder'
import { Plan } from '@/rooms/benefit/tiers/Plan'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

/** 等级: who stands where, and by which plan. */
export default function TiersPage({ tab = 'ladder' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_tiers')} hint={t('tier.hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(`/tiers/${next}`)}
        items={[
          { key: 'ladder', label: t('tier.ladder'), children: <Ladder /> },
          { key: 'plan', label: t('tier.plan'), children: <Plan /> },
        ]}
      />
    </>
  )
}
