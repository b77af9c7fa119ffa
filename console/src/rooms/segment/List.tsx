import { BlockOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Segment } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Count } from '@/ui/figure'
import { Nothing, PageHead, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Spark } from '@/ui/spark'
import { Ago } from '@/ui/time'
import { Filling, useFollowing } from './Filling'
import { evenly } from './sizes'
import { Templates } from './Templates'

export function SegmentList() {
  const { t } = useTranslation()
  const may = useMay()
  const drill = useDrill()
  const [every, follow] = useFollowing()
  const pages = usePages('/v1/segments', { every })
  follow(pages.items.some((row) => row.filling !== null))
  const sizes = useRead('/v1/segments/sizes', { query: { days: 30 }, every: 60_000 })
  const sizesOf = new Map(sizes.data?.items.map((one) => [one.segment_id, one.sizes]))
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/segments/new')}>
      {t('segment.new')}
    </Button>
  )
  return (
    <>
      <PageHead
        title={t('shell.nav_segments')}
        hint={t('segment.list_hint')}
        actions={
          <>
            <Button icon={<BlockOutlined />} onClick={() => go('/segments/overlap')}>
              {t('segment.overlap')}
            </Button>
            {may('segment.edit') && create}
          </>
        }
      />
      <div className="stack">
        <Panel>
          <PagedTable<Segment>
            pages={pages}
            rowKey="id"
            empty={
              <Nothing title={t('segment.none')} hint={t('segment.none_hint')} action={create} />
            }
            open={(row) => () => go(`/segments/${row.id}`)}
            columns={[
              {
                title: t('segment.name'),
                width: 170,
                render: (_, row) => <b className="name">{row.name}</b>,
              },
              {
                title: t('segment.reading'),
                render: (_, row) => <span className="quiet sentence">{row.sentence}</span>,
              },
              {
                title: t('segment.members'),
                align: 'right',
                width: 130,
                render: (_, row) => (
                  <>
                    <button
                      type="button"
                      className="opens"
                      onClick={(event) => {
                        event.stopPropagation()
                        drill({
                          title: row.name,
                          path: '/v1/segments/{segment_id}/customers',
                          id: row.id,
                        })
                      }}
                    >
                      <Count of={row.member_count} />
                    </button>
                    {row.filling && <Filling of={row.filling} />}
                  </>
                ),
              },
              {
                title: t('segment.trend'),
                width: 100,
                render: (_, row) => <Spark values={evenly(sizesOf.get(row.id) ?? [], 40)} />,
              },
              {
                title: t('segment.refreshed'),
                width: 100,
                render: (_, row) => <Ago at={row.refreshed_at} />,
              },
              {
                width: 130,
                render: (_, row) =>
                  may('campaign.edit') && (
                    <Button
                      size="small"
                      onClick={(event) => {
                        event.stopPropagation()
                        go(`/campaigns/new?segment=${row.id}`)
                      }}
                    >
                      {t('segment.make_task')}
                    </Button>
                  ),
              },
            ]}
          />
        </Panel>
        {may('segment.edit') && (
          <Panel title={t('segment.templates')}>
            <Templates />
          </Panel>
        )}
      </div>
    </>
  )
}
