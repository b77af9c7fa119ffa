import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** The first of a list, and the others on demand: what stands below it stays in sight. */
export function More<T>({
  items,
  most,
  children,
}: {
  items: T[]
  most: number
  children: (shown: T[]) => ReactNode
}) {
  const { t } = useTranslation()
  const [isAll, setAll] = useState(false)
  return (
    <>
      {children(isAll ? items : items.slice(0, most))}
      {items.length > most && (
        <Button type="link" size="small" onClick={() => setAll(!isAll)}>
          {isAll ? t('ui.fold') : t('ui.show_all', { count: items.length })}
        </Button>
      )}
    </>
  )
}
