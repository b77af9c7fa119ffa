import { DownloadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Progress, Table } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Import } from '@/client/types'
import { Answer } from '@/ui/page'

const shown = 5

export function isOver(one: Import): boolean {
  return one.state === 'done' || one.state === 'failed' || one.state === 'cancelled'
}

/** `children` come when the import is done: what to do next. */
export function ImportProgress({ id, children }: { id: string; children?: ReactNode }) {
  const { t, i18n } = useTranslation()
  const cache = useQueryClient()
  const [isFinished, setFinished] = useState(false)
  const job = useRead('/v1/imports/{import_id}', { id, every: isFinished ? false : 700 })
  const cancel = useWrite(['/v1/imports', '/v1/imports/{import_id}'])
  const over = job.data !== undefined && isOver(job.data)
  useEffect(() => {
    if (!over || isFinished) return
    setFinished(true)
    void cache.invalidateQueries()
  }, [over, isFinished, cache])
  return (
    <Answer of={job} rows={2}>
      {(data) => (
        <div className="stack">
          <Progress
            percent={
              data.total ? Math.round((data.done / data.total) * 100) : isOver(data) ? 100 : 0
            }
            status={data.state === 'failed' ? 'exception' : isOver(data) ? 'success' : 'active'}
          />
          {!isOver(data) && (
            <small className="quiet num">
              {t('event.rows_done', {
                done: data.done.toLocaleString(i18n.language),
                total: (data.total ?? 0).toLocaleString(i18n.language),
              })}
            </small>
          )}
          <div className="row between">
            <Counts one={data} />
            {!isOver(data) && (
              <Button
                size="small"
                loading={cancel.isPending}
                onClick={() => cancel.mutate({ to: 'POST /v1/imports/{import_id}/cancel', id })}
              >
                {t('event.cancel')}
              </Button>
            )}
            {isOver(data) && data.failed + data.noted > 0 && <ErrorsLink one={data} />}
          </div>
          {data.state === 'failed' && <Alert type="error" showIcon title={data.reason} />}
          {data.state === 'done' && data.is_dry_run && data.failed + data.noted === 0 && (
            <Alert type="success" showIcon title={t('event.rehearsal_clean')} />
          )}
          {isOver(data) && data.failed + data.noted > 0 && <Reasons one={data} />}
          {data.state === 'done' && !data.is_dry_run && <div>{children}</div>}
        </div>
      )}
    </Answer>
  )
}

/** Orders are counted as orders, other files by their rows; failures are always rows. */
function Counts({ one }: { one: Import }) {
  const { t } = useTranslation()
  const counts = {
    accepted: one.accepted,
    duplicates: one.duplicates,
    failed: one.failed,
    what: t(one.kind === 'orders' ? 'event.of_orders' : 'event.of_rows'),
  }
  return (
    <span className="num">
      {t(one.is_dry_run ? 'event.rehearsed' : 'event.counts', counts)}
      {one.noted > 0 && ` · ${t('event.noted', { count: one.noted })}`}
    </span>
  )
}

function adviceOf(one: Import): string {
  if (one.failed === 0) return one.is_dry_run ? 'event.mend_noted_first' : 'event.mend_noted'
  if (one.is_dry_run) return 'event.mend_first'
  return one.noted > 0 ? 'event.mend_both' : 'event.mend'
}

/** The first failed rows and why; all of them are in the file to download. */
function Reasons({ one }: { one: Import }) {
  const { t } = useTranslation()
  const faults = useRead('/v1/imports/{import_id}/errors', { id: one.id })
  return (
    <Alert
      type="warning"
      title={t(adviceOf(one))}
      description={
        <Table
          size="small"
          pagination={false}
          rowKey="number"
          loading={faults.isPending}
          dataSource={faults.data?.items.slice(0, shown)}
          columns={[
            { title: t('event.row'), dataIndex: 'number', className: 'num', width: 90 },
            { title: t('event.reason'), dataIndex: 'detail' },
          ]}
        />
      }
    />
  )
}

export function ErrorsLink({ one }: { one: Import }) {
  const { t } = useTranslation()
  return (
    <Button
      size="small"
      icon={<DownloadOutlined />}
      href={`/v1/imports/${one.id}/errors.csv?surface=console`}
    >
      {t(one.failed > 0 ? 'event.errors' : 'event.notes', { count: one.failed || one.noted })}
    </Button>
  )
}
