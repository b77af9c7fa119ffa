import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Link } from '@/shell/router'
import { Field, YuanInput } from '@/ui/field'

/** What one more message to somebody who had some costs, and for how long mailings wait to be compared. */
export function Fatigue({ fen, set }: { fen: number; set: (fen: number) => void }) {
  const { t } = useTranslation()
  const settings = useRead('/v1/settings')
  const gather = settings.data?.items.find((one) => one.key === 'reach.gather_minutes')
  return (
    <Field
      label={t('reach.fatigue_label')}
      hint={
        <>
          {t('reach.fatigue_hint')}
          {gather && (
            <>
              {' '}
              {t('reach.gather', { minutes: String(gather.value) })}{' '}
              <Link to="/settings">{t('reach.gather_change')}</Link>
            </>
          )}
        </>
      }
    >
      <YuanInput label={t('reach.fatigue_label')} fen={fen} change={(next) => set(next ?? 0)} />
    </Field>
  )
}
