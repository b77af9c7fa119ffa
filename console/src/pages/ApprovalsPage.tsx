import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Adjustments } from '@/rooms/benefit/approvals/Adjustments'
import { Approvals } from '@/rooms/benefit/approvals/Approvals'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

/** 审批: what waits for a second person, and everything given or taken by hand. */
export default function ApprovalsPage({ tab = 'open' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_approvals')} hint={t('approval.hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(`/approvals/${next}`)}
        items={[
          { key: 'open', label: t('approval.approvals'), children: <Approvals /> },
          { key: 'adjustments', label: t('approval.adjustments'), children: <Adjustments /> },
        ]}
      />
    </>
  )
}
