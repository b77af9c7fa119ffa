import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Campaign } from '@/client/types'
import { LiftPanel } from '@/rooms/attribution/LiftPanel'
import { Candidates } from '@/rooms/campaign/Candidates'
import { CampaignHead, Publishing } from '@/rooms/campaign/Head'
import { CampaignFunnel } from '@/rooms/insight/CampaignFunnel'
import { ResultsTable } from '@/rooms/insight/ResultsTable'
import { Messages } from '@/rooms/reach/Messages'
import { Bubble } from '@/ui/bubble'
import { Answer, Panel } from '@/ui/page'

export default function CampaignPage({ id }: { id: string }) {
  const campaign = useRead('/v1/campaigns/{campaign_id}', { id, every: 5000 })
  return (
    <Answer of={campaign} rows={10}>
      {(data) => <Detail campaign={data} />}
    </Answer>
  )
}

function Detail({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const { id } = campaign
  const results = useRead('/v1/results', { query: { campaign: id } })
  return (
    <>
      <CampaignHead campaign={campaign} />
      <div className="stack">
        {campaign.state === 'publishing' && <Publishing campaign={campaign} />}
        <CampaignFunnel
          campaign={id}
          treated={campaign.state === 'publishing' ? 0 : campaign.counts.treated}
        />
        <div className="cols-2">
          <LiftPanel campaign={id} creditedFen={results.data?.total.amount_fen ?? 0} />
          <Panel title={t('campaign.copy')}>
            <Bubble from={t('campaign.associate')}>{campaign.copy}</Bubble>
          </Panel>
        </div>
        <Panel>
          <Tabs
            items={[
              {
                key: 'results',
                label: t('campaign.by_store'),
                children: <ResultsTable campaign={id} />,
              },
              {
                key: 'messages',
                label: t('reach.messages'),
                children: <Messages query={{ campaign: id }} />,
              },
            ]}
          />
        </Panel>
        <Candidates campaign={campaign} />
      </div>
    </>
  )
}
