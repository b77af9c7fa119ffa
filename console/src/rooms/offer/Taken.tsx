import { useTranslation } from 'react-i18next'
import type { Offer } from '@/client/types'
import { Figure } from '@/ui/figure'
import { count, percent, yuan } from '@/ui/format'
import { Panel } from '@/ui/page'
import { spentOf, wholeOf } from './document'

/** What orders took of an offer, and of its budget. */
export function Taken({ offer }: { offer: Offer }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('offer.taken')}>
      <div className="figures">
        <Figure title={t('offer.orders')} value={count(offer.orders)} />
        <Figure title={t('offer.cost')} value={yuan(offer.cost_fen)} />
      </div>
      <BudgetBar offer={offer} />
    </Panel>
  )
}

/** How much of the budget is used up, as a bar that turns warm towards its end. */
export function BudgetBar({ offer }: { offer: Offer }) {
  const { t } = useTranslation()
  const spent = spentOf(offer)
  const { budget_fen: fen, budget_orders: orders } = wholeOf(offer.document).limits
  if (spent === null) return <small className="quiet budget">{t('offer.no_budget')}</small>
  const told = [
    fen && t('offer.of_budget', { fen: yuan(fen) }),
    orders && t('offer.of_orders', { count: count(orders) }),
  ]
  const said = `${percent(spent, spent > 0 && spent < 0.1 ? 1 : 0)} · ${told.filter(Boolean).join(' · ')}`
  return (
    <div className="budget" role="img" aria-label={said}>
      <span className="budget-track">
        <span
          className={spent >= 0.9 ? 'budget-fill near' : 'budget-fill'}
          style={{ width: spent ? `${Math.max(1.5, spent * 100)}%` : 0 }}
        />
      </span>
      <small className="quiet num">{said}</small>
    </div>
  )
}
