import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { tagWords } from '@/ui/tag'
import type { TraitKind, Worded } from '@/client/types'

export interface Option {
  value: string
  label: string
}

/** What the builder can talk about: traits, tags, categories, units and other segments. */
export interface Words {
  traits: TraitKind[]
  tags: Option[]
  /** Operators by code, in words. */
  ops: Option[]
  categories: Option[]
  units: Option[]
  sources: Option[]
  tiers: Option[]
  segments: Option[]
}

export function wordOf(of: Worded, language: string): string {
  return language === 'en' ? of.en : of.zh
}

/** What a trait can be, where that is known: its own values, stores, sources, tiers. */
export function choicesOf(trait: TraitKind, words: Words, language: string): Option[] {
  if (trait.type === 'unit') return words.units
  if (trait.name === 'source_channels') return words.sources
  if (trait.name === 'tier') return words.tiers
  return trait.choices.map((one) => ({ value: one.value, label: wordOf(one, language) }))
}

export function useWords(self: string | null, language: string): Words {
  const { t } = useTranslation()
  const vocabulary = useRead('/v1/segments/vocabulary').data
  const categories = useRead('/v1/categories').data
  const units = useRead('/v1/units').data
  const sources = useRead('/v1/connectors').data
  const tiers = useRead('/v1/tiers').data
  const segments = useRead('/v1/segments', { query: { limit: 200 } }).data
  return useMemo(() => {
    const say = (of: Worded) => wordOf(of, language)
    return {
      traits: vocabulary?.traits ?? [],
      ops: (vocabulary?.ops ?? []).map((one) => ({ value: one.op, label: say(one) })),
      tags: (vocabulary?.tags ?? []).map((tag) => ({ value: tag, label: tagWords(tag, t) })),
      categories: (categories?.items ?? []).map((one) => ({
        value: one.code,
        label: language === 'en' ? one.name_en || one.name : one.name,
      })),
      units: (units?.items ?? []).map((one) => ({ value: one.code, label: one.name })),
      sources: (sources?.items ?? []).map((one) => ({
        value: one.name,
        label: t(`order.source_${one.name}`, { defaultValue: one.title ?? one.name }),
      })),
      tiers: (tiers?.tiers ?? []).map((one) => ({ value: one.code, label: say(one) })),
      segments: (segments?.items ?? [])
        .filter((one) => one.id !== self)
        .map((one) => ({ value: one.id, label: one.name })),
    }
  }, [vocabulary, categories, units, sources, tiers, segments, self, language, t])
}
