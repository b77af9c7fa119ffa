import { PlusOutlined } from '@ant-design/icons'
import { Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Campaign } from '@/client/types'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Count } from '@/ui/figure'
import { Nothing, PageHead, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { StateTag } from './StateTag'

export function CampaignList() {
  const { t } = useTranslation()
  const may = useMay()
  const pages = usePages('/v1/campaigns')
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/campaigns/new')}>
      {t('campaign.new')}
    </Button>
  )
  return (
    <>
      <PageHead
        title={t('shell.nav_campaigns')}
        hint={t('campaign.list_hint')}
        actions={may('campaign.edit') && create}
      />
      <Panel>
        <PagedTable<Campaign>
          pages={pages}
          rowKey="id"
          open={(one) => () =>
            go(one.state === 'draft' ? `/campaigns/${one.id}/edit` : `/campaigns/${one.id}`)
          }
          empty={
            <Nothing title={t('campaign.none')} hint={t('campaign.none_hint')} action={create} />
          }
          columns={[
            {
              title: t('campaign.name'),
              render: (_, one) => (
                <>
                  <b className="name">{one.name}</b>
                  <div className="quiet sentence">{one.goal}</div>
                </>
              ),
            },
            { title: t('campaign.state'), render: (_, one) => <StateTag state={one.state} /> },
            {
              title: t('campaign.progress'),
              width: 190,
              render: (_, one) => <Sent campaign={one} />,
            },
            {
              title: t('campaign.treated'),
              align: 'right',
              render: (_, one) => (one.state === 'draft' ? '–' : <Count of={one.counts.treated} />),
            },
            {
              title: t('campaign.held_out'),
              align: 'right',
              render: (_, one) => (one.state === 'draft' ? '–' : <Count of={one.counts.holdout} />),
            },
            { title: t('campaign.deadline'), render: (_, one) => <Ago at={one.deadline} /> },
          ]}
        />
      </Panel>
    </>
  )
}

function Sent({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const isOut = campaign.state !== 'draft'
  const progress = useRead('/v1/campaigns/{campaign_id}/progress', {
    id: campaign.id,
    enabled: isOut,
  })
  const states = progress.data?.tasks ?? {}
  const tasks = Object.values(states).reduce((sum, one) => sum + one, 0)
  const sent = states.sent ?? 0
  if (!tasks) return <span className="quiet">–</span>
  return (
    <>
      <Progress percent={Math.round((sent / tasks) * 100)} size="small" showInfo={false} />
      <small className="quiet num">{t('campaign.sent_of', { sent, tasks })}</small>
    </>
  )
}
