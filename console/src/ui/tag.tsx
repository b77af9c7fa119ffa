import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'

/** A customer's tag; those the product sets itself (`source:mall`) are put in words. */
export function TagName({ name }: { name: string }) {
  const { t } = useTranslation()
  const [kind, value] = name.split(':')
  if (kind !== 'source' || !value) return <>{name}</>
  return (
    <>{t('profile.tag_source', { source: t(`order.source_${value}`, { defaultValue: value }) })}</>
  )
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
