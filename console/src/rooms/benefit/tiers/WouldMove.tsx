import { Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { useCustomersOf } from '@/client/names'
import { useRead, useWrite } from '@/client/query'
import type { TierPlanVersion, TierRun } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { useMay } from '@/shell/session'
import { Count } from '@/ui/figure'
import { Fault, Panel } from '@/ui/page'
import { Bars } from '@/ui/spark'

function isUnderWay(run: TierRun | undefined): boolean {
  return run?.state === 'queued' || run?.state === 'running'
}

/** Whom the draft would move: looked for over everybody, moving nobody. */
export function WouldMove({ plan }: { plan: TierPlanVersion }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  const id = String(plan.version)
  const path = '/v1/tier-plans/{version}/preview'
  const look = useWrite<'POST /v1/tier-plans/{version}/preview'>([path])
  const found = useRead(path, { id, every: look.isPending || look.isSuccess ? 1_200 : false })
  const isNone = found.error instanceof Problem && found.error.status === 404
  const run = found.data
  const isOld = run !== undefined && run.revision !== plan.revision
  return (
    <Panel
      title={t('tier.would_move')}
      extra={
        mayEdit && (
          <Button
            size="small"
            loading={look.isPending || isUnderWay(run)}
            onClick={() => look.mutate({ to: 'POST /v1/tier-plans/{version}/preview', id })}
          >
            {t('tier.look')}
          </Button>
        )
      }
    >
      {found.error && !isNone ? <Fault error={found.error} /> : null}
      {(isNone || isOld) && (
        <p className="quiet">{t(isOld ? 'tier.look_again' : 'tier.look_hint')}</p>
      )}
      {run && !isOld && <Found run={run} plan={plan} />}
    </Panel>
  )
}

function Found({ run, plan }: { run: TierRun; plan: TierPlanVersion }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const { rows } = useCustomersOf(run.examples.map((one) => one.customer_id))
  const named = new Map(plan.plan.tiers.map((tier) => [tier.code, isEnglish ? tier.en : tier.zh]))
  if (run.state !== 'done')
    return (
      <>
        <Progress
          percent={run.total ? Math.round((run.done / run.total) * 100) : 0}
          status="active"
        />
        <small className="quiet num">
          {t('tier.looking', { done: run.done, total: run.total })}
        </small>
      </>
    )
  return (
    <div className="stack">
      <p className="reading">{isEnglish ? run.sentence_en : run.sentence_zh}</p>
      <Bars
        rows={plan.plan.tiers.map((tier) => ({
          key: tier.code,
          label: named.get(tier.code) ?? tier.code,
          value: run.counts[tier.code] ?? 0,
          shown: <Count of={run.counts[tier.code] ?? 0} />,
        }))}
      />
      <ul className="lines">
        {run.examples.map((one) => (
          <li key={one.customer_id}>
            <CustomerName id={one.customer_id} rows={rows} />{' '}
            {one.from_tier && (
              <span className="quiet">{named.get(one.from_tier) ?? one.from_tier} → </span>
            )}
            <b>{named.get(one.to_tier) ?? one.to_tier}</b>
            <br />
            <small className="quiet">{isEnglish ? one.why_en : one.why_zh}</small>
          </li>
        ))}
      </ul>
    </div>
  )
}
