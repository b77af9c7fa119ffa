import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** Kinds of transactions that can be asked for; others are shown under their own code. */
export const kinds = [
  'earn',
  'expire',
  'grant',
  'exchange',
  'adjust',
  'system',
  'payment',
  'recharge',
  'withdrawal',
  'commission',
  'coupon_issue',
  'coupon_use',
  'coupon_return',
  'coupon_expire',
  'coupon_revoke',
  'coupon_transfer',
  'check_in',
  'prize',
] as const

/** `points.earn` → 积分获得; a kind without a word is its code. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation()
  return useCallback(
    (kind: string) => t(`ledger.kind_${kind.replaceAll(/[.:]/g, '_')}`, { defaultValue: kind }),
    [t],
  )
}
