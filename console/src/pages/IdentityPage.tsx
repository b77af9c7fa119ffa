import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Duplicates } from '@/rooms/identity/Duplicates'
import { Quarantine } from '@/rooms/identity/Quarantine'
import { Rule } from '@/rooms/identity/Rule'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

/** 客户识别: possible duplicates, the rule, and identifiers that speak for nobody. */
export default function IdentityPage({ tab = 'duplicates' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_identity')} hint={t('identity.page_hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(`/identity/${next}`)}
        items={[
          { key: 'duplicates', label: t('identity.duplicates'), children: <Duplicates /> },
          { key: 'rule', label: t('identity.rule'), children: <Rule /> },
          { key: 'quarantine', label: t('identity.quarantine'), children: <Quarantine /> },
        ]}
      />
    </>
  )
}
