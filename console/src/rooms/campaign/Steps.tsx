import { Table, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Campaign, CampaignProgress } from '@/client/types'
import { Answer, Panel } from '@/ui/page'
import { Waterfall } from './Waterfall'

type Funnel = CampaignProgress['steps'][number]

/** How far every step is, and who was left out of the campaign; a reason opens its customers. */
export function Steps({ campaign, open }: { campaign: Campaign; open: (reason: string) => void }) {
  const { t } = useTranslation()
  const progress = useRead('/v1/campaigns/{campaign_id}/progress', {
    id: campaign.id,
    every: 5000,
  })
  return (
    <div className="cols-2">
      <Panel title={t('campaign.steps')}>
        <Answer of={progress}>{(data) => <Funnels steps={data.steps} />}</Answer>
      </Panel>
      <Panel title={t('campaign.waterfall')}>
        <Answer of={progress}>
          {(data) => (
            <Waterfall
              bars={barsOf(data, t('campaign.candidates'), t('campaign.held_out'))}
              open={open}
            />
          )}
        </Answer>
      </Panel>
    </div>
  )
}

/** The bars of a published campaign, whose customers are decided: the same picture as before. */
function barsOf(progress: CampaignProgress, all: string, heldOut: string) {
  const { counts, excluded } = progress
  const bar = (kind: 'candidates' | 'held_out', title: string, count: number) => ({
    kind,
    code: kind,
    title_zh: title,
    title_en: title,
    count,
  })
  return [
    bar('candidates', all, counts.candidates),
    ...excluded.map((one) => ({ kind: 'lost' as const, code: one.reason, ...one })),
    bar('held_out', heldOut, counts.holdout),
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
    <Table<Funnel>
      className="step-funnel"
      size="small"
      rowKey="step"
      pagination={false}
      scroll={{ x: 'max-content' }}
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
