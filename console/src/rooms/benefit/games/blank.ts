import dayjs from 'dayjs'
import type { Game } from '@/client/types'

export type Rules = Game['rules']
export type Wheel = Extract<Rules, { kind: 'wheel' }>
export type CheckIn = Extract<Rules, { kind: 'check_in' }>
export type Prize = Wheel['prizes'][number]

const all = 10_000

function span() {
  const from = dayjs().add(1, 'day').startOf('day')
  return { starts_at: from.toISOString(), ends_at: from.add(14, 'day').toISOString() }
}

/** Thanks, and a few points: whoever draws up a wheel begins with odds that add up. */
export function blankWheel(words: { thanks: string; points: string }): Wheel {
  return {
    kind: 'wheel',
    name: '',
    ...span(),
    prizes: [
      {
        code: 'points',
        zh: words.points,
        en: '20 points',
        what: { kind: 'points', points: 20 },
        odds_bp: 3_000,
        value_fen: 20,
        stock: 1_000,
      },
      {
        code: 'thanks',
        zh: words.thanks,
        en: 'Thank you',
        what: { kind: 'nothing' },
        odds_bp: 7_000,
        value_fen: 0,
        stock: null,
      },
    ],
    plays: { per_day: 1, per_order: 1, min_order_fen: 5_000, per_share: 0, shares_a_day: 1 },
    disclosure: {
      conditions: '',
      draw: '',
      claim: '',
      abandonment: '',
      organiser: '',
      contact: '',
    },
  }
}

export function blankCheckIn(): CheckIn {
  return {
    kind: 'check_in',
    name: '',
    ...span(),
    points_per_day: 5,
    bonuses: [{ day: 7, points: 30 }],
    cycle_days: 7,
  }
}

/** What of 10,000 draws is not given to a prize yet; below zero too much is. */
export function oddsLeft(prizes: Prize[]): number {
  return all - prizes.reduce((sum, prize) => sum + prize.odds_bp, 0)
}
