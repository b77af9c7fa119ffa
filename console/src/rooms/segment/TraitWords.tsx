import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Leaf, TraitKind } from '@/client/types'
import { Numbers, Pick, PickMany } from './Inputs'
import { hasNoValue } from './tree'
import { choicesOf, wordOf, type Option, type Words } from './words'

type TraitLeaf = Extract<Leaf, { kind: 'trait' }>

const many = ['in', 'not_in', 'contains', 'not_contains']

function startFor(trait: TraitKind, isChosen: boolean): { op: string; value: unknown } {
  if (trait.type === 'flag') return { op: '=', value: true }
  // Of the merchant's own traits only those that hold several values tell which there are.
  const isSet = trait.type === 'set' || (trait.type === 'custom' && trait.choices.length > 0)
  if (isSet) return { op: 'contains', value: [] }
  if (isChosen || trait.type === 'text') return { op: 'in', value: [] }
  return { op: '>=', value: trait.type === 'money' ? 10_000 : 1 }
}

function blankFor(trait: TraitKind, op: string): unknown {
  if (isNumber(trait, op)) return trait.type === 'money' ? 10_000 : 1
  return trait.choices[0]?.value ?? ''
}

const numeric = ['number', 'money', 'days']
const ordering = ['>', '>=', '<', '<=', 'between']

/** Which of the two a value of the merchant's own is: what is ordered is a number. */
function isNumber(trait: TraitKind, op: string): boolean {
  return numeric.includes(trait.type) || (trait.type === 'custom' && ordering.includes(op))
}

/** The value in the shape that another operator takes. */
export function valueAs(trait: TraitKind, op: string, value: unknown): unknown {
  if (op === 'known' || op === 'unknown') return undefined
  const given = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  const isWanted = isNumber(trait, op)
  const fitting = given.filter((one) => (typeof one === 'number') === isWanted)
  if (many.includes(op)) return fitting
  if (op === 'between') return fitting.length === 2 ? fitting : [0, fitting[0] ?? 1]
  return fitting[0] ?? blankFor(trait, op)
}

/** Numbers that were typed or pasted, in yuan where they are kept in fen. */
export function numbersOf(texts: string[], scale: number): number[] {
  const numbers = texts.map((text) => Number(text.replace(/[¥￥,\s]/g, '')))
  return [...new Set(numbers.filter(Number.isFinite).map((one) => Math.round(one * scale)))]
}

/** `累计净消费 不少于 500 元`, `归属门店 属于 静安寺店、西溪店`: the blanks follow the trait's type. */
export function TraitWords({
  leaf,
  words,
  change,
}: {
  leaf: TraitLeaf
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t, i18n } = useTranslation()
  const trait = words.traits.find((one) => one.name === leaf.name)
  const ops = words.ops.filter((one) => trait?.ops.some((op) => op === one.value))
  return (
    <>
      <Select
        size="small"
        aria-label={t('segment.add_trait')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        className="pick-trait"
        value={leaf.name || undefined}
        placeholder={t('segment.choose')}
        options={words.traits.map((one) => ({
          value: one.name,
          label: wordOf(one, i18n.language),
        }))}
        onChange={(name) => {
          const next = words.traits.find((one) => one.name === name)
          if (next)
            change({
              kind: 'trait',
              name,
              ...startFor(next, choicesOf(next, words, i18n.language).length > 0),
            })
        }}
      />
      {trait && trait.type !== 'flag' && (
        <Pick
          label={t('segment.op')}
          value={leaf.op}
          options={ops}
          change={(op) => change({ ...leaf, op, value: valueAs(trait, op, leaf.value) })}
        />
      )}
      {trait && !hasNoValue(leaf.op) && (
        <TraitValue leaf={leaf} trait={trait} words={words} change={change} />
      )}
    </>
  )
}

function TraitValue({
  leaf,
  trait,
  words,
  change,
}: {
  leaf: TraitLeaf
  trait: TraitKind
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t, i18n } = useTranslation()
  const set = (value: unknown) => change({ ...leaf, value })
  const choices: Option[] = choicesOf(trait, words, i18n.language)
  if (trait.type === 'flag')
    return (
      <Pick
        label={t('segment.value')}
        value={String(leaf.value)}
        options={[
          { value: 'true', label: t('ui.yes') },
          { value: 'false', label: t('ui.no') },
        ]}
        change={(value) => set(value === 'true')}
      />
    )
  const scale = trait.type === 'money' ? 100 : 1
  if (many.includes(leaf.op)) {
    const values = Array.isArray(leaf.value) ? leaf.value : []
    const isNumbers = isNumber(trait, leaf.op)
    return (
      <>
        <PickMany
          label={t('segment.value')}
          isOpen={choices.length === 0}
          value={values.map((one) => String(isNumbers ? Number(one) / scale : one))}
          options={choices}
          placeholder={t(choices.length > 0 ? 'segment.choose' : 'segment.type_list')}
          change={(texts) => set(isNumbers ? numbersOf(texts, scale) : texts)}
        />
        <Unit of={trait} />
      </>
    )
  }
  if (choices.length > 0)
    return (
      <Pick
        label={t('segment.value')}
        value={String(leaf.value ?? '')}
        options={choices}
        change={set}
      />
    )
  if (!isNumber(trait, leaf.op))
    return (
      <Input
        size="small"
        aria-label={t('segment.value')}
        className="pick-trait"
        value={String(leaf.value ?? '')}
        onChange={(event) => set(event.target.value)}
      />
    )
  return (
    <>
      <Numbers op={leaf.op} value={leaf.value} scale={scale} change={set} />
      <Unit of={trait} />
    </>
  )
}

function Unit({ of }: { of: TraitKind }) {
  const { t } = useTranslation()
  if (of.type === 'money') return t('segment.yuan')
  return of.type === 'days' ? t('segment.days') : null
}
