import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Campaign } from '@/client/types'
import { Channels } from '@/rooms/attribution/Channels'
import { LiftPanel } from '@/rooms/attribution/LiftPanel'
import { useState } from 'react'
import { Ahead } from '@/rooms/campaign/Ahead'
import { Standing } from '@/rooms/campaign/Approval'
import { Candidates } from '@/rooms/campaign/Candidates'
import { isMailed } from '@/rooms/campaign/chain'
import { CampaignHead, Publishing } from '@/rooms/campaign/Head'
import { Steps } from '@/rooms/campaign/Steps'
import { Words } from '@/rooms/campaign/Words'
import { CampaignFunnel } from '@/rooms/insight/CampaignFunnel'
import { ResultsTable } from '@/rooms/insight/ResultsTable'
import { Messages } from '@/rooms/reach/Messages'
import { Rivals } from '@/rooms/reach/Rivals'
import { StopButton } from '@/rooms/reach/StopButton'
import { Answer, Panel } from '@/ui/page'
import '@/rooms/campaign/campaign.css'

export default function CampaignPage({ id }: { id: string }) {
  const campaign = useRead('/v1/campaigns/{campaign_id}', { id, every: 5000 })
  return (
    <Answer of={campaign} rows={10}>
      {(data) => <Detail campaign={data} />}
    </Answer>
  )
}

function Detail({ campaign }: { campaign: Campaign }) {
  const hasBegun = !['draft', 'waiting', 'scheduled'].includes(campaign.state)
  return (
    <>
      <CampaignHead
        campaign={campaign}
        stop={campaign.state === 'live' && <StopButton campaign={campaign.id} />}
      />
      <div className="stack">
        <Standing campaign={campaign} />
        {hasBegun ? <Begun campaign={campaign} /> : <Ahead campaign={campaign} />}
      </div>
    </>
  )
}

function Begun({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const { id } = campaign
  const [reason, setReason] = useState<string | undefined>()
  const hasTasks = campaign.steps[0]?.channel === 'wecom'
  const results = useRead('/v1/results', { query: { campaign: id } })
  return (
    <>
      {campaign.state === 'publishing' && <Publishing campaign={campaign} />}
      <CampaignFunnel
        campaign={id}
        treated={hasTasks && campaign.state !== 'publishing' ? campaign.counts.treated : 0}
      />
      <Steps
        campaign={campaign}
        rivals={isMailed(campaign.steps) && <Rivals campaign={id} />}
        open={(next) => {
          setReason(next)
          document.getElementById('why-not')?.scrollIntoView({ behavior: 'smooth' })
        }}
      />
      <div className="cols-2">
        <LiftPanel campaign={id} creditedFen={results.data?.total.amount_fen ?? 0} />
        <Panel title={t('campaign.copy')}>
          <Words campaign={campaign} />
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
              key: 'channels',
              label: t('insight.by_channel'),
              children: <Channels campaign={id} />,
            },
            {
              key: 'messages',
              label: t('reach.messages'),
              children: <Messages query={{ campaign: id }} />,
            },
          ]}
        />
      </Panel>
      <div id="why-not" className="why-not-place">
        <Candidates key={reason} campaign={campaign} asked={reason} />
      </div>
    </>
  )
}
