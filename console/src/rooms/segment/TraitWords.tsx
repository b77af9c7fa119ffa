import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Leaf, Vocabulary } from '@/client/types'
import { Amount, Pick, useOps } from './LeafWords'
import type { Words } from './words'

type TraitLeaf = Extract<Leaf, { kind: 'trait' }>
type Trait = Vocabulary['traits'][number]

function blankFor(trait: Trait): Blank {
  if (trait.type === 'choice') return { op: 'in', value: [] }
  if (trait.type === 'boolean') return { op: '=', value: true }
  if (trait.type === 'text') return { op: '=', value: '' }
  return { op: '>=', value: trait.type === 'money' ? 10_000 : 1 }
}

interface Blank {
  op: string
  value: unknown
}

/** `累计消费 不少于 500 元`, `会员等级 是 金卡、白金`: the blanks follow the trait's type. */
export function TraitWords({
  leaf,
  words,
  change,
}: {
  leaf: TraitLeaf
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const trait = words.traits.find((one) => one.name === leaf.name)
  return (
    <>
      <Select
        size="small"
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        className="pick-trait"
        value={leaf.name || undefined}
        placeholder={t('segment.choose')}
        options={words.traits.map((one) => ({ value: one.name, label: one.title }))}
        onChange={(name) => {
          const next = words.traits.find((one) => one.name === name)
          if (next) change({ kind: 'trait', name, ...blankFor(next) })
        }}
      />
      {trait && <TraitValue leaf={leaf} trait={trait} change={change} />}
    </>
  )
}

function TraitValue({
  leaf,
  trait,
  change,
}: {
  leaf: TraitLeaf
  trait: Trait
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const ops = useOps()
  const set = (value: unknown) => change({ ...leaf, value })
  if (trait.type === 'choice')
    return (
      <>
        {t('segment.one_of')}
        <Select
          size="small"
          mode="multiple"
          className="pick-many"
          popupMatchSelectWidth={false}
          placeholder={t('segment.choose')}
          value={Array.isArray(leaf.value) ? (leaf.value as string[]) : []}
          options={trait.choices?.map((one) => ({ value: one.value, label: one.title }))}
          onChange={set}
        />
      </>
    )
  if (trait.type === 'boolean')
    return (
      <Pick
        value={String(leaf.value)}
        options={[
          { value: 'true', label: t('segment.yes') },
          { value: 'false', label: t('segment.no') },
        ]}
        change={(value) => set(value === 'true')}
      />
    )
  if (trait.type === 'text' || trait.type === 'date')
    return (
      <>
        {t('segment.equals')}
        <Input
          size="small"
          className="pick-trait"
          type={trait.type === 'date' ? 'date' : 'text'}
          value={String(leaf.value ?? '')}
          onChange={(event) => set(event.target.value)}
        />
      </>
    )
  const scale = trait.type === 'money' ? 100 : 1
  return (
    <>
      <Pick value={leaf.op} options={ops} change={(op) => change({ ...leaf, op })} />
      <Amount value={Number(leaf.value) / scale} change={(value) => set(Math.round(value * scale))} />
      {trait.type === 'money' && t('segment.yuan')}
      {trait.type === 'days' && t('segment.days')}
    </>
  )
}
