import { InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import { Field } from '@/ui/field'
import { isSome } from './policy'

/** For how long the same content goes to nobody again. */
export function Repeat({ days, set }: { days: number; set: (days: number) => void }) {
  const { t } = useTranslation()
  return (
    <Field label={t('reach.repeat_days')} hint={t('reach.repeat_hint')}>
      <InputNumber
        className="number-input"
        min={0}
        max={365}
        precision={0}
        suffix={t('points.days')}
        aria-label={t('reach.repeat_days')}
        value={days}
        onChange={(next) => isSome(next) && set(next)}
      />
    </Field>
  )
}
