import type { TFunction } from 'i18next'
import type { CouponTemplate } from '@/client/types'
import type { Piece } from '@/ui/stacked'

const colours: [string, string][] = [
  ['issued', '#12706a'],
  ['held', '#6fb0a8'],
  ['used', '#d97a33'],
  ['printed', '#b9c6c2'],
  ['expired', '#d8d4c8'],
  ['transferred', '#c9b8d9'],
  ['revoked', '#e2a49b'],
]

/** What became of a template's coupons, as pieces of a bar; states nobody is in are left out. */
export function piecesOf(template: CouponTemplate, t: TFunction): Piece[] {
  return colours
    .map(([key, colour]) => ({
      key,
      name: t(`coupon.is_${key}`),
      value: template.coupons[key] ?? 0,
      colour,
    }))
    .filter((piece) => piece.value > 0)
}
