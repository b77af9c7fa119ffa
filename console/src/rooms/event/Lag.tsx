import { Table, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { SetAside } from '@/client/types'
import { Answer, Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

/** How far each consumer of the log is. */
export function LagPanel() {
  const { t } = useTranslation()
  const lag = useRead('/v1/lag', { every: 2000 })
  return (
    <Panel title={t('event.lag')}>
      <p className="quiet">{t('event.lag_hint')}</p>
      <Answer of={lag}>
        {(data) => (
          <Table
            size="small"
            pagination={false}
            rowKey="name"
            dataSource={data.streams}
            columns={[
              {
                title: t('event.stream'),
                render: (_, one) => t(`event.stream_${one.name}`, { defaultValue: one.name }),
              },
              {
                title: t('event.position'),
                align: 'right',
                dataIndex: 'position',
                className: 'num',
              },
              {
                title: t('event.behind'),
                align: 'right',
                render: (_, one) =>
                  one.behind === 0 ? (
                    <Tag color="green">{t('event.level')}</Tag>
                  ) : (
                    <span className="num">{t('event.events_behind', { count: one.behind })}</span>
                  ),
              },
              { title: t('event.moved'), render: (_, one) => <Ago at={one.moved_at} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  )
}

/** Events that could not be processed, with the reason; they block nothing. */
export function SetAsidePanel() {
  const { t } = useTranslation()
  const pages = usePages('/v1/set-aside')
  return (
    <Panel title={t('event.set_aside')}>
      <PagedTable<SetAside>
        pages={pages}
        size="small"
        rowKey={(one) => `${one.stream}-${one.position}`}
        empty={
          <Nothing title={t('event.nothing_set_aside')} hint={t('event.nothing_set_aside_hint')} />
        }
        columns={[
          { title: t('event.when'), render: (_, one) => <Ago at={one.at} /> },
          {
            title: t('event.stream'),
            render: (_, one) => t(`event.stream_${one.stream}`, { defaultValue: one.stream }),
          },
          { title: t('event.type'), dataIndex: 'event_type' },
          {
            title: t('event.event'),
            render: (_, one) => (
              <span className="num">
                {one.source} · {one.event_id}
              </span>
            ),
          },
          {
            title: t('event.reason'),
            render: (_, one) =>
              t(`event.reason_${one.reason.replaceAll('.', '_')}`, { defaultValue: one.reason }),
          },
        ]}
      />
    </Panel>
  )
}
