import { InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Leaf } from '@/client/types'
import { TraitWords } from './TraitWords'
import type { Option, Words } from './words'

type Of<K extends Leaf['kind']> = Extract<Leaf, { kind: K }>

/** One condition as a sentence with its blanks to fill. */
export function LeafWords({
  leaf,
  words,
  change,
}: {
  leaf: Leaf
  words: Words
  change: (leaf: Leaf) => void
}) {
  switch (leaf.kind) {
    case 'purchase':
      return <Purchase leaf={leaf} words={words} change={change} />
    case 'trait':
      return <TraitWords leaf={leaf} words={words} change={change} />
    case 'tag':
      return <Tag leaf={leaf} words={words} change={change} />
    case 'consent':
      return <Consent leaf={leaf} change={change} />
    case 'sequence':
      return <Sequence leaf={leaf} words={words} change={change} />
    case 'segment':
      return <Other leaf={leaf} words={words} change={change} />
    case 'sample':
      return <Sample leaf={leaf} change={change} />
  }
}

export function Pick({
  value,
  options,
  change,
  width,
}: {
  value: string
  options: Option[]
  change: (value: string) => void
  width?: number
}) {
  return (
    <Select
      size="small"
      value={value || undefined}
      options={options}
      onChange={change}
      style={width ? { width } : undefined}
      popupMatchSelectWidth={false}
    />
  )
}

function PickMany({
  value,
  options,
  placeholder,
  change,
}: {
  value: string[]
  options: Option[]
  placeholder: string
  change: (value: string[]) => void
}) {
  return (
    <Select
      size="small"
      mode="multiple"
      maxTagCount={2}
      showSearch={{ optionFilterProp: 'label' }}
      className="pick-many"
      popupMatchSelectWidth={false}
      value={value}
      options={options}
      placeholder={placeholder}
      onChange={change}
    />
  )
}

export function Amount({
  value,
  change,
  width = 76,
  min = 0,
  max,
}: {
  value: number | null
  change: (value: number) => void
  width?: number
  min?: number
  max?: number
}) {
  return (
    <InputNumber
      size="small"
      controls={false}
      min={min}
      max={max}
      value={value}
      style={{ width }}
      onChange={(next) => change(Number(next ?? 0))}
    />
  )
}

export function useOps(): Option[] {
  const { t } = useTranslation()
  return [
    { value: '>=', label: t('segment.at_least') },
    { value: '<=', label: t('segment.at_most') },
    { value: '=', label: t('segment.exactly') },
  ]
}

function Purchase({
  leaf,
  words,
  change,
}: {
  leaf: Of<'purchase'>
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const ops = useOps()
  const isMoney = leaf.agg === 'sum'
  const scale = isMoney ? 100 : leaf.agg === 'quantity' ? 1000 : 1
  const set = (next: Partial<Of<'purchase'>>) => change({ ...leaf, ...next })
  return (
    <>
      {t('segment.recent')}
      <Amount value={leaf.window.last_days ?? null} min={1} max={3650} width={64} change={(last_days) => set({ window: { last_days } })} />
      {t('segment.days')}
      <PickMany
        value={leaf.where.unit ?? []}
        options={words.units}
        placeholder={t('segment.any_unit')}
        change={(unit) => set({ where: { ...leaf.where, unit: unit.length ? unit : undefined } })}
      />
      {t('segment.bought')}
      <PickMany
        value={leaf.where.category ?? []}
        options={words.categories}
        placeholder={t('segment.any_product')}
        change={(category) =>
          set({ where: { ...leaf.where, category: category.length ? category : undefined } })
        }
      />
      <Pick
        value={leaf.agg}
        options={[
          { value: 'count', label: t('segment.agg_count') },
          { value: 'sum', label: t('segment.agg_sum') },
          { value: 'quantity', label: t('segment.agg_quantity') },
        ]}
        change={(agg) => set({ agg: agg as Of<'purchase'>['agg'], value: agg === 'sum' ? 10_000 : agg === 'quantity' ? 1000 : 1 })}
      />
      <Pick value={leaf.op} options={ops} change={(op) => set({ op })} />
      <Amount value={leaf.value / scale} change={(value) => set({ value: Math.round(value * scale) })} />
      {t(isMoney ? 'segment.yuan' : leaf.agg === 'quantity' ? 'segment.pieces' : 'segment.times')}
    </>
  )
}

function Tag({ leaf, words, change }: { leaf: Of<'tag'>; words: Words; change: (leaf: Leaf) => void }) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.has_tag')}
      <Select
        size="small"
        mode="tags"
        maxCount={1}
        className="pick-many"
        popupMatchSelectWidth={false}
        value={leaf.name ? [leaf.name] : []}
        options={words.tags}
        placeholder={t('segment.choose')}
        onChange={(names: string[]) => change({ ...leaf, name: names.at(-1) ?? '' })}
      />
    </>
  )
}

function Consent({ leaf, change }: { leaf: Of<'consent'>; change: (leaf: Leaf) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <Pick
        value={leaf.state}
        options={[
          { value: 'given', label: t('segment.consent_given') },
          { value: 'withdrawn', label: t('segment.consent_withdrawn') },
        ]}
        change={(state) => change({ ...leaf, state: state as 'given' | 'withdrawn' })}
      />
      <Pick
        value={leaf.channel}
        options={['wecom', 'sms'].map((channel) => ({
          value: channel,
          label: t(`profile.channel_${channel}`),
        }))}
        change={(channel) => change({ ...leaf, channel })}
      />
      {t('segment.consent_tail')}
    </>
  )
}

function Sequence({
  leaf,
  words,
  change,
}: {
  leaf: Of<'sequence'>
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const events = ['product.viewed', 'cart.added', 'link.opened', 'order.paid', 'contact.added'].map(
    (type) => ({ value: type, label: t(`segment.event_${type.replace('.', '_')}`) }),
  )
  return (
    <>
      <Pick value={leaf.first.type} options={events} change={(type) => change({ ...leaf, first: { ...leaf.first, type } })} />
      <PickMany
        value={leaf.first.where.category ?? []}
        options={words.categories}
        placeholder={t('segment.any_product')}
        change={(category) =>
          change({ ...leaf, first: { ...leaf.first, where: category.length ? { category } : {} } })
        }
      />
      {t('segment.then_within')}
      <Amount value={leaf.within_days} min={1} max={365} width={56} change={(within_days) => change({ ...leaf, within_days })} />
      {t('segment.days_without')}
      <Pick value={leaf.then_not.type} options={events} change={(type) => change({ ...leaf, then_not: { type } })} />
    </>
  )
}

function Other({ leaf, words, change }: { leaf: Of<'segment'>; words: Words; change: (leaf: Leaf) => void }) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.in_segment')}
      <Pick width={200} value={leaf.id} options={words.segments} change={(id) => change({ ...leaf, id })} />
    </>
  )
}

function Sample({ leaf, change }: { leaf: Of<'sample'>; change: (leaf: Leaf) => void }) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.sample_head')}
      <Amount
        value={Math.round(leaf.share * 100)}
        min={1}
        max={100}
        width={56}
        change={(percent) => change({ ...leaf, share: percent / 100 })}
      />
      {t('segment.sample_tail')}
    </>
  )
}
