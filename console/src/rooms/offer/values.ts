import dayjs from 'dayjs'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { yuan } from '@/ui/format'
import { shownFold } from './Fold'

/** Fields of a document and their values, in words. */
export function useValue() {
  const { t, i18n } = useTranslation()
  const units = useRead('/v1/units')
  const categories = useRead('/v1/categories')
  const isEnglish = i18n.language === 'en'
  const names = new Map([
    ...(categories.data?.items ?? []).map((one): [string, string] => [
      one.code,
      isEnglish ? one.name_en : one.name,
    ]),
    ...(units.data?.items ?? []).map((one): [string, string] => [one.code, one.name]),
  ])
  return {
    nameOf: (path: string) => nameOf(path, t),
    valueOf: (path: string, value: unknown) => valueOf(path, value, t, isEnglish, names),
  }
}

/** `terms.tiers.1.off_fen` is 第 2 档 · 减. */
export function nameOf(path: string, t: TFunction): string {
  const parts = path.split('.')
  const last = parts.at(-1) ?? path
  const tier = /tiers\.(\d+)\./.exec(path)?.[1]
  const name = t(`offer.field_${last}`, { defaultValue: last })
  return tier === undefined ? name : `${t('offer.tier_no', { n: Number(tier) + 1 })} · ${name}`
}

export function valueOf(
  path: string,
  value: unknown,
  t: TFunction,
  isEnglish: boolean,
  names: Map<string, string>,
): string {
  const last = path.split('.').at(-1) ?? path
  if (path === 'allows' && !value) return t('offer.together_all')
  if (value === undefined || value === null) return t('offer.none')
  if (path === 'allows' && Array.isArray(value) && value.length === 0)
    return t('offer.together_none')
  if (Array.isArray(value)) {
    const named = (one: string) =>
      last === 'weekdays'
        ? t(`coupon.weekday_${one}`)
        : (names.get(one) ?? t(`offer.sort_${one}`, { defaultValue: one }))
    return value.map((one) => named(String(one))).join(isEnglish ? ', ' : '、')
  }
  if (typeof value === 'boolean') return t(value ? 'ui.yes' : 'ui.no')
  if (typeof value === 'number') {
    if (last.endsWith('_fen') || path.includes('prices_fen.')) return yuan(value)
    if (last === 'pay_bp') return `${shownFold(value, isEnglish)} ${t('offer.fold_unit')}`
    if (last === 'share_bp') return `${value / 100}%`
    if (last === 'at_least') return String(value / 100)
    return String(value)
  }
  if (last.endsWith('_at')) return dayjs(String(value)).format('YYYY-MM-DD HH:mm')
  return t(`offer.value_${String(value)}`, { defaultValue: String(value) })
}
