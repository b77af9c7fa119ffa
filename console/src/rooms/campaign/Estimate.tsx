import { Button, Progress } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Campaign, CampaignEstimate } from '@/client/types'
import { useMay } from '@/shell/session'
import { count } from '@/ui/format'
import { Fault, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Waterfall } from './Waterfall'

/** 全部估算: of an audience too large for a request everybody is counted in the background, by itself
 * once the draft is kept as it is. */
export function Estimate({
  saved,
  isChanged,
  keep,
}: {
  saved: Campaign | null
  isChanged: boolean
  keep: () => void
}) {
  const { t } = useTranslation()
  if (saved && !isChanged) return <Counting key={saved.version} campaign={saved} />
  return (
    <Panel title={t('campaign.estimate')}>
      <p className="quiet panel-hint">{t('campaign.estimate_unsaved')}</p>
      <Button onClick={keep}>{t('campaign.estimate_keep')}</Button>
    </Panel>
  )
}

function Counting({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const isAllowed = useMay()('campaign.edit')
  const begin = useWrite<'POST /v1/campaigns/{campaign_id}/estimate'>([
    '/v1/campaigns/{campaign_id}/estimate',
  ])
  const { mutate } = begin
  const { id } = campaign
  useEffect(() => {
    if (isAllowed) mutate({ to: 'POST /v1/campaigns/{campaign_id}/estimate', id })
  }, [mutate, id, isAllowed])
  const begun = begin.data
  const found = useRead('/v1/campaigns/{campaign_id}/estimate', {
    id,
    enabled: begun !== undefined,
    every: 1000,
  })
  const estimate = found.data ?? begun
  return (
    <Panel title={t('campaign.estimate')}>
      {begin.error ? (
        <Fault error={begin.error} />
      ) : (
        <Counted
          estimate={estimate}
          again={() => mutate({ to: 'POST /v1/campaigns/{campaign_id}/estimate', id })}
        />
      )}
    </Panel>
  )
}

function Counted({
  estimate,
  again,
}: {
  estimate: CampaignEstimate | undefined
  again: () => void
}) {
  const { t } = useTranslation()
  const cancel = useWrite<'POST /v1/campaigns/{campaign_id}/estimate/cancel'>([
    '/v1/campaigns/{campaign_id}/estimate',
  ])
  const isRunning = !estimate || estimate.state === 'running'
  const [decided, all] = [estimate?.decided ?? 0, estimate?.candidates ?? 0]
  const of = { decided: count(decided), all: count(all) }
  return (
    <div className="estimate" aria-live="polite">
      <div className="row between">
        <span className="quiet num">
          {isRunning && t('campaign.estimate_running', of)}
          {estimate?.state === 'cancelled' && t('campaign.estimate_cancelled', of)}
          {estimate?.state === 'done' && (
            <>
              {t('campaign.estimate_done', of)} · <Ago at={estimate.ended_at} />
            </>
          )}
        </span>
        {estimate &&
          (isRunning ? (
            <Button
              size="small"
              loading={cancel.isPending}
              onClick={() =>
                cancel.mutate({
                  to: 'POST /v1/campaigns/{campaign_id}/estimate/cancel',
                  id: estimate.campaign_id,
                })
              }
            >
              {t('ui.cancel')}
            </Button>
          ) : (
            <Button size="small" onClick={again}>
              {t('campaign.estimate_again')}
            </Button>
          ))}
      </div>
      {isRunning && (
        <Progress
          percent={all ? Math.floor((100 * decided) / all) : 0}
          status="active"
          aria-label={t('campaign.estimate')}
        />
      )}
      {estimate && decided > 0 && <Waterfall bars={estimate.waterfall} />}
    </div>
  )
}
