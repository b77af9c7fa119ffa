import { App, Button, Progress } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Campaign } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { PageHead, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { StateTag } from './StateTag'

/** What it is, where it stands, and what may be done; `stop` is the emergency stop. */
export function CampaignHead({ campaign, stop }: { campaign: Campaign; stop?: ReactNode }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()('campaign.publish')
  const write = useWrite(['/v1/campaigns', '/v1/campaigns/{campaign_id}'])
  const left = useRead('/v1/campaigns/{campaign_id}/progress', {
    id: campaign.id,
    enabled: campaign.state !== 'draft',
  })
  const turn = (verb: 'pause' | 'resume' | 'end') =>
    write
      .mutateAsync({ to: `POST /v1/campaigns/{campaign_id}/${verb}`, id: campaign.id })
      .then(() => showDone(t(`campaign.${verb}_done`)))
      .catch(() => undefined)
  const askEnd = () => {
    modal.confirm({
      title: t('campaign.end_title'),
      content: t('campaign.end_effect', { count: left.data?.tasks.open ?? 0 }),
      okText: t('campaign.end'),
      okButtonProps: { danger: true },
      onOk: () => turn('end'),
    })
  }
  return (
    <PageHead
      title={
        <span className="row">
          {campaign.name} <StateTag state={campaign.state} />
        </span>
      }
      hint={
        <>
          {campaign.goal}
          {campaign.closes_at && campaign.state !== 'ended' && (
            <>
              {' '}
              · {t('campaign.deadline')} <Ago at={campaign.closes_at} />
            </>
          )}
        </>
      }
      actions={
        <>
          <Button onClick={() => go('/campaigns')}>{t('ui.back')}</Button>
          {campaign.state === 'draft' && (
            <Button onClick={() => go(`/campaigns/${campaign.id}/edit`)}>{t('ui.edit')}</Button>
          )}
          {may && campaign.state === 'live' && (
            <Button onClick={() => void turn('pause')}>{t('campaign.pause')}</Button>
          )}
          {may && campaign.state === 'paused' && (
            <Button type="primary" onClick={() => void turn('resume')}>
              {t('campaign.resume')}
            </Button>
          )}
          {may && (campaign.state === 'live' || campaign.state === 'paused') && (
            <Button danger onClick={askEnd}>
              {t('campaign.end')}
            </Button>
          )}
          {stop}
        </>
      }
    />
  )
}

/** Publishing writes tasks by the thousand; this shows how far it is. */
export function Publishing({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const progress = useRead('/v1/campaigns/{campaign_id}/progress', { id: campaign.id, every: 800 })
  const counts = progress.data?.counts
  return (
    <Panel title={t('campaign.publishing')}>
      <Progress percent={Math.round((progress.data?.share ?? 0) * 100)} status="active" />
      <small className="quiet num">
        {counts &&
          t('campaign.publishing_of', {
            done: counts.candidates - counts.pending,
            total: counts.candidates,
          })}
      </small>
    </Panel>
  )
}
