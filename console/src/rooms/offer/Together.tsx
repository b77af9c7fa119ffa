import { Checkbox, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Field } from '@/ui/field'
import type { Draft } from './document'
import { At } from './faults'

const sorts = ['price', 'piece', 'activity', 'coupon']
const ways = ['all', 'some', 'none'] as const
type Way = (typeof ways)[number]

/** What the offer goes together with, in words. Both sides have to agree. */
export function Together({ draft, set }: { draft: Draft; set: (next: Partial<Draft>) => void }) {
  const { t } = useTranslation()
  const known = useRead('/v1/offers/tags')
  const { allows, tags } = draft
  const way: Way = allows === null ? 'all' : allows.length === 0 ? 'none' : 'some'
  const others = [
    ...new Set([...(known.data?.groups ?? []), ...(known.data?.own ?? []), ...tags]),
  ].filter((tag) => !sorts.includes(tag))
  const chosen = allows ?? []
  return (
    <>
      <At at="allows" label={t('offer.beside')} hint={t('offer.together_hint')}>
        <Radio.Group
          value={way}
          onChange={(event) => {
            const next = event.target.value as Way
            set({ allows: next === 'all' ? null : next === 'none' ? [] : ['coupon'] })
          }}
          options={ways.map((value) => ({ value, label: t(`offer.together_${value}`) }))}
        />
      </At>
      {way === 'some' && (
        <Field label={t('offer.together_with')}>
          <Checkbox.Group
            className="offer-checks"
            value={chosen.filter((tag) => sorts.includes(tag))}
            onChange={(next) =>
              set({ allows: [...chosen.filter((tag) => !sorts.includes(tag)), ...next] })
            }
            options={sorts.map((value) => ({ value, label: t(`offer.sort_${value}`) }))}
          />
          {others.length > 0 && (
            <Select
              mode="multiple"
              className="wide"
              aria-label={t('offer.together_tags')}
              placeholder={t('offer.together_tags')}
              value={chosen.filter((tag) => !sorts.includes(tag))}
              onChange={(next: string[]) =>
                set({ allows: [...chosen.filter((tag) => sorts.includes(tag)), ...next] })
              }
              options={others.map((value) => ({
                value,
                label: t(`offer.named_group_${value}`, { defaultValue: value }),
              }))}
            />
          )}
        </Field>
      )}
      <At at="tags" label={t('offer.tags')} hint={t('offer.tags_hint')}>
        <Select
          mode="tags"
          className="wide"
          aria-label={t('offer.tags')}
          placeholder={t('ui.optional')}
          value={tags}
          onChange={(next: string[]) =>
            set({
              tags: next
                .map(tagOf)
                .filter((tag): tag is string => tag !== null)
                .slice(0, 20),
            })
          }
          options={others.map((value) => ({ value, label: value }))}
        />
      </At>
    </>
  )
}

/** What was typed as the server takes it; null where nothing of it can be kept. */
export function tagOf(typed: string): string | null {
  const tag = typed.trim().toLowerCase().replace(/\s+/g, '-').slice(0, 32)
  return /^[a-z0-9][a-z0-9_-]*$/.test(tag) ? tag : null
}
