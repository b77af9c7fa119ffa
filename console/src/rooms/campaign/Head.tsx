import { App, Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Campaign } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Figure, Money } from '@/ui/figure'
import { PageHead, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { StateTag } from './StateTag'

export function CampaignHead({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()('campaign.publish')
  const write = useWrite(['/v1/campaigns', '/v1/campaigns/{id}'])
  const turn = (verb: 'pause' | 'resume' | 'end') =>
    write
      .mutateAsync({ path: `/v1/campaigns/${campaign.id}/${verb}`, body: {} })
      .then(() => showDone(t(`campaign.${verb}_done`)))
  const askEnd = () => {
    const left = (campaign.counts?.tasks ?? 0) - (campaign.counts?.sent ?? 0)
    modal.confirm({
      title: t('campaign.end_title'),
      content: t('campaign.end_effect', { count: left }),
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
          {campaign.goal} · {t('campaign.deadline')} <Ago at={campaign.deadline} />
          {campaign.created_by && ` · ${campaign.created_by}`}
        </>
      }
      actions={
        <>
          <Button onClick={() => go('/campaigns')}>{t('ui.back')}</Button>
          {campaign.state === 'draft' && (
            <Button onClick={() => go(`/campaigns/${campaign.id}/edit`)}>{t('ui.edit')}</Button>
          )}
          {may && campaign.state === 'live' && <Button onClick={() => void turn('pause')}>{t('campaign.pause')}</Button>}
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
        </>
      }
    />
  )
}

/** Publishing writes tasks by the thousand; this shows how far it is. */
export function Publishing({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const progress = useRead('/v1/campaigns/{id}/progress', { id: campaign.id, every: 800 })
  const { done = 0, total = 0 } = progress.data ?? {}
  return (
    <Panel title={t('campaign.publishing')}>
      <Progress percent={total ? Math.round((done / total) * 100) : 0} status="active" />
      <small className="quiet num">{t('campaign.publishing_of', { done, total })}</small>
    </Panel>
  )
}

export function CampaignFigures({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const counts = campaign.counts ?? {}
  const steps = ['tasks', 'sent', 'delivered', 'opened', 'bought'] as const
  return (
    <Panel title={t('campaign.funnel')}>
      <div className="steps">
        {steps.map((step, index) => {
          const value = counts[step] ?? 0
          const before = index ? (counts[steps[index - 1] ?? 'tasks'] ?? 0) : 0
          return (
            <Figure
              key={step}
              title={t(`insight.${step}`)}
              metric={step}
              value={value}
              note={before ? `${Math.round((value / before) * 100)}%` : t('campaign.start_step')}
            />
          )
        })}
        <Figure title={t('insight.amount')} metric="credited" value={<Money fen={counts.credited_fen ?? 0} />} />
      </div>
    </Panel>
  )
}
