import { Alert, Button, Empty, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'

export function PageHead({
  title,
  hint,
  actions,
  tabs,
}: {
  title: ReactNode
  hint?: ReactNode
  actions?: ReactNode
  tabs?: ReactNode
}) {
  return (
    <>
      <header className="page-head">
        <div className="page-head-words">
          <h1>{title}</h1>
          {hint && <p className="quiet">{hint}</p>}
        </div>
        {actions && <div className="page-head-actions">{actions}</div>}
      </header>
      {tabs}
    </>
  )
}

export function Panel({
  title,
  extra,
  children,
  className = '',
}: {
  title?: ReactNode
  extra?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={`panel ${className}`}>
      {(title || extra) && (
        <div className="panel-head">
          <h2>{title}</h2>
          <div>{extra}</div>
        </div>
      )}
      {children}
    </section>
  )
}

export function Fault({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation()
  const problem = error instanceof Problem ? error : null
  return (
    <Alert
      type="error"
      showIcon
      title={problem?.message ?? t('ui.went_wrong')}
      description={problem && <code className="quiet">{problem.code}</code>}
      action={
        again && (
          <Button size="small" onClick={again}>
            {t('ui.again')}
          </Button>
        )
      }
    />
  )
}

export function Nothing({
  title,
  hint,
  action,
}: {
  title: ReactNode
  hint?: ReactNode
  action?: ReactNode
}) {
  return (
    <Empty
      className="nothing"
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div>{title}</div>
          {hint && <div className="quiet">{hint}</div>}
        </>
      }
    >
      {action}
    </Empty>
  )
}

/** Skeleton, fault or content: the three faces of one answer. */
export function Answer<T>({
  of,
  rows = 4,
  children,
}: {
  of: { data: T | undefined; error: unknown; refetch: () => unknown }
  rows?: number
  children: (data: T) => ReactNode
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>
  if (of.error) return <Fault error={of.error} again={() => void of.refetch()} />
  return <Skeleton active title={false} paragraph={{ rows }} />
}
