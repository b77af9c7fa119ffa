import type { Unused } from '@/client/types'

/** What is not used, told apart by what somebody could do about it. */
export type Why = 'short' | 'better' | 'wished' | 'not_here' | 'not_theirs' | 'not_these'
export const whys: Why[] = ['short', 'better', 'wished', 'not_theirs', 'not_here', 'not_these']

const by: Record<Unused['code'], Why> = {
  threshold_short: 'short',
  dominated: 'better',
  excluded_by: 'better',
  twin: 'better',
  not_chosen: 'better',
  too_many: 'better',
  refused: 'wished',
  needs_customer: 'not_theirs',
  needs_promoter: 'not_theirs',
  audience: 'not_theirs',
  limit_reached: 'not_theirs',
  frozen: 'not_theirs',
  not_started: 'not_here',
  not_in_window: 'not_here',
  not_here: 'not_here',
  wrong_channel: 'not_here',
  budget_empty: 'not_here',
  price_list: 'not_here',
  scope_empty: 'not_these',
  not_lower: 'not_these',
  no_shipping: 'not_these',
}

export function groupedByWhy(unused: Unused[]): { why: Why; of: Unused[] }[] {
  return whys
    .map((why) => ({ why, of: unused.filter((one) => (by[one.code] ?? 'better') === why) }))
    .filter((group) => group.of.length > 0)
}

/** May it be asked for by name? Only what holds here for this customer. */
export function mayPin(one: Unused): boolean {
  return by[one.code] === 'better' && one.code !== 'too_many'
}
