import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Money } from '@/ui/figure'
import { Fault, Nothing } from '@/ui/page'
import { Rows } from '@/ui/rows'

/** What came of a campaign's messages, channel by channel, and what they cost. */
export function Channels({ campaign }: { campaign: string }) {
  const { t } = useTranslation()
  const found = useRead('/v1/campaigns/{campaign_id}/channels', { id: campaign })
  if (found.error) return <Fault error={found.error} again={() => void found.refetch()} />
  const counts = ['sent', 'delivered', 'opened', 'failed', 'left', 'buyers'] as const
  return (
    <Rows
      size="small"
      loading={found.isLoading}
      rowKey="channel"
      dataSource={found.data}
      pagination={false}
      locale={{ emptyText: <Nothing title={t('insight.no_channels')} /> }}
      columns={[
        {
          title: t('reach.channel'),
          dataIndex: 'channel',
          render: (channel: string) => t(`reach.channel_${channel}`),
        },
        ...counts.map((name) => ({
          title: t(`insight.channel_${name}`),
          dataIndex: name,
          align: 'right' as const,
        })),
        {
          title: t('insight.credited'),
          dataIndex: 'amount_fen',
          align: 'right',
          render: (fen: number) => <Money fen={fen} />,
        },
        {
          title: t('insight.channel_cost'),
          dataIndex: 'cost_fen',
          align: 'right',
          render: (fen: number | null) => (fen === null ? '–' : <Money fen={fen} isExact />),
        },
      ]}
    />
  )
}
