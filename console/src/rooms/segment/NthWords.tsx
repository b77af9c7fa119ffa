import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Leaf } from '@/client/types'
import { EventProducts, EventType, EventUnits } from './EventWords'
import { Pick, Span, Whole } from './Inputs'
import { choiceOf, chosen, countedFrom, FURTHEST, usual } from './ordinal'
import type { Words } from './words'

type NthLeaf = Extract<Leaf, { kind: 'nth' }>

/** `第 1 次 购买 是在 近 30 天 静安寺店 乳品`: which one of all there ever were, and what it was like. */
export function NthWords({
  leaf,
  words,
  change,
}: {
  leaf: NthLeaf
  words: Words
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const match = { type: leaf.type, where: leaf.where }
  const set = (next: Partial<NthLeaf>) => change({ ...leaf, ...next })
  return (
    <>
      <span className="rule-clause">
        <Ordinal n={leaf.n} change={(n) => set({ n })} />
        <EventType type={leaf.type} change={(type) => set({ type, where: undefined })} />
      </span>
      <span className="rule-clause">
        {t('segment.nth_was')}
        <Span
          window={leaf.window}
          ever={t('segment.at_any_time')}
          change={(window) => set({ window })}
        />
      </span>
      <EventUnits match={match} words={words} change={({ where }) => set({ where })} />
      <EventProducts match={match} words={words} change={({ where }) => set({ where })} />
    </>
  )
}

/** One of the usual, or any by its number from the first or from the last. */
function Ordinal({ n, change }: { n: number; change: (n: number) => void }) {
  const { t } = useTranslation()
  // One of the usual may be typed, too; it is called so again once it comes from elsewhere.
  const [typed, setTyped] = useState<number | null>(null)
  const choice = typed === n ? countedFrom(n) : choiceOf(n)
  const isByNumber = choice === 'first' || choice === 'last'
  const type = (next: number) => {
    setTyped(next)
    change(next)
  }
  const turn = (next: string) => {
    if (next === 'first' || next === 'last') return type(chosen(next, n))
    setTyped(null)
    change(chosen(next, n))
  }
  return (
    <>
      <Pick
        label={t('segment.nth')}
        value={choice}
        options={[...usual.map(String), 'first', 'last'].map((one) => ({
          value: one,
          label: t(`segment.nth_${one.replace('-', 'last_')}`),
        }))}
        change={turn}
      />
      {isByNumber && (
        <>
          <Whole
            label={t('segment.nth_number')}
            min={1}
            max={FURTHEST}
            width={52}
            value={Math.abs(n)}
            change={(next) => next !== null && type(choice === 'last' ? -next : next)}
          />
          {t('segment.nth_tail')}
        </>
      )}
    </>
  )
}
