import dayjs from 'dayjs'
import type { Goods, Offer, OfferDocument, OfferTerms, OfferTier } from '@/client/types'

/** What the operator chooses from. Five families of terms stand behind these. */
export const kinds = [
  'member',
  'limited',
  'flash',
  'group',
  'channel',
  'nth',
  'buy_get',
  'bundle',
  'add_on',
  'off',
  'every',
  'fold',
  'piece_fold',
  'gift',
  'shipping',
] as const
export type Kind = (typeof kinds)[number]

export type Terms = OfferTerms
export type Family = Terms['kind']
export const families: Family[] = ['price', 'buy_get', 'bundle', 'add_on', 'activity']

/** A document with everything said. */
export type Draft = Required<Omit<OfferDocument, 'when' | 'audience' | 'limits'>> & {
  when: Required<NonNullable<OfferDocument['when']>>
  audience: Required<NonNullable<OfferDocument['audience']>>
  limits: Required<NonNullable<OfferDocument['limits']>>
}

export const everything: Required<Goods> = { skus: [], categories: [], except_skus: [] }

/** The document with what it leaves out, as the server would read it. */
export function wholeOf(document: OfferDocument): Draft {
  return {
    note: '',
    units: [],
    channels: [],
    tags: [],
    allows: null,
    priority: 100,
    funding: [{ party: 'headquarters', share_bp: 10_000 }],
    refund_policy: 'as_apportioned',
    ...document,
    when: {
      from_at: null,
      until_at: null,
      weekdays: [],
      monthdays: [],
      hours: null,
      ...document.when,
    },
    audience: { tiers: [], segments: [], bought: null, by_promoter: false, ...document.audience },
    limits: {
      customer_units: null,
      customer_orders: null,
      budget_fen: null,
      budget_orders: null,
      ...document.limits,
    },
  }
}

/** A new offer of a kind, for the fortnight from today. */
export function blankOf(kind: Kind): Draft {
  const today = dayjs().startOf('day')
  return wholeOf({
    name: '',
    terms: blankTerms(kind),
    when: { from_at: today.toISOString(), until_at: today.add(14, 'day').toISOString() },
  })
}

export function blankTerms(kind: Kind): Terms {
  const goods = everything
  switch (kind) {
    case 'member':
      return { kind: 'price', sort: kind, goods, pay_bp: 9_500 }
    case 'limited':
    case 'channel':
      return { kind: 'price', sort: kind, goods, pay_bp: 8_500 }
    case 'group':
      return { kind: 'price', sort: kind, goods, off_fen: 1_000 }
    case 'flash':
      return { kind: 'price', sort: kind, goods, prices_fen: {}, limit: 1 }
    case 'nth':
      return { kind: 'buy_get', goods, buy: 1, get: 1, pay_bp: 5_000 }
    case 'buy_get':
      return { kind, goods, buy: 2, get: 1, pay_bp: 0 }
    case 'bundle':
      return { kind, goods, count: 3, price_fen: 9_900 }
    case 'add_on':
      return { kind, goods, price_fen: 990, count_max: 1, trigger: goods, threshold_fen: 9_900 }
    case 'off':
      return activity([{ at_least: 30_000, off_fen: 5_000 }])
    case 'every':
      return { ...activity([{ at_least: 10_000, off_fen: 1_000 }]), repeats: true, times_max: 5 }
    case 'fold':
      return { ...activity([{ at_least: 20_000, pay_bp: 9_000 }]), cap_fen: 10_000 }
    case 'piece_fold':
      return {
        ...activity([{ at_least: 3, pay_bp: 8_000 }]),
        measure: 'count',
        cap_fen: 10_000,
      }
    case 'gift':
      return activity([{ at_least: 29_900 }])
    case 'shipping':
      return activity([{ at_least: 9_900, free_shipping: true }])
  }
}

function activity(tiers: OfferTier[]): Terms & { kind: 'activity' } {
  return { kind: 'activity', group: 'activity', goods: everything, measure: 'amount', tiers }
}

/** Which of the kinds an offer is, by what it says. */
export function kindOf(terms: Terms): Kind {
  if (terms.kind === 'price') return terms.sort ?? 'limited'
  if (terms.kind === 'buy_get') return terms.pay_bp ? 'nth' : 'buy_get'
  if (terms.kind !== 'activity') return terms.kind
  const [first] = terms.tiers
  if (terms.repeats) return 'every'
  if (first?.off_fen) return 'off'
  if (first && first.pay_bp !== null && first.pay_bp !== undefined)
    return terms.measure === 'count' ? 'piece_fold' : 'fold'
  return first?.free_shipping && !first.gifts?.length ? 'shipping' : 'gift'
}

/** A copy to write on: the same offer under a new name. */
export function copyOf(offer: Offer, name: string): Draft {
  return { ...wholeOf(offer.document), name: name.slice(0, 40) }
}

/** Published, and written on since. */
export function isAhead(offer: Offer): boolean {
  return offer.in_force !== null && offer.in_force !== offer.version
}

/** Where a published offer stands in its time. */
export function phaseOf(offer: Offer, now: dayjs.Dayjs): 'before' | 'within' | 'over' {
  const { from_at: from, until_at: until } = wholeOf(offer.document).when
  if (until && !now.isBefore(until)) return 'over'
  return from && now.isBefore(from) ? 'before' : 'within'
}

/** The share of its budget that orders took (0–1); null without a budget. */
export function spentOf(offer: Offer): number | null {
  const { budget_fen: fen, budget_orders: orders } = wholeOf(offer.document).limits
  const shares = [fen && offer.cost_fen / fen, orders && offer.orders / orders].filter(
    (share): share is number => typeof share === 'number',
  )
  return shares.length > 0 ? Math.min(1, Math.max(...shares)) : null
}

/** The next tier of an activity: twice as far, giving twice as much. */
export function nextTier(tiers: OfferTier[]): OfferTier {
  const last = tiers.at(-1)
  if (!last) return { at_least: 10_000, off_fen: 1_000 }
  const next: OfferTier = { ...last, at_least: (last.at_least || 5_000) * 2 }
  if (last.off_fen) next.off_fen = last.off_fen * 2
  if (typeof last.pay_bp === 'number') next.pay_bp = Math.max(0, last.pay_bp - 500)
  return next
}

/** What a new offer still lacks before the server can read it. */
export function lackOf(terms: Terms): 'prices' | 'goods' | 'given' | null {
  if (terms.kind === 'price' && terms.prices_fen && Object.keys(terms.prices_fen).length === 0)
    return 'prices'
  if (terms.kind === 'add_on' && !terms.goods.skus?.length && !terms.goods.categories?.length)
    return 'goods'
  const gives = (tier: OfferTier) =>
    tier.off_fen || typeof tier.pay_bp === 'number' || tier.gifts?.length || tier.free_shipping
  return terms.kind === 'activity' && !terms.tiers.every(gives) ? 'given' : null
}

/** Products the offer itself names. */
export function skusIn(terms: Terms): string[] {
  const named = [...(terms.goods?.skus ?? [])]
  if (terms.kind === 'price') named.push(...Object.keys(terms.prices_fen ?? {}))
  if (terms.kind === 'buy_get') named.push(...(terms.get_goods?.skus ?? []))
  if (terms.kind === 'add_on') named.push(...(terms.trigger?.skus ?? []))
  return [...new Set(named)]
}
