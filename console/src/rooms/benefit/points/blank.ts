import type { PointsPlan } from '@/client/types'

/** One point a yuan, usable at once, until the end of next year. */
export function blankPlan(): PointsPlan {
  return {
    name: '',
    orders: [{ per_fen: 100, points: 1, categories: [] }],
    events: [],
    birthday_rate_bp: 10_000,
    has_tier_rates: true,
    pending: { kind: 'at_once' },
    expiry: { kind: 'year_end', years: 1 },
    clawback: 'owe',
  }
}

/** What may earn points beside orders. */
export const eventTypes = [
  'order.reviewed',
  'visit.checked_in',
  'member.joined',
  'identity.bound',
  'contact.added',
]
