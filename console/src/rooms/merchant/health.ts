import type { CallbackHealth } from '@/client/types'

export type Verdict = 'refused' | 'missing' | 'fine' | 'silent'

/** What a channel's callbacks come to: what is wrong now first. */
export function verdictOf(health: CallbackHealth): Verdict {
  const isRefusedLast = health.refused > 0 && (health.accepted_at ?? '') < (health.refused_at ?? '')
  if (isRefusedLast) return 'refused'
  if (health.missing > 0) return 'missing'
  return health.accepted_at ? 'fine' : 'silent'
}

const HOUR = 3_600_000

/** Calls of each of the last 24 hours, the one under way last. */
export function hoursOf(health: CallbackHealth, now: number): { at: number; count: number }[] {
  const calls = new Map(health.hours.map((one) => [Date.parse(one.hour), one.accepted]))
  const last = Math.floor(now / HOUR) * HOUR
  return Array.from({ length: 24 }, (_, index) => {
    const at = last - (23 - index) * HOUR
    return { at, count: calls.get(at) ?? 0 }
  })
}
