import { describe, expect, it } from 'vitest'
import type { CallbackHealth } from '@/client/types'
import { hoursOf, verdictOf } from '@/rooms/merchant/health'

const silent: CallbackHealth = {
  kind: 'sms',
  accepted_at: null,
  refused_at: null,
  refusal: null,
  refusal_text: null,
  accepted: 0,
  refused: 0,
  lag_seconds: null,
  lag_seconds_max: null,
  missing: 0,
  missing_since: null,
  hours: [],
}

describe('the health of callbacks', () => {
  it('tells what is wrong now before what was', () => {
    expect(verdictOf(silent)).toBe('silent')
    const heard = { ...silent, accepted: 3, accepted_at: '2026-11-01T10:00:00Z' }
    expect(verdictOf(heard)).toBe('fine')
    const refused = { ...heard, refused: 1, refused_at: '2026-11-01T09:00:00Z' }
    expect(verdictOf(refused)).toBe('fine')
    expect(verdictOf({ ...refused, refused_at: '2026-11-01T11:00:00Z', missing: 2 })).toBe(
      'refused',
    )
    expect(verdictOf({ ...heard, missing: 2 })).toBe('missing')
  })

  it('shows every hour of the last day, also those without calls', () => {
    const now = Date.parse('2026-11-01T10:20:00Z')
    const hours = [{ hour: '2026-11-01T08:00:00Z', accepted: 5, refused: 1 }]
    const shown = hoursOf({ ...silent, hours }, now)
    expect(shown).toHaveLength(24)
    expect(shown.at(-1)?.at).toBe(Date.parse('2026-11-01T10:00:00Z'))
    expect(shown.at(-3)?.count).toBe(5)
    expect(shown.reduce((sum, one) => sum + one.count, 0)).toBe(5)
  })
})
