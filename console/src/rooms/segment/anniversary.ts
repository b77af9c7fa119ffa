/** Days counted from today, both included: 0 is today, below 0 is past. */
export interface DaysFromToday {
  from_days: number
  to_days: number
}

export const FURTHEST_DAYS = 365
export const YEARS_MAX = 100

/** Spans that are asked for mostly. What is past does not hold today, which has one of its own. */
export const spans = {
  today: { from_days: 0, to_days: 0 },
  next_7: { from_days: 0, to_days: 7 },
  next_30: { from_days: 0, to_days: 30 },
  past_7: { from_days: -7, to_days: -1 },
} satisfies Record<string, DaysFromToday>

export type SpanName = keyof typeof spans | 'custom'

export const spanNames = [...(Object.keys(spans) as (keyof typeof spans)[]), 'custom'] as const

export function daysOf({ from_days, to_days }: DaysFromToday): DaysFromToday {
  return { from_days, to_days }
}

export function spanOf({ from_days, to_days }: DaysFromToday): SpanName {
  const known = Object.entries(spans) as [SpanName, DaysFromToday][]
  const found = known.find(([, one]) => one.from_days === from_days && one.to_days === to_days)
  return found?.[0] ?? 'custom'
}

/** Why days cannot be asked for: out of order, more than a year of them, or too far away. */
export function spanFault({ from_days, to_days }: DaysFromToday): 'order' | 'long' | 'far' | null {
  const isNear = (days: number) => Number.isInteger(days) && Math.abs(days) <= FURTHEST_DAYS
  if (!isNear(from_days) || !isNear(to_days)) return 'far'
  if (from_days > to_days) return 'order'
  return to_days - from_days >= FURTHEST_DAYS ? 'long' : null
}
