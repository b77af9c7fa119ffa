import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Import } from '@/client/types'
import { Answer } from '@/ui/page'

export function isOver(one: Import): boolean {
  return one.state === 'done' || one.state === 'failed' || one.state === 'cancelled'
}

export function ImportProgress({ id, done }: { id: string; done?: (finished: Import) => void }) {
  const { t } = useTranslation()
  const job = useRead('/v1/imports/{id}', { id, every: 700 })
  const finished = job.data && isOver(job.data) && !job.data.is_dry_run ? job.data : null
  const isDone = finished !== null && finished.state === 'done'
  useEffect(() => {
    if (isDone && finished) done?.(finished)
    // Once, when it ends; later polls of a finished import are the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isDone])
  return (
    <Answer of={job} rows={2}>
      {(data) => (
        <>
          <Progress
            percent={data.total ? Math.round((data.done / data.total) * 100) : isOver(data) ? 100 : 0}
            status={data.state === 'failed' ? 'exception' : isOver(data) ? 'success' : 'active'}
          />
          <div className="row between">
            <span className="num">
              {t(data.is_dry_run ? 'event.rehearsed' : 'event.counts', {
                accepted: data.accepted,
                duplicates: data.duplicates,
                failed: data.failed,
              })}
            </span>
            {data.failed > 0 && <ErrorsLink one={data} />}
          </div>
          {data.state === 'done' && data.is_dry_run && data.failed === 0 && (
            <Alert type="success" showIcon title={t('event.rehearsal_clean')} />
          )}
        </>
      )}
    </Answer>
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
      {t('event.errors', { count: one.failed })}
    </Button>
  )
}
