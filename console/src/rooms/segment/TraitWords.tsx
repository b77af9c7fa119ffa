import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Leaf, TraitKind } from '@/client/types'
import { Numbers, Pick, PickMany, valueFor } from './Inputs'
import { hasNoValue } from './tree'
import { wordOf, type Option, type Words } from './words'

type TraitLeaf = Extract<Leaf, { kind: 'trait' }>

const many = ['in', 'not_in', 'contains', 'not_contains']

function blankFor(trait: TraitKind): { op: string; value: unknown } {
  if (trait.type === 'flag') return { op: '=', value: true }
  if (trait.type === 'set') return { op: 'contains', value: [] }
  if (trait.type === 'choice' || trait.type === 'unit' || trait.type === 'text')
    return { op: 'in', value: [] }
  return { op: '>=', value: trait.type === 'money' ? 10_000 : 1 }
}

function valueAs(op: string, value: unknown): unknown {
  if (many.includes(op)) {
    if (Array.isArray(value)) return value
    return value === undefined || value === null || typeof value === 'number' ? [] : [value]
  }
  return valueFor(op, value)
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
          if (next) change({ kind: 'trait', name, ...blankFor(next) })
        }}
      />
      {trait && trait.type !== 'flag' && (
        <Pick
          value={leaf.op}
          options={ops}
          change={(op) => change({ ...leaf, op, value: valueAs(op, leaf.value) })}
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
  const choices: Option[] =
    trait.type === 'unit'
      ? words.units
      : trait.choices.map((one) => ({ value: one.value, label: wordOf(one, i18n.language) }))
  if (trait.type === 'flag')
    return (
      <Pick
        value={String(leaf.value)}
        options={[
          { value: 'true', label: t('ui.yes') },
          { value: 'false', label: t('ui.no') },
        ]}
        change={(value) => set(value === 'true')}
      />
    )
  if (many.includes(leaf.op))
    return (
      <PickMany
        isOpen={choices.length === 0}
        value={Array.isArray(leaf.value) ? leaf.value.map(String) : []}
        options={choices}
        placeholder={t('segment.choose')}
        change={(values) => set(trait.type === 'number' ? values.map(Number) : values)}
      />
    )
  if (choices.length > 0)
    return <Pick value={String(leaf.value ?? '')} options={choices} change={set} />
  if (trait.type === 'text' || trait.type === 'custom')
    return (
      <Input
        size="small"
        className="pick-trait"
        value={String(leaf.value ?? '')}
        onChange={(event) => set(event.target.value)}
      />
    )
  return (
    <>
      <Numbers
        op={leaf.op}
        value={leaf.value}
        scale={trait.type === 'money' ? 100 : 1}
        change={set}
      />
      {trait.type === 'money' && t('segment.yuan')}
      {trait.type === 'days' && t('segment.days')}
    </>
  )
}
