import { Skeleton, Timeline as Line } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import { Fault, Nothing } from '@/ui/page'
import { Ago } from '@/ui/time'

const colours: Record<string, string> = {
  order: '#12706a',
  message: '#d97a33',
  task: '#d97a33',
  link: '#d97a33',
  consent: '#8a6fb0',
}

/** What the customer did and what was done to them, newest first, loading as one scrolls. */
export function Timeline({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const pages = usePages('/v1/customers/{customer_id}/timeline', { id: customer })
  const foot = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  useEffect(() => {
    const element = foot.current
    if (!element || !hasNextPage || isFetchingNextPage) return
    const watcher = new IntersectionObserver(([seen]) => {
      if (seen?.isIntersecting) void fetchNextPage()
    })
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (pages.error) return <Fault error={pages.error} again={() => void pages.refetch()} />
  if (pages.isLoading) return <Skeleton active paragraph={{ rows: 6 }} />
  if (pages.items.length === 0) return <Nothing title={t('profile.no_events')} />
  return (
    <>
      <Line
        items={pages.items.map((item) => ({
          key: item.position,
          color: colours[item.type.split('.')[0] ?? ''] ?? '#b9c2c0',
          content: (
            <div className="event">
              <span>{i18n.language === 'en' ? item.title_en : item.title_zh}</span>
              <small className="quiet">
                {item.unit && `${item.unit.name} · `}
                <Ago at={item.at} />
              </small>
            </div>
          ),
        }))}
      />
      <div ref={foot}>{isFetchingNextPage && <Skeleton active paragraph={{ rows: 2 }} />}</div>
    </>
  )
}
