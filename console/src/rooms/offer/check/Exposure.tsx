import { useTranslation } from 'react-i18next'
import type { OfferCheck } from '@/client/types'
import { Figure, Money } from '@/ui/figure'
import { count, yuan } from '@/ui/format'
import { Panel } from '@/ui/page'

type Told = NonNullable<OfferCheck['exposure']>

/** What it would cost: a range, what is expected in it, and where the budget ends. */
export function Exposure({ exposure }: { exposure: Told }) {
  const { t } = useTranslation()
  const { budget_fen: budget, low_fen: low, high_fen: high, expected_fen: middle } = exposure
  const most = Math.max(high, budget ?? 0, 1) * 1.05
  const at = (fen: number) => `${(fen / most) * 100}%`
  const title = t(exposure.has_end ? 'check.exposure_window' : 'check.exposure_days', {
    count: exposure.days,
  })
  return (
    <Panel title={title}>
      <div className="figures">
        <Figure title={t('check.expected')} value={<Money fen={middle} />} />
        <Figure
          title={t('check.range')}
          value={
            <>
              <Money fen={low} /> – <Money fen={high} />
            </>
          }
        />
        <Figure title={t('check.day')} value={<Money fen={exposure.day_fen} />} />
        {budget !== null && budget !== undefined && (
          <Figure
            title={t('check.budget')}
            value={<Money fen={budget} />}
            note={
              exposure.empty_from_days === null || exposure.empty_from_days === undefined
                ? t('check.budget_lasts')
                : t('check.budget_ends', { day: count(exposure.empty_from_days) })
            }
          />
        )}
      </div>
      <div
        className="check-range"
        role="img"
        aria-label={`${yuan(low)} – ${yuan(high)}${budget ? ` · ${t('check.budget')} ${yuan(budget)}` : ''}`}
      >
        <span className="check-range-span" style={{ left: at(low), width: at(high - low) }} />
        <span className="check-range-middle" style={{ left: at(middle) }} />
        {budget !== null && budget !== undefined && (
          <span
            className="check-range-budget"
            title={t('check.budget')}
            style={{ left: at(budget) }}
          />
        )}
      </div>
    </Panel>
  )
}
