import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { Import } from '@/client/types'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { ErrorsLink } from './ImportProgress'
import { ImportWizard } from './ImportWizard'

const colours: Record<Import['state'], string> = {
  waiting: 'default',
  running: 'processing',
  done: 'green',
  failed: 'red',
  cancelled: 'default',
}

export function Imports() {
  const { t } = useTranslation()
  const pages = usePages('/v1/imports')
  return (
    <div className="cols-2">
      <Panel title={t('event.new_import')}>
        <ImportWizard />
      </Panel>
      <Panel title={t('event.history')}>
        <PagedTable<Import>
          pages={pages}
          rowKey="id"
          size="small"
          empty={<Nothing title={t('event.no_imports')} />}
          columns={[
            {
              title: t('event.file'),
              render: (_, one) => (
                <>
                  <div>{one.file_name}</div>
                  <small className="quiet">
                    {t(`event.kind_${one.kind}`)} · <Ago at={one.created_at} />
                  </small>
                </>
              ),
            },
            {
              title: t('event.state'),
              render: (_, one) => (
                <>
                  <Tag color={colours[one.state]}>{t(`event.state_${one.state}`)}</Tag>
                  {one.is_dry_run && <Tag>{t('event.rehearsal')}</Tag>}
                </>
              ),
            },
            { title: t('event.accepted'), align: 'right', dataIndex: 'accepted', className: 'num' },
            {
              title: t('event.failed'),
              align: 'right',
              render: (_, one) => (one.failed + one.noted > 0 ? <ErrorsLink one={one} /> : '0'),
            },
          ]}
        />
      </Panel>
    </div>
  )
}
