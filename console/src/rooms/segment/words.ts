import { useMemo } from 'react'
import { useRead } from '@/client/query'
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
  segments: Option[]
}

export function wordOf(of: Worded, language: string): string {
  return language === 'en' ? of.en : of.zh
}

export function useWords(self: string | null, language: string): Words {
  const vocabulary = useRead('/v1/segments/vocabulary').data
  const categories = useRead('/v1/categories').data
  const units = useRead('/v1/units').data
  const segments = useRead('/v1/segments').data
  return useMemo(() => {
    const say = (of: Worded) => wordOf(of, language)
    return {
      traits: vocabulary?.traits ?? [],
      ops: (vocabulary?.ops ?? []).map((one) => ({ value: one.op, label: say(one) })),
      tags: (vocabulary?.tags ?? []).map((tag) => ({ value: tag, label: tag })),
      categories: (categories?.items ?? []).map((one) => ({
        value: one.code,
        label: language === 'en' ? one.name_en || one.name : one.name,
      })),
      units: (units?.items ?? []).map((one) => ({ value: one.code, label: one.name })),
      segments: (segments?.items ?? [])
        .filter((one) => one.id !== self)
        .map((one) => ({ value: one.id, label: one.name })),
    }
  }, [vocabulary, categories, units, segments, self, language])
}
