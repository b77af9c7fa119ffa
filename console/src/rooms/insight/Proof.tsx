import { useTranslation } from 'react-i18next'
import type { Query } from '@/client/http'
import type { Incremental } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Figure, Money } from '@/ui/figure'
import { Increment, Interval } from '@/ui/lift'
import { Panel } from '@/ui/page'

/** Beside every credited yuan stands the incremental one with its interval, or 未证明有效. */
export function Proof({
  creditedFen,
  lift,
  query,
}: {
  creditedFen: number
  lift: Incremental
  query: Query
}) {
  const { t } = useTranslation()
  const drill = useDrill()
  return (
    <Panel title={t('insight.proof')}>
      <div className="proof">
        <Figure
          title={t('insight.credited')}
          metric="credited_fen"
          value={<Money fen={creditedFen} />}
          open={() =>
            drill({
              title: t('insight.credited'),
              path: '/v1/results/customers',
              query: { ...query, stage: 'bought' },
            })
          }
          note={t('insight.credited_note')}
        />
        <span className="proof-vs quiet">{t('insight.versus')}</span>
        <Increment lift={lift} />
      </div>
      <Interval lift={lift} />
    </Panel>
  )
}
