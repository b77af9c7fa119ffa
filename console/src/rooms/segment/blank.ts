import type { Leaf } from '@/client/types'

/** A new condition of each kind, in the order in which they are offered. */
export const blank: { [K in Leaf['kind']]: () => Leaf } = {
  purchase: () => ({
    kind: 'purchase',
    window: { last_days: 90 },
    agg: 'count',
    op: '>=',
    value: 1,
  }),
  trait: () => ({ kind: 'trait', name: 'last_paid_days', op: '>=', value: 30 }),
  event: () => ({
    kind: 'event',
    type: 'link.opened',
    window: { last_days: 30 },
    agg: 'count',
    op: '>=',
    value: 1,
  }),
  nth: () => ({ kind: 'nth', type: 'order.paid', n: 1, window: { ever: true } }),
  anniversary: () => ({ kind: 'anniversary', of: 'joined', from_days: 0, to_days: 7 }),
  tag: () => ({ kind: 'tag', name: '' }),
  consent: () => ({ kind: 'consent', channel: 'wecom', purpose: 'marketing' }),
  sequence: () => ({
    kind: 'sequence',
    first: { type: 'product.viewed' },
    then_not: { type: 'order.paid' },
    within_days: 3,
    window: { last_days: 30 },
  }),
  segment: () => ({ kind: 'segment', id: '' }),
  sample: () => ({ kind: 'sample', share: 0.1, salt: 'sample' }),
}

export function isKind(kind: string): kind is Leaf['kind'] {
  return kind in blank
}
