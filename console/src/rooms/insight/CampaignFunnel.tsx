import { useQueryClient } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import { useCallback, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '@/client/live'
import { useRead } from '@/client/query'
import type { Stage } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Figure, Money } from '@/ui/figure'
import { Panel } from '@/ui/page'

const stages: Stage[] = ['tasks', 'sent', 'delivered', 'opened', 'bought']

const SETTLE_MS = 1200

/** Below, a sum is few orders, which one wants to find again to the fen. */
const EXACT_BELOW_FEN = 100_000

/** Reads the results again soon after a live note; a burst of notes costs one read. */
function useLiveResults() {
  const client = useQueryClient()
  const timer = useRef<number | null>(null)
  useLive(
    useCallback(() => {
      timer.current ??= window.setTimeout(() => {
        timer.current = null
        void client.invalidateQueries({ queryKey: ['/v1/results'] })
      }, SETTLE_MS)
    }, [client]),
  )
}

/** Tasks → sent → delivered → opened → bought → amount of one care task; each opens. Who has no
 * associate is contacted without a task. */
export function CampaignFunnel({ campaign, treated }: { campaign: string; treated: number }) {
  const { t } = useTranslation()
  const drill = useDrill()
  useLiveResults()
  const results = useRead('/v1/results', { query: { campaign }, every: 10_000 })
  const total = results.data?.total
  const rest = treated - (total?.tasks ?? treated)
  const behind = (stage: Stage) => () =>
    drill({
      title: t(`insight.${stage}`),
      path: '/v1/results/customers',
      query: { campaign, stage },
    })
  return (
    <Panel title={t('insight.funnel')}>
      {!total && <Skeleton active title={false} paragraph={{ rows: 2 }} />}
      {total && (
        <div className="steps">
          {stages.map((stage, index) => {
            const before = index ? total[stages[index - 1] ?? 'tasks'] : 0
            const share = before ? `${Math.round((total[stage] / before) * 100)}%` : undefined
            return (
              <Figure
                key={stage}
                title={t(`insight.${stage}`)}
                metric={stage}
                value={total[stage]}
                open={behind(stage)}
                note={index === 0 && rest > 0 ? t('insight.sms_only', { count: rest }) : share}
              />
            )
          })}
          <Figure
            title={t('insight.amount')}
            metric="amount_fen"
            value={<Money fen={total.amount_fen} isExact={total.amount_fen < EXACT_BELOW_FEN} />}
            open={behind('bought')}
          />
          <Figure
            title={t('insight.commission')}
            metric="commission_fen"
            value={<Money fen={total.commission_fen} isExact />}
            open={behind('bought')}
          />
        </div>
      )}
    </Panel>
  )
}
