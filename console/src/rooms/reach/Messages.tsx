import { Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { Query } from '@/client/http'
import type { Message } from '@/client/types'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

const colours: Record<string, string> = {
  delivered: 'green',
  failed: 'red',
  unknown: 'orange',
  cancelled: 'default',
}

export function Messages({ query }: { query: Query }) {
  const { t } = useTranslation()
  const pages = usePages('/v1/messages', { query })
  return (
    <PagedTable<Message>
      pages={pages}
      rowKey="id"
      size="small"
      empty={<Nothing title={t('reach.none')} />}
      columns={[
        { title: t('reach.planned'), render: (_, one) => <Ago at={one.planned_at} /> },
        {
          title: t('reach.channel'),
          render: (_, one) => t(`profile.channel_${one.channel}`, { defaultValue: one.channel }),
        },
        {
          title: t('reach.text'),
          render: (_, one) => (
            <Tooltip title={one.text}>
              <span className="sentence message-text">{one.text}</span>
            </Tooltip>
          ),
        },
        {
          title: t('reach.state'),
          render: (_, one) => (
            <Tooltip title={one.failure_text}>
              <Tag color={colours[one.state]}>
                {t(`reach.state_${one.state}`, { defaultValue: one.state })}
              </Tag>
            </Tooltip>
          ),
        },
        { title: t('reach.delivered'), render: (_, one) => <Ago at={one.delivered_at} /> },
        { title: t('reach.opened'), render: (_, one) => <Ago at={one.opened_at} /> },
      ]}
    />
  )
}
