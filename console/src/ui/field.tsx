import { InputNumber } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** One question of a form: its label, its control, and what it means. */
export function Field({
  label,
  hint,
  fault,
  children,
}: {
  label: ReactNode
  hint?: ReactNode
  /** Why what stands here was refused. */
  fault?: ReactNode
  children: ReactNode
}) {
  return (
    <div className={fault ? 'field refused' : 'field'}>
      <div className="field-label">{label}</div>
      {children}
      {fault && (
        <small className="field-fault" role="alert">
          {fault}
        </small>
      )}
      {hint && <small className="quiet">{hint}</small>}
    </div>
  )
}

/** An amount typed in yuan and kept in fen. */
export function YuanInput({
  fen,
  change,
  min = 0,
  placeholder,
  disabled,
  label,
}: {
  fen: number | null
  change: (fen: number | null) => void
  min?: number
  placeholder?: string
  disabled?: boolean
  label?: string
}) {
  return (
    <InputNumber<number>
      className="number-input"
      prefix="¥"
      min={min / 100}
      max={1_000_000}
      precision={2}
      step={1}
      aria-label={label}
      disabled={disabled}
      placeholder={placeholder}
      value={fen === null ? null : fen / 100}
      onChange={(yuan) => change(yuan === null ? null : Math.round(yuan * 100))}
    />
  )
}

/** A whole number; left empty it is no limit. */
export function LimitInput({
  value,
  change,
  max = 1_000_000_000,
  min = 1,
  suffix,
  label,
}: {
  value: number | null
  change: (value: number | null) => void
  max?: number
  min?: number
  suffix?: string
  label?: string
}) {
  const { t } = useTranslation()
  return (
    <InputNumber<number>
      className="number-input"
      min={min}
      max={max}
      precision={0}
      suffix={suffix}
      aria-label={label}
      placeholder={t('ui.no_limit')}
      value={value}
      onChange={(next) => change(next)}
    />
  )
}
