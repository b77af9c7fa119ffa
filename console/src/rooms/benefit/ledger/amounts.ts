import type { TFunction } from 'i18next'
import type { LedgerTransaction } from '@/client/types'
import { count, yuan } from '@/ui/format'

/** Assets that can be looked at one by one; a template's coupons are `coupon:<id>` each. */
export const assets = ['points', 'principal', 'bonus', 'growth', 'commission'] as const

const inFen = new Set(['principal', 'bonus', 'commission'])

/** `¥12.00` for money, `1,200` for what is counted. */
export function amountOf(asset: string, amount: number): string {
  if (inFen.has(asset)) return yuan(amount)
  return amount < 0 ? `−${count(-amount)}` : count(amount)
}

/** The same with its sign, as a change. */
export function changeOf(asset: string, amount: number): string {
  return amount > 0 ? `+${amountOf(asset, amount)}` : amountOf(asset, amount)
}

export function assetName(asset: string, t: TFunction): string {
  const [kind = asset, rest] = asset.split(':')
  return t(`ledger.asset_${kind}`, { defaultValue: rest ? kind : asset })
}

/** What a transaction gave to people (customers, staff), by asset; the merchant's side is left out. */
export function netOf(transaction: LedgerTransaction): [string, number][] {
  const sums = new Map<string, number>()
  for (const leg of transaction.legs)
    if (leg.owner_kind !== 'merchant') sums.set(leg.asset, (sums.get(leg.asset) ?? 0) + leg.amount)
  if (sums.size === 0)
    for (const leg of transaction.legs)
      if (leg.amount > 0) sums.set(leg.asset, (sums.get(leg.asset) ?? 0) + leg.amount)
  return [...sums]
}
