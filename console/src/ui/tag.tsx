import { Tag } from 'antd'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

/** A customer's tag in words: those the product sets itself (`source:mall`) have none of their own. */
export function tagWords(name: string, t: TFunction): string {
  const [kind, value] = name.split(':')
  if (kind !== 'source' || !value) return name
  return t('profile.tag_source', { source: t(`order.source_${value}`, { defaultValue: value }) })
}

export function TagName({ name }: { name: string }) {
  const { t } = useTranslation()
  return <>{tagWords(name, t)}</>
}

export function Tags({ names, most = 3 }: { names: string[]; most?: number }) {
  return (
    <span className="nowrap">
      {names.slice(0, most).map((name) => (
        <Tag key={name}>
          <TagName name={name} />
        </Tag>
      ))}
      {names.length > most && <small className="quiet">+{names.length - most}</small>}
    </span>
  )
}
