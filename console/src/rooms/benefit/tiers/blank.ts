import type { TierPlan } from '@/client/types'

export type Privilege = NonNullable<TierPlan['tiers'][number]['privileges']>[number]
export type PrivilegeKind = Privilege['kind']

export const privilegeKinds: PrivilegeKind[] = [
  'points_multiplier',
  'member_price',
  'free_shipping',
  'points',
  'coupons',
]

/** A year's spend makes three tiers. */
export function blankPlan(words: { base: string; silver: string; gold: string }): TierPlan {
  return {
    name: '',
    metric: 'spend',
    window: { kind: 'rolling', days: 365 },
    validity: { kind: 'days', days: 365 },
    downgrade: 'one',
    grace_days: 30,
    refund: 'recalc',
    min_order_fen: 1,
    growth: null,
    paid: [],
    tiers: [
      { code: 'base', zh: words.base, en: 'Base', threshold: 0, keep: null, privileges: [] },
      {
        code: 'silver',
        zh: words.silver,
        en: 'Silver',
        threshold: 100_000,
        keep: null,
        privileges: [{ kind: 'points_multiplier', rate_bp: 12_000 }],
      },
      {
        code: 'gold',
        zh: words.gold,
        en: 'Gold',
        threshold: 500_000,
        keep: null,
        privileges: [{ kind: 'points_multiplier', rate_bp: 15_000 }, { kind: 'free_shipping' }],
      },
    ],
  }
}

export function blankPrivilege(kind: PrivilegeKind, template: string): Privilege {
  switch (kind) {
    case 'points_multiplier':
      return { kind, rate_bp: 15_000 }
    case 'member_price':
      return { kind, rate_bp: 9_500 }
    case 'free_shipping':
      return { kind }
    case 'points':
      return { kind, points: 100, way: 'birthday' }
    case 'coupons':
      return { kind, template, count: 1, way: 'on_upgrade' }
  }
}
