import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Leaf } from '@/client/types'
import {
  daysOf,
  FURTHEST_DAYS,
  type DaysFromToday,
  spanFault,
  spanNames,
  spanOf,
  spans,
  YEARS_MAX,
  type SpanName,
} from './anniversary'
import { Pick, Whole } from './Inputs'

type AnniversaryLeaf = Extract<Leaf, { kind: 'anniversary' }>

/** `入会 第 [任意] 周年 在 未来 7 天`, or on days counted from today. */
export function AnniversaryWords({
  leaf,
  change,
}: {
  leaf: AnniversaryLeaf
  change: (leaf: Leaf) => void
}) {
  const { t } = useTranslation()
  const { years, ...rest } = leaf
  return (
    <>
      <span className="rule-clause">
        <Pick
          label={t('segment.anniversary_of')}
          value={leaf.of}
          options={(['joined', 'first_paid'] as const).map((of) => ({
            value: of,
            label: t(`segment.of_${of}`),
          }))}
          change={(of) => change({ ...leaf, of: of as AnniversaryLeaf['of'] })}
        />
        {t('segment.anniversary_head')}
        <Whole
          label={t('segment.years')}
          min={1}
          max={YEARS_MAX}
          width={56}
          placeholder={t('segment.any_year')}
          value={years ?? null}
          change={(next) => change(next === null ? rest : { ...rest, years: next })}
        />
        {t('segment.anniversary_tail')}
      </span>
      <Days leaf={leaf} change={change} />
    </>
  )
}

function Days({ leaf, change }: { leaf: AnniversaryLeaf; change: (leaf: Leaf) => void }) {
  const { t } = useTranslation()
  // One of the usual spans may be typed, too; it is called so again once it comes from elsewhere.
  const [typed, setTyped] = useState<DaysFromToday | null>(null)
  const isTyped = typed?.from_days === leaf.from_days && typed.to_days === leaf.to_days
  const span = isTyped ? 'custom' : spanOf(leaf)
  const fault = spanFault(leaf)
  const type = (days: DaysFromToday) => {
    setTyped(days)
    change({ ...leaf, ...days })
  }
  const turn = (next: SpanName) => {
    if (next === 'custom') return setTyped(daysOf(leaf))
    setTyped(null)
    change({ ...leaf, ...spans[next] })
  }
  return (
    <span className="rule-clause">
      {t('segment.anniversary_on')}
      <Pick
        label={t('segment.when')}
        value={span}
        options={spanNames.map((one) => ({ value: one, label: t(`segment.span_${one}`) }))}
        change={(next) => turn(next as SpanName)}
      />
      {span === 'custom' && (
        <>
          {t('segment.from_today')}
          {(['from_days', 'to_days'] as const).map((end) => (
            <Fragment key={end}>
              {end === 'to_days' && t('segment.to')}
              <Whole
                label={t(`segment.${end}`)}
                min={-FURTHEST_DAYS}
                max={FURTHEST_DAYS}
                width={56}
                isAtFault={fault !== null}
                value={leaf[end]}
                change={(next) => next !== null && type({ ...daysOf(leaf), [end]: next })}
              />
            </Fragment>
          ))}
          {t('segment.days_tail')}
          {fault ? (
            <small className="field-fault" role="alert">
              {t(`segment.span_fault_${fault}`)}
            </small>
          ) : (
            <small className="quiet">{t('segment.days_hint')}</small>
          )}
        </>
      )}
    </span>
  )
}
