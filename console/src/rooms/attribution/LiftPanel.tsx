import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { useDrill } from '@/shell/drill'
import { Figure, Money } from '@/ui/figure'
import { Increment, Interval } from '@/ui/lift'
import { Answer, Panel } from '@/ui/page'

/** Credited beside incremental for one care task. */
export function LiftPanel({
  campaign,
  unit,
  creditedFen,
}: {
  campaign: string
  unit?: string
  creditedFen: number
}) {
  const { t } = useTranslation()
  const drill = useDrill()
  const lift = useRead('/v1/campaigns/{campaign_id}/lift', { id: campaign })
  return (
    <Panel title={t('insight.proof')}>
      <Answer of={lift} rows={3}>
        {(data) => (
          <>
            <div className="proof">
              <Figure
                title={t('insight.credited')}
                metric="credited_fen"
                value={<Money fen={creditedFen} />}
                open={() =>
                  drill({
                    title: t('insight.credited'),
                    path: '/v1/results/customers',
                    query: { campaign, unit, stage: 'bought' },
                  })
                }
              />
              <span className="proof-vs quiet">{t('insight.versus')}</span>
              <Increment lift={data} />
            </div>
            <Interval lift={data} />
            <div className="figures lift-arms">
              <Figure
                title={t('insight.treated_mean', { count: data.treated_count })}
                metric="incremental_fen"
                value={<Money fen={data.treated_mean_fen} isExact />}
              />
              <Figure
                title={t('insight.holdout_mean', { count: data.holdout_count })}
                metric="incremental_fen"
                value={<Money fen={data.holdout_mean_fen} isExact />}
              />
            </div>
          </>
        )}
      </Answer>
    </Panel>
  )
}
