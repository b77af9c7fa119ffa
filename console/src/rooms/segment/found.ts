import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { Leaf } from '@/client/types'
import { quantity, yuan } from '@/ui/format'
import { choicesOf, type Words } from './words'

const tails: Record<string, string> = { count: 'segment.times', days_since_last: 'segment.days' }

/** What a condition looked at, as people say it: yuan and not fen, the name of a stage or store. */
export function useFound(words: Words): (leaf: Leaf | undefined, found: unknown) => string {
  const { t, i18n } = useTranslation()
  const one = (trait: Words['traits'][number] | undefined, value: unknown): string => {
    const choices = trait ? choicesOf(trait, words, i18n.language) : []
    // A store is told by its place in the organisation: `hq/region-1/store-0401/`.
    const code = trait?.type === 'unit' ? String(value).split('/').filter(Boolean).at(-1) : value
    const choice = choices.find((each) => each.value === code)
    if (choice) return choice.label
    if (trait?.type === 'money') return yuan(Number(value))
    if (trait?.type === 'days') return `${String(value)} ${t('segment.days')}`
    if (typeof value === 'boolean') return t(value ? 'ui.yes' : 'ui.no')
    return String(value)
  }
  const told = (leaf: Leaf, found: unknown): string | null => {
    if (leaf.kind === 'purchase' && leaf.agg === 'sum_fen') return yuan(Number(found))
    if (leaf.kind === 'purchase' && leaf.agg === 'quantity')
      return `${quantity(Number(found))} ${t('segment.pieces')}`
    if (leaf.kind === 'purchase' || leaf.kind === 'event')
      return `${String(found)} ${t(tails[leaf.agg] ?? 'segment.times')}`
    if (leaf.kind === 'nth') return dayjs(String(found)).format('YYYY-MM-DD HH:mm')
    // The day whose anniversary it is.
    if (leaf.kind === 'anniversary') return dayjs(String(found)).format('YYYY-MM-DD')
    if (leaf.kind !== 'trait') return null
    const trait = words.traits.find((each) => each.name === leaf.name)
    return (Array.isArray(found) ? found : [found]).map((value) => one(trait, value)).join('、')
  }
  return (leaf, found) => {
    if (!leaf) return ''
    if (found === null || found === undefined) return `${t('segment.found')} –`
    const words = told(leaf, found)
    return words === null ? '' : `${t('segment.found')} ${words}`
  }
}
