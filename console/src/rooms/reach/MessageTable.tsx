import type { TableProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import type { usePages } from '@/client/query'
import type { Message } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { MessageState } from './MessageState'
import { channelName } from './words'

type Columns = NonNullable<TableProps<Message>['columns']>

/** Messages, newest first; a row opens by click or Enter. `isWide` adds to whom and from where. */
export function MessageTable({
  pages,
  show,
  isWide = false,
  hint,
}: {
  pages: ReturnType<typeof usePages<'/v1/messages'>>
  show: (id: string) => void
  isWide?: boolean
  hint?: string
}) {
  const { t } = useTranslation()
  const ids = pages.items.flatMap((one) => (isWide && one.customer_id ? [one.customer_id] : []))
  const { rows } = useCustomersOf([...new Set(ids)])
  const people: Columns = [
    {
      title: t('reach.customer'),
      render: (_, one) =>
        one.customer_id ? (
          <CustomerName id={one.customer_id} rows={rows} />
        ) : (
          <span className="quiet">{t('reach.test')}</span>
        ),
    },
  ]
  const places: Columns = [
    { title: t('reach.store'), render: (_, one) => one.unit_name ?? '–' },
    { title: t('reach.associate'), render: (_, one) => one.staff_name ?? '–' },
  ]
  return (
    <PagedTable<Message>
      pages={pages}
      rowKey="id"
      size={isWide ? 'middle' : 'small'}
      empty={<Nothing title={t(isWide ? 'reach.none_found' : 'reach.none')} hint={hint} />}
      open={(one) => () => show(one.id)}
      columns={[
        { title: t('reach.planned'), render: (_, one) => <Ago at={one.planned_at} /> },
        ...(isWide ? people : []),
        { title: t('reach.state'), render: (_, one) => <MessageState message={one} /> },
        { title: t('reach.channel'), render: (_, one) => channelName(t, one.channel) },
        {
          title: t('reach.text'),
          render: (_, one) => (
            <span className="sentence message-line" title={one.text ?? undefined}>
              {one.text ?? <span className="quiet">{t('reach.text_gone')}</span>}
            </span>
          ),
        },
        ...(isWide ? places : []),
        { title: t('reach.delivered'), render: (_, one) => <Ago at={one.delivered_at} /> },
        { title: t('reach.opened'), render: (_, one) => <Ago at={one.opened_at} /> },
      ]}
    />
  )
}
