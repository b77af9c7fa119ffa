import { DatePicker, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Window } from '@/client/types'
import type { Option } from './words'

export function Pick({
  label,
  value,
  options,
  change,
  width,
  placeholder,
}: {
  /** What is chosen, for those who do not see the sentence. */
  label: string
  value: string
  options: Option[]
  change: (value: string) => void
  width?: number
  placeholder?: string
}) {
  return (
    <Select
      size="small"
      aria-label={label}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      value={value || undefined}
      options={options}
      placeholder={placeholder}
      onChange={change}
      style={width ? { width } : undefined}
      popupMatchSelectWidth={false}
    />
  )
}

/** A list pasted from a sheet or a message becomes its values. */
const listSeparators = [',', '，', '、', ';', '；', '\n', '\t']

export function PickMany({
  label,
  value,
  options,
  placeholder,
  change,
  isOpen = false,
}: {
  label: string
  value: string[]
  options: Option[]
  placeholder: string
  change: (value: string[]) => void
  /** Values outside the options may be typed. */
  isOpen?: boolean
}) {
  return (
    <Select
      size="small"
      aria-label={label}
      mode={isOpen ? 'tags' : 'multiple'}
      tokenSeparators={isOpen ? listSeparators : undefined}
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
  label,
  value,
  change,
  width = 76,
  min = 0,
  max,
}: {
  label: string
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
      aria-label={label}
      min={min}
      max={max}
      value={value}
      style={{ width }}
      onChange={(next) => change(Number(next ?? 0))}
    />
  )
}

/** A whole number; one that is emptied to be typed anew is told as null. */
export function Whole({
  label,
  value,
  change,
  width = 64,
  min,
  max,
  placeholder,
  isAtFault = false,
}: {
  label: string
  value: number | null
  change: (value: number | null) => void
  width?: number
  min: number
  max: number
  placeholder?: string
  isAtFault?: boolean
}) {
  return (
    <InputNumber<number>
      size="small"
      controls={false}
      aria-label={label}
      aria-invalid={isAtFault}
      status={isAtFault ? 'error' : undefined}
      min={min}
      max={max}
      precision={0}
      placeholder={placeholder}
      value={value}
      style={{ width }}
      onChange={change}
    />
  )
}

/** One number, or two for `between`; `scale` turns yuan into fen and pieces into thousandths. */
export function Numbers({
  op,
  value,
  scale,
  change,
}: {
  op: string
  value: unknown
  scale: number
  change: (value: number | number[]) => void
}) {
  const { t } = useTranslation()
  const whole = (shown: number) => Math.round(shown * scale)
  if (op !== 'between')
    return (
      <Amount
        label={t('segment.value')}
        value={Number(value ?? 0) / scale}
        change={(next) => change(whole(next))}
      />
    )
  const [low = 0, high = 0] = Array.isArray(value) ? (value as number[]) : [0, Number(value ?? 0)]
  return (
    <>
      <Amount
        label={t('segment.value_from')}
        value={low / scale}
        change={(next) => change([whole(next), high])}
      />
      {t('segment.to')}
      <Amount
        label={t('segment.value_to')}
        value={high / scale}
        change={(next) => change([low, whole(next)])}
      />
    </>
  )
}

/** Changes an operator and keeps the value in the shape the operator takes. */
export function valueFor(op: string, value: unknown): unknown {
  if (op === 'known' || op === 'unknown') return undefined
  if (op === 'between')
    return Array.isArray(value) && value.length === 2 ? value : [0, numberOf(value)]
  return Array.isArray(value) ? value[0] : (value ?? 1)
}

function numberOf(value: unknown): number {
  const one = Number(Array.isArray(value) ? value[0] : value)
  return Number.isFinite(one) ? one : 0
}

type Shape = 'recent' | 'ever' | 'dates'

function shapeOf(window: Window | undefined): Shape {
  if (window?.from || window?.to) return 'dates'
  return window?.last_days ? 'recent' : 'ever'
}

/** `近 [90] 天`, 历来, or from a day to a day, either of which may lack. */
export function Span({
  window,
  change,
  ever,
}: {
  window: Window | undefined
  change: (next: Window) => void
  /** What no limit is called, where 历来 would not read. */
  ever?: string
}) {
  const { t } = useTranslation()
  // Dates are chosen before there is one.
  const [isDated, setDated] = useState(false)
  const shape = isDated ? 'dates' : shapeOf(window)
  const turn = (next: string) => {
    setDated(next === 'dates')
    if (next === 'recent') change({ last_days: 90 })
    else if (shape !== next) change({})
  }
  return (
    <>
      <Pick
        label={t('segment.when')}
        value={shape}
        change={turn}
        options={(['recent', 'ever', 'dates'] as const).map((one) => ({
          value: one,
          label: one === 'ever' && ever ? ever : t(`segment.${one}`),
        }))}
      />
      {shape === 'recent' && (
        <>
          <Whole
            label={t('segment.days')}
            min={1}
            max={3660}
            value={window?.last_days ?? null}
            change={(next) => next !== null && change({ last_days: next })}
          />
          {t('segment.days')}
        </>
      )}
      {shape === 'dates' && (
        <DatePicker.RangePicker
          size="small"
          className="rule-dates"
          allowEmpty={[true, true]}
          value={[window?.from ? dayjs(window.from) : null, window?.to ? dayjs(window.to) : null]}
          onChange={(days) => change(between(days?.[0], days?.[1]))}
        />
      )}
    </>
  )
}

function between(from: dayjs.Dayjs | null | undefined, to: dayjs.Dayjs | null | undefined): Window {
  return {
    ...(from ? { from: from.format('YYYY-MM-DD') } : {}),
    ...(to ? { to: to.format('YYYY-MM-DD') } : {}),
  }
}
