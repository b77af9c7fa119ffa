import { useTranslation } from 'react-i18next'
import type { Incremental } from '@/client/types'
import { Figure, Money } from '@/ui/figure'
import { Increment, Interval } from '@/ui/lift'
import { Panel } from '@/ui/page'

/** Beside every credited yuan stands the incremental one with its interval, or 未证明有效. */
export function Proof({ creditedFen, lift }: { creditedFen: number; lift: Incremental }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('insight.proof')}>
      <div className="proof">
        <Figure
          title={t('insight.credited')}
          metric="credited_fen"
          value={<Money fen={creditedFen} />}
          note={t('insight.credited_note')}
        />
        <span className="proof-vs quiet">{t('insight.versus')}</span>
        <Increment lift={lift} />
      </div>
      <Interval lift={lift} />
    </Panel>
  )
}
