import type { StoredPlan } from '@/client/types'

/** 充 100 送 10, 充 500 送 80: named, for ever, the bonus for a year. */
export function blankPlan(): StoredPlan {
  return {
    name: '',
    card: 'named',
    steps: [
      { pay_fen: 10_000, bonus_fen: 1_000, coupons: [] },
      { pay_fen: 50_000, bonus_fen: 8_000, coupons: [] },
    ],
    is_any_amount: true,
    bonus_days: 365,
    valid_days: null,
    spend_order: 'pro_rata',
    undo_days: 7,
    withdrawal: { is_allowed: true, fee_bp: 0, take_back: 'unearned' },
    terms: '',
  }
}
