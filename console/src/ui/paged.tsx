import { Button } from 'antd'
import type { ComponentProps, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Fault } from './page'
import { Rows } from './rows'

interface Pages<T> {
  items: T[]
  error: unknown
  isLoading: boolean
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
  refetch: () => unknown
}

/** A cursor list as a table with 加载更多 under it. */
export function PagedTable<T extends object>({
  pages,
  empty,
  ...table
}: { pages: Pages<T>; empty?: ReactNode } & Omit<
  ComponentProps<typeof Rows<T>>,
  'dataSource' | 'pagination'
>) {
  const { t } = useTranslation()
  if (pages.error && pages.items.length === 0)
    return <Fault error={pages.error} again={() => void pages.refetch()} />
  return (
    <>
      <Rows<T>
        size="middle"
        {...table}
        dataSource={pages.items}
        loading={pages.isLoading}
        pagination={false}
        locale={empty ? { emptyText: pages.isLoading ? ' ' : empty } : undefined}
      />
      {pages.hasNextPage && (
        <div className="more">
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('ui.more')}
          </Button>
        </div>
      )}
    </>
  )
}
