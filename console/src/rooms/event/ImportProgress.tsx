import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Import } from '@/client/types'
import { Answer } from '@/ui/page'

export function isOver(one: Import): boolean {
  return one.state === 'done' || one.state === 'failed' || one.state === 'cancelled'
}

export function ImportProgress({ id, done }: { id: string; done?: (finished: Import) => void }) {
  const { t } = useTranslation()
  const job = useRead('/v1/imports/{import_id}', { id, every: 700 })
  const cancel = useWrite(['/v1/imports', '/v1/imports/{import_id}'])
  const hasTold = useRef(false)
  useEffect(() => {
    if (hasTold.current || job.data?.state !== 'done' || job.data.is_dry_run) return
    hasTold.current = true
    done?.(job.data)
  }, [job.data, done])
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
          <div className="row between">
            <span className="num">
              {t(data.is_dry_run ? 'event.rehearsed' : 'event.counts', {
                accepted: data.accepted,
                duplicates: data.duplicates,
                failed: data.failed,
              })}
            </span>
            {!isOver(data) && (
              <Button
                size="small"
                loading={cancel.isPending}
                onClick={() => cancel.mutate({ to: 'POST /v1/imports/{import_id}/cancel', id })}
              >
                {t('event.cancel')}
              </Button>
            )}
            {isOver(data) && data.failed > 0 && <ErrorsLink one={data} />}
          </div>
          {data.state === 'failed' && <Alert type="error" showIcon title={data.reason} />}
          {data.state === 'done' && data.is_dry_run && data.failed === 0 && (
            <Alert type="success" showIcon title={t('event.rehearsal_clean')} />
          )}
        </div>
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
