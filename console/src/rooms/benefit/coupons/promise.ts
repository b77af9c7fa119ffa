import type { CouponPromise } from '@/client/types'

export type Kind = CouponPromise['benefit']['kind']

export const kinds: Kind[] = ['full_reduction', 'discount', 'exchange', 'product', 'shipping']

/** A new template: 满 100 减 10 for thirty days, once a customer. */
export function blankPromise(): CouponPromise {
  return {
    name: '',
    benefit: { kind: 'full_reduction', threshold_fen: 10_000, off_fen: 1_000 },
    window: { kind: 'relative', days: 30, after_days: 0 },
    weekdays: [],
    hours: null,
    units: [],
    channels: [],
    goods: { skus: [], categories: [], except_skus: [] },
    claiming: null,
    per_customer: 1,
    per_day: null,
    stock: 1_000,
    is_transferable: false,
    is_combinable: false,
    on_refund: 'return_when_full',
    return_days: 3,
    note: '',
  }
}

/** Another kind of benefit, keeping what the two have in common. */
export function ofKind(kind: Kind, before: CouponPromise['benefit']): CouponPromise['benefit'] {
  const threshold = 'threshold_fen' in before ? (before.threshold_fen ?? 0) : 0
  const off = 'off_fen' in before ? (before.off_fen ?? 1_000) : 1_000
  const skus = 'skus' in before ? before.skus : []
  switch (kind) {
    case 'full_reduction':
      return { kind, threshold_fen: threshold, off_fen: off }
    case 'discount':
      return { kind, pay_bp: 8_500, cap_fen: 5_000, threshold_fen: threshold }
    case 'exchange':
      return { kind, skus, pay_fen: 0, worth_fen: 2_000 }
    case 'product':
      return { kind, skus, off_fen: off }
    case 'shipping':
      return { kind, off_fen: null, threshold_fen: threshold }
  }
}

/** Can the server be asked for the sentence? It refuses what is not finished. */
export function isComplete(promise: CouponPromise): boolean {
  const { benefit } = promise
  return promise.name.trim() !== '' && (!('skus' in benefit) || benefit.skus.length > 0)
}

/** The large figure on a coupon: `¥20`, `8.5`; null is free of charge. */
export function faceOf(benefit: CouponPromise['benefit']): {
  unit: 'yuan' | 'tenths' | 'free'
  text: string
} {
  switch (benefit.kind) {
    case 'full_reduction':
    case 'product':
      return { unit: 'yuan', text: plainYuan(benefit.off_fen) }
    case 'discount':
      return { unit: 'tenths', text: String(benefit.pay_bp / 1_000) }
    case 'exchange':
      return benefit.pay_fen
        ? { unit: 'yuan', text: plainYuan(benefit.pay_fen) }
        : { unit: 'free', text: '' }
    case 'shipping':
      return benefit.off_fen
        ? { unit: 'yuan', text: plainYuan(benefit.off_fen) }
        : { unit: 'free', text: '' }
  }
}

/** `20`, `20.5`: as printed on a coupon. */
export function plainYuan(fen: number): string {
  return String(fen / 100)
}

/** Minutes after midnight as `09:30`; the end of a day is `24:00`. */
export function clockOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
