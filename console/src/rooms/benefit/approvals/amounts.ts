import { count, yuan } from '@/ui/format'

/** Given (`+`) or taken (`−`) of an asset: money in yuan, points and growth counted. */
export function amountOf(asset: string, amount: number): string {
  const isMoney = asset === 'principal' || asset === 'bonus'
  const sign = amount > 0 ? '+' : amount < 0 ? '−' : ''
  return sign + (isMoney ? yuan(Math.abs(amount)) : count(Math.abs(amount)))
}
