import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { SetAside } from '@/client/types'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

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
          {
            title: t('event.todo'),
            render: (_, one) => (
              <span className="quiet todo">
                {t(`event.todo_${one.reason.replaceAll('.', '_')}`, {
                  defaultValue: t('event.todo_other', { stream: one.stream, from: one.position }),
                })}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  )
}
