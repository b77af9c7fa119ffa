import { useTranslation } from 'react-i18next'
import type { EventMatch, EventWhere } from '@/client/types'
import { Products } from '@/shell/goods'
import { Pick, PickMany } from './Inputs'
import type { Words } from './words'

const eventTypes = [
  'product.viewed',
  'cart.added',
  'link.opened',
  'order.paid',
  'contact.added',
  'contact.removed',
  'member.joined',
  'visit.checked_in',
  'order.refunded',
  'order.reviewed',
]
const withProduct = ['product.viewed', 'cart.added', 'order.paid']
const atUnit = ['order.paid', 'order.refunded', 'visit.checked_in']

interface Given {
  match: EventMatch
  words: Words
  change: (next: EventMatch) => void
}

/** An event and where or of what it was, as far as its kind tells. */
export function Which({ match, words, change }: Given) {
  return (
    <>
      <EventUnits match={match} words={words} change={change} />
      <EventType type={match.type} change={(type) => change({ type })} />
      <EventProducts match={match} words={words} change={change} />
    </>
  )
}

export function EventType({ type, change }: { type: string; change: (type: string) => void }) {
  const { t } = useTranslation()
  return (
    <Pick
      label={t('segment.add_event')}
      value={type}
      options={eventTypes.map((one) => ({
        value: one,
        label: t(`segment.event_${one.replace('.', '_')}`),
      }))}
      change={change}
    />
  )
}

/** Where it was; nothing for an event that tells no store. */
export function EventUnits({ match, words, change }: Given) {
  if (!atUnit.includes(match.type)) return null
  return (
    <AtUnits
      units={match.where?.unit}
      words={words}
      change={(unit) => change({ ...match, where: { ...match.where, unit } })}
    />
  )
}

/** Of what it was; nothing for an event without a product. */
export function EventProducts({ match, words, change }: Given) {
  if (!withProduct.includes(match.type)) return null
  return (
    <OfProducts
      where={match.where}
      words={words}
      change={(next) => change({ ...match, where: { ...match.where, ...next } })}
    />
  )
}

function filled<T extends string[]>(values: T): T | undefined {
  return values.length ? values : undefined
}

export function AtUnits({
  units,
  words,
  change,
}: {
  units: string[] | undefined
  words: Words
  change: (units: string[] | undefined) => void
}) {
  const { t } = useTranslation()
  return (
    <PickMany
      label={t('segment.unit')}
      value={units ?? []}
      options={words.units}
      placeholder={t('segment.any_unit')}
      change={(next) => change(filled(next))}
    />
  )
}

export function OfProducts({
  where,
  words,
  change,
}: {
  where: EventWhere | undefined
  words: Words
  change: (next: Omit<EventWhere, 'unit'>) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <PickMany
        label={t('segment.category')}
        value={where?.category ?? []}
        options={words.categories}
        placeholder={t('segment.any_product')}
        change={(category) => change({ category: filled(category) })}
      />
      <Products
        label={t('segment.sku')}
        size="small"
        className="pick-many"
        placeholder={t('segment.any_sku')}
        skus={where?.sku ?? []}
        change={(sku) => change({ sku: filled(sku) })}
      />
    </>
  )
}
