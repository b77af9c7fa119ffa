import { useTranslation } from 'react-i18next'
import type { EventMatch, Leaf } from '@/client/types'
import { AnniversaryWords } from './AnniversaryWords'
import { AtUnits, OfProducts, Which } from './EventWords'
import { Amount, Numbers, Pick, PickMany, Span, valueFor } from './Inputs'
import { NthWords } from './NthWords'
import { TraitWords } from './TraitWords'
import type { Option, Words } from './words'

type Of<K extends Leaf['kind']> = Extract<Leaf, { kind: K }>

interface Given<K extends Leaf['kind']> {
  leaf: Of<K>
  words: Words
  change: (leaf: Leaf) => void
}

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
    case 'event':
      return <Happened leaf={leaf} words={words} change={change} />
    case 'trait':
      return <TraitWords leaf={leaf} words={words} change={change} />
    case 'tag':
      return <Tag leaf={leaf} words={words} change={change} />
    case 'consent':
      return <Consent leaf={leaf} words={words} change={change} />
    case 'sequence':
      return <Sequence leaf={leaf} words={words} change={change} />
    case 'nth':
      return <NthWords leaf={leaf} words={words} change={change} />
    case 'anniversary':
      return <AnniversaryWords leaf={leaf} change={change} />
    case 'segment':
      return <Other leaf={leaf} words={words} change={change} />
    case 'sample':
      return <Sample leaf={leaf} words={words} change={change} />
  }
}

const figureOps = ['>=', '<=', '=', '>', '<', 'between']

function opsAmong(words: Words, ops: string[]): Option[] {
  return words.ops.filter((one) => ops.includes(one.value))
}

const scales: Record<string, number> = { sum_fen: 100, quantity: 1000 }
const tails: Record<string, string> = {
  count: 'segment.times',
  sum_fen: 'segment.yuan',
  quantity: 'segment.pieces',
  days_since_last: 'segment.days',
}

function Purchase({ leaf, words, change }: Given<'purchase'>) {
  const { t } = useTranslation()
  const scale = scales[leaf.agg] ?? 1
  const set = (next: Partial<Of<'purchase'>>) => change({ ...leaf, ...next })
  return (
    <>
      <Span window={leaf.window} change={(window) => set({ window })} />
      <AtUnits
        units={leaf.where?.unit}
        words={words}
        change={(unit) => set({ where: { ...leaf.where, unit } })}
      />
      {t('segment.bought')}
      <OfProducts
        where={leaf.where}
        words={words}
        change={(next) => set({ where: { ...leaf.where, ...next } })}
      />
      <span className="rule-clause">
        <Pick
          label={t('segment.agg')}
          value={leaf.agg}
          options={['count', 'sum_fen', 'quantity', 'days_since_last'].map((agg) => ({
            value: agg,
            label: t(`segment.agg_${agg}`),
          }))}
          change={(agg) =>
            set({
              agg: agg as Of<'purchase'>['agg'],
              op: '>=',
              value: agg === 'sum_fen' ? 10_000 : (scales[agg] ?? 1),
            })
          }
        />
        <Pick
          label={t('segment.op')}
          value={leaf.op}
          options={opsAmong(words, figureOps)}
          change={(op) => set({ op, value: valueFor(op, leaf.value) as number })}
        />
        <Numbers op={leaf.op} value={leaf.value} scale={scale} change={(value) => set({ value })} />
        {t(tails[leaf.agg] ?? 'segment.times')}
      </span>
    </>
  )
}

function Happened({ leaf, words, change }: Given<'event'>) {
  const { t } = useTranslation()
  const set = (next: Partial<Of<'event'>>) => change({ ...leaf, ...next })
  return (
    <>
      <Span window={leaf.window} change={(window) => set({ window })} />
      <Which
        match={{ type: leaf.type, where: leaf.where }}
        words={words}
        change={({ type, where }) => set({ type, where })}
      />
      <span className="rule-clause">
        <Pick
          label={t('segment.agg')}
          value={leaf.agg}
          options={['count', 'days_since_last'].map((agg) => ({
            value: agg,
            label: t(`segment.agg_${agg}`),
          }))}
          change={(agg) => set({ agg: agg as Of<'event'>['agg'], op: '>=', value: 1 })}
        />
        <Pick
          label={t('segment.op')}
          value={leaf.op}
          options={opsAmong(words, figureOps)}
          change={(op) => set({ op, value: valueFor(op, leaf.value) as number })}
        />
        <Numbers
          op={leaf.op}
          value={leaf.value}
          scale={1}
          change={(value) => set({ value: value as number })}
        />
        {t(tails[leaf.agg] ?? 'segment.times')}
      </span>
    </>
  )
}

function Tag({ leaf, words, change }: Given<'tag'>) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.has_tag')}
      <PickMany
        label={t('segment.add_tag')}
        isOpen
        value={leaf.name ? [leaf.name] : []}
        options={words.tags}
        placeholder={t('segment.choose')}
        change={(names) => change({ ...leaf, name: names.at(-1) ?? '' })}
      />
    </>
  )
}

function Consent({ leaf, change }: Given<'consent'>) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.consent_given')}
      <Pick
        label={t('segment.channel')}
        value={leaf.channel}
        options={['wecom', 'sms', 'wechat', 'mini', 'phone', 'email'].map((channel) => ({
          value: channel,
          label: t(`profile.channel_${channel}`),
        }))}
        change={(channel) => change({ ...leaf, channel })}
      />
      {t('segment.consent_tail')}
    </>
  )
}

function Sequence({ leaf, words, change }: Given<'sequence'>) {
  const { t } = useTranslation()
  const isThen = leaf.then !== undefined
  const second = leaf.then ?? leaf.then_not ?? { type: 'order.paid' }
  const { then: _then, then_not: _thenNot, ...rest } = leaf
  const setSecond = (isWanted: boolean, match: EventMatch) =>
    change(isWanted ? { ...rest, then: match } : { ...rest, then_not: match })
  return (
    <>
      <Span window={leaf.window} change={(window) => change({ ...leaf, window })} />
      <Which match={leaf.first} words={words} change={(first) => change({ ...leaf, first })} />
      <span className="rule-clause">
        {t('segment.then_within')}
        <Amount
          label={t('segment.within_days')}
          value={leaf.within_days}
          min={1}
          max={365}
          width={56}
          change={(days) => change({ ...leaf, within_days: days })}
        />
        {t('segment.days_inside')}
        <Pick
          label={t('segment.did_or_not')}
          value={isThen ? 'then' : 'then_not'}
          options={[
            { value: 'then_not', label: t('segment.did_not') },
            { value: 'then', label: t('segment.did') },
          ]}
          change={(word) => setSecond(word === 'then', second)}
        />
        <Which match={second} words={words} change={(next) => setSecond(isThen, next)} />
      </span>
    </>
  )
}

function Other({ leaf, words, change }: Given<'segment'>) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.in_segment')}
      <Pick
        label={t('segment.add_segment')}
        width={200}
        value={leaf.id}
        options={words.segments}
        placeholder={t('segment.choose')}
        change={(id) => change({ ...leaf, id })}
      />
    </>
  )
}

function Sample({ leaf, change }: Given<'sample'>) {
  const { t } = useTranslation()
  return (
    <>
      {t('segment.sample_head')}
      <Amount
        label={t('segment.share')}
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
