import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Offer } from '@/client/types'
import { Link } from '@/shell/router'
import { Ago } from '@/ui/time'
import { useSaid } from './check/said'

/** Publishing waits for a second person: why, since when, and where they decide. */
export function WaitingFor({ waiting }: { waiting: NonNullable<Offer['waiting']> }) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <Alert
      type="warning"
      showIcon
      title={t('offer.waiting_title')}
      description={
        <>
          <ul>
            {waiting.why.map((why) => (
              <li key={why.en}>{said(why)}</li>
            ))}
          </ul>
          <small className="quiet">
            <Ago at={waiting.asked_at} /> · {t('offer.waiting_locked')}{' '}
          </small>
          <Link to="/approvals">{t('offer.waiting_link')}</Link>
        </>
      }
    />
  )
}
