import dayjs from 'dayjs'
import type { Goods, Offer } from '@/client/types'
import { everything, wholeOf, type Draft } from './document'

/** How two offers that hold at the same time stand to each other, on one piece. */
export type Relation = 'together' | 'one_each' | 'apart'

export interface Meeting {
  offer: Offer
  relation: Relation
}

/** Part of the window a bar covers, as shares of its width. */
export interface Bar {
  left: number
  width: number
  startsBefore: boolean
  endsAfter: boolean
}

/** The bar of an offer within a window of days; null when it does not hold in it. */
export function barOf(offer: Offer, from: dayjs.Dayjs, until: dayjs.Dayjs): Bar | null {
  const { from_at, until_at } = wholeOf(offer.document).when
  const whole = until.diff(from)
  const start = from_at ? dayjs(from_at).diff(from) : 0
  const end = until_at ? dayjs(until_at).diff(from) : whole
  if (end <= 0 || start >= whole) return null
  const left = Math.max(0, start)
  const right = Math.min(whole, end)
  return {
    left: left / whole,
    width: (right - left) / whole,
    startsBefore: !from_at || start < 0,
    endsAfter: !until_at || end > whole,
  }
}

/** Those of `others` that hold with an offer at some time and place, for somebody, on some product. */
export function meetingsOf(offer: Offer, others: Offer[], paths: Map<string, string>): Meeting[] {
  return others
    .filter((one) => one.id !== offer.id && meet(offer, one, paths))
    .map((one) => ({ offer: one, relation: relationOf(offer, one) }))
}

/** May both hold at once? Where only the catalogue could tell products apart, they may. */
export function meet(one: Offer, other: Offer, paths: Map<string, string>): boolean {
  const a = wholeOf(one.document)
  const b = wholeOf(other.document)
  return (
    meetInTime(a, b) &&
    meetSomewhere(a.units, b.units, paths) &&
    shareOne(a.channels, b.channels) &&
    shareOne(a.audience.tiers, b.audience.tiers) &&
    (!a.audience.bought || !b.audience.bought || a.audience.bought === b.audience.bought) &&
    mayShareGoods(goodsOf(a), goodsOf(b))
  )
}

function meetInTime(a: Draft, b: Draft): boolean {
  const isBefore = (until: string | null, from: string | null) =>
    until !== null && from !== null && !dayjs(from).isBefore(until)
  if (isBefore(a.when.until_at, b.when.from_at) || isBefore(b.when.until_at, a.when.from_at))
    return false
  if (!shareOne(a.when.weekdays, b.when.weekdays)) return false
  if (!shareOne(a.when.monthdays, b.when.monthdays)) return false
  const [one, other] = [a.when.hours, b.when.hours]
  return (
    !one || !other || (one.from_minute < other.until_minute && other.from_minute < one.until_minute)
  )
}

/** A unit is written with everything below it. */
function meetSomewhere(one: string[], other: string[], paths: Map<string, string>): boolean {
  if (one.length === 0 || other.length === 0) return true
  const pathsOf = (codes: string[]) => codes.map((code) => paths.get(code) ?? code)
  return pathsOf(one).some((path) =>
    pathsOf(other).some((its) => path.startsWith(its) || its.startsWith(path)),
  )
}

/** Nothing named is everything. */
function shareOne<T>(one: T[], other: T[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((each) => other.includes(each))
}

function goodsOf(draft: Draft): Required<Goods> {
  const { terms } = draft
  if (terms.kind === 'price' && terms.prices_fen)
    return { ...everything, skus: Object.keys(terms.prices_fen) }
  return { ...everything, ...terms.goods }
}

function mayShareGoods(one: Required<Goods>, other: Required<Goods>): boolean {
  const isAll = (goods: Required<Goods>) => goods.skus.length + goods.categories.length === 0
  if (isAll(one) || isAll(other)) return true
  const isMixed = (goods: Required<Goods>, its: Required<Goods>) =>
    goods.skus.length > 0 && its.categories.length > 0
  if (isMixed(one, other) || isMixed(other, one)) return true
  return (
    one.skus.some((sku) => other.skus.includes(sku)) ||
    one.categories.some((code) => other.categories.includes(code))
  )
}

/**
 * On one piece: both count; it takes part in one of them only, by what they are; or neither may be used
 * beside the other, because they do not allow each other.
 */
export function relationOf(one: Offer, other: Offer): Relation {
  const a = wholeOf(one.document)
  const b = wholeOf(other.document)
  if (slotOf(a) === slotOf(b)) return 'one_each'
  const allows = (draft: Draft, its: Draft) =>
    draft.allows === null || draft.allows.some((tag) => tagsOf(its).includes(tag))
  return allows(a, b) && allows(b, a) ? 'together' : 'apart'
}

function slotOf(draft: Draft): string {
  const { terms } = draft
  if (terms.kind === 'price') return 'price'
  return terms.kind === 'activity' ? `activity:${terms.group ?? 'activity'}` : 'piece'
}

function tagsOf(draft: Draft): string[] {
  const { terms } = draft
  if (terms.kind === 'price') return [...draft.tags, 'price']
  if (terms.kind === 'activity') return [...draft.tags, 'activity', terms.group ?? 'activity']
  return [...draft.tags, 'piece']
}
