import { useTranslation } from 'react-i18next'
import { KindCards } from '@/rooms/opportunity/KindCards'
import { OpportunityList } from '@/rooms/opportunity/OpportunityList'
import { usePlace } from '@/shell/router'
import { PageHead } from '@/ui/page'

export default function OpportunitiesPage() {
  const { t } = useTranslation()
  const { query } = usePlace()
  return (
    <>
      <PageHead title={t('shell.nav_opportunities')} hint={t('opportunity.hint')} />
      <div className="stack">
        <div className="wide-kinds">
          <KindCards chosen={query.get('kind') ?? undefined} />
        </div>
        <OpportunityList />
      </div>
    </>
  )
}
