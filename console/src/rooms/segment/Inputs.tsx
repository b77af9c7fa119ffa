import { InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Window } from '@/client/types'
import type { Option } from './words'

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
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      value={value || undefined}
      options={options}
      onChange={change}
      style={width ? { width } : undefined}
      popupMatchSelectWidth={false}
    />
  )
}

export function PickMany({
  value,
  options,
  placeholder,
  change,
  isOpen = false,
}: {
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
      mode={isOpen ? 'tags' : 'multiple'}
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
    return <Amount value={Number(value ?? 0) / scale} change={(next) => change(whole(next))} />
  const [low = 0, high = 0] = Array.isArray(value) ? (value as number[]) : [0, Number(value ?? 0)]
  return (
    <>
      <Amount value={low / scale} change={(next) => change([whole(next), high])} />
      {t('segment.to')}
      <Amount value={high / scale} change={(next) => change([low, whole(next)])} />
    </>
  )
}

/** Changes an operator and keeps the value in the shape the operator takes. */
export function valueFor(op: string, value: unknown): unknown {
  if (op === 'known' || op === 'unknown') return undefined
  if (op === 'between') return Array.isArray(value) ? value : [0, Number(value ?? 0)]
  return Array.isArray(value) ? value[0] : (value ?? 1)
}

/** `近 [90] 天`, or 历来 when emptied. */
export function Span({
  window,
  change,
}: {
  window: Window | undefined
  change: (next: Window) => void
}) {
  const { t } = useTranslation()
  const days = window?.last_days ?? null
  if (window?.from || window?.to)
    return (
      <span>
        {window.from ?? ''} – {window.to ?? ''}
      </span>
    )
  return (
    <>
      {t('segment.recent')}
      <InputNumber
        size="small"
        controls={false}
        min={1}
        max={3660}
        value={days}
        style={{ width: 64 }}
        placeholder={t('segment.ever')}
        onChange={(next) => change(next ? { last_days: Math.round(Number(next)) } : {})}
      />
      {t('segment.days')}
    </>
  )
}
