import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import { Money } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Fault, Nothing } from '@/ui/page'
import { Span } from '@/ui/time'

/** Why to contact this customer now. */
export function CustomerOpportunities({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const pages = usePages('/v1/opportunities', { query: { customer } })
  if (pages.error) return <Fault error={pages.error} again={() => void pages.refetch()} />
  if (!pages.isLoading && pages.items.length === 0)
    return <Nothing title={t('opportunity.none_customer')} />
  return (
    <ul className="lines">
      {pages.items.map((one) => (
        <li key={one.id}>
          <div>{i18n.language === 'en' ? one.reason_en : one.reason_zh}</div>
          <small className="quiet">
            {t('opportunity.score')} {percent(one.score_bp / 10_000, 0)} ·{' '}
            {t('opportunity.expected')} <Money fen={one.expected_fen} /> ·{' '}
            <Span from={one.due_from} to={one.due_to} />
          </small>
        </li>
      ))}
    </ul>
  )
}
