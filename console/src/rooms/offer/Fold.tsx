import { InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'

/** A discount as the language says it: 8.5 折, or 15 % off; kept as the part that is paid. */
export function FoldInput({
  payBp,
  change,
  label,
}: {
  payBp: number
  change: (payBp: number) => void
  label: string
}) {
  const { t, i18n } = useTranslation()
  const isOff = i18n.language === 'en'
  return (
    <InputNumber<number>
      className="number-input"
      min={isOff ? 0.01 : 0}
      max={isOff ? 100 : 9.99}
      step={isOff ? 5 : 0.5}
      precision={isOff ? 2 : 3}
      formatter={(value) => (value === undefined ? '' : String(Number(value)))}
      suffix={t('offer.fold_unit')}
      aria-label={label}
      value={shownFold(payBp, isOff)}
      onChange={(value) => {
        if (value !== null) change(payBpOf(value, isOff))
      }}
    />
  )
}

export function shownFold(payBp: number, isOff: boolean): number {
  return isOff ? (10_000 - payBp) / 100 : payBp / 1_000
}

export function payBpOf(value: number, isOff: boolean): number {
  const payBp = isOff ? 10_000 - Math.round(value * 100) : Math.round(value * 1_000)
  return Math.min(9_999, Math.max(0, payBp))
}
