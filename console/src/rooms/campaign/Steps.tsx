import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Campaign, CampaignPreview, CampaignProgress } from '@/client/types'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Waterfall } from './Waterfall'

type Funnel = CampaignProgress['steps'][number]
type Bars = CampaignPreview['waterfall']

/** How far every step is, and who was left out of the campaign; a reason opens its customers. */
export function Steps({
  campaign,
  open,
  rivals,
}: {
  campaign: Campaign
  open: (reason: string) => void
  /** Who has the places that it competed for. */
  rivals?: ReactNode
}) {
  const { t } = useTranslation()
  const progress = useRead('/v1/campaigns/{campaign_id}/progress', {
    id: campaign.id,
    every: 5000,
  })
  return (
    <div className="cols-steps">
      <Panel title={t('campaign.steps')}>
        <Answer of={progress}>{(data) => <Funnels steps={data.steps} />}</Answer>
      </Panel>
      <Panel title={t('campaign.waterfall')}>
        <Answer of={progress}>
          {(data) => <Waterfall bars={barsOf(data, (arm) => t(`campaign.${arm}`))} open={open} />}
        </Answer>
        {rivals}
      </Panel>
    </div>
  )
}

/** The bars of a published campaign, whose customers are decided: the same picture as before. */
function barsOf(progress: CampaignProgress, say: (arm: string) => string): Bars {
  const { counts, excluded } = progress
  const bar = (kind: Bars[number]['kind'], code: string, count: number) => ({
    ...{ kind, code, count },
    ...{ title_zh: say(code), title_en: say(code) },
  })
  return [
    bar('candidates', 'candidates', counts.candidates),
    ...excluded.map((one) => ({ kind: 'lost' as const, code: one.reason, ...one })),
    bar('held_out', 'held_out', counts.holdout),
    bar('reached', 'treated', counts.treated),
  ]
}

function Funnels({ steps }: { steps: Funnel[] }) {
  const { t, i18n } = useTranslation()
  const why = (one: Funnel) =>
    one.reasons
      .map(
        (reason) => `${i18n.language === 'en' ? reason.title_en : reason.title_zh} ${reason.count}`,
      )
      .join('\n')
  const lost = (one: Funnel) => one.blocked + one.failed + one.late + one.stopped
  return (
    <Rows<Funnel>
      className="step-funnel"
      size="small"
      rowKey="step"
      pagination={false}
      dataSource={steps}
      columns={[
        {
          title: t('campaign.step'),
          render: (_, one) => `${one.step + 1} ${t(`campaign.by_${one.channel}`)}`,
        },
        { title: t('campaign.entered'), align: 'right', dataIndex: 'entered' },
        { title: t('campaign.in_step'), align: 'right', dataIndex: 'waiting' },
        { title: t('insight.sent'), align: 'right', dataIndex: 'sent' },
        { title: t('insight.delivered'), align: 'right', dataIndex: 'delivered' },
        { title: t('insight.opened'), align: 'right', dataIndex: 'opened' },
        {
          title: t('campaign.succeeded'),
          align: 'right',
          render: (_, one) => <b className="teal">{one.succeeded}</b>,
        },
        { title: t('campaign.passed_on'), align: 'right', dataIndex: 'passed_on' },
        {
          title: t('campaign.not_reached'),
          align: 'right',
          render: (_, one) =>
            lost(one) > 0 ? (
              <Tooltip title={<span className="lines-kept">{why(one)}</span>}>
                <span className="has-meaning" tabIndex={0}>
                  {lost(one)}
                </span>
              </Tooltip>
            ) : (
              0
            ),
        },
      ]}
    />
  )
}
