import { useTranslation } from 'react-i18next'
import { useTotals } from '@/rooms/order/totals'
import { Customers } from '@/rooms/profile/Customers'
import { PageHead, Panel } from '@/ui/page'

export default function CustomersPage() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_customers')} hint={t('profile.list_hint')} />
      <Panel>
        <Customers useTotals={useTotals} />
      </Panel>
    </>
  )
}
