import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Explorer } from '@/rooms/benefit/ledger/Explorer'
import { Liability } from '@/rooms/benefit/ledger/Liability'
import { Reconciliation } from '@/rooms/benefit/ledger/Reconciliation'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'
import '@/rooms/benefit/ledger/ledger.css'

/** 账本: every balance down to its entries, what is owed and when it ends, and whether it is sound. */
export default function LedgerPage({ tab = 'entries' }: { tab?: string }) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_ledger')} hint={t('ledger.hint')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => go(next === 'entries' ? '/ledger' : `/ledger/${next}`)}
        items={[
          { key: 'entries', label: t('ledger.entries'), children: <Explorer /> },
          { key: 'liability', label: t('ledger.liability'), children: <Liability /> },
          { key: 'sound', label: t('ledger.reconciliation'), children: <Reconciliation /> },
        ]}
      />
    </>
  )
}
