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

/** Tasks → sent → delivered → opened → bought → amount of one care task; each opens. */
export function CampaignFunnel({ campaign }: { campaign: string }) {
  const { t } = useTranslation()
  const drill = useDrill()
  useLiveResults()
  const results = useRead('/v1/results', { query: { campaign }, every: 10_000 })
  const total = results.data?.total
  return (
    <Panel title={t('insight.funnel')}>
      {!total && <Skeleton active title={false} paragraph={{ rows: 2 }} />}
      {total && (
        <div className="steps">
          {stages.map((stage, index) => {
            const before = index ? total[stages[index - 1] ?? 'tasks'] : 0
            return (
              <Figure
                key={stage}
                title={t(`insight.${stage}`)}
                metric={stage}
                value={total[stage]}
                open={() =>
                  drill({
                    title: t(`insight.${stage}`),
                    path: '/v1/results/customers',
                    query: { campaign, stage },
                  })
                }
                note={before ? `${Math.round((total[stage] / before) * 100)}%` : undefined}
              />
            )
          })}
          <Figure
            title={t('insight.amount')}
            metric="amount_fen"
            value={<Money fen={total.amount_fen} />}
          />
          <Figure
            title={t('insight.commission')}
            metric="commission_fen"
            value={<Money fen={total.commission_fen} isExact />}
          />
        </div>
      )}
    </Panel>
  )
}
