import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Link } from '@/shell/router'
import './reach.css'

/** Of a campaign that competed for its customers: who has the places that it did not get. */
export function Rivals({ campaign }: { campaign: string }) {
  const { t } = useTranslation()
  const mailings = useRead('/v1/reach/mailings', { query: { campaign } })
  const rivals = (mailings.data ?? []).flatMap((one) => one.rivals)
  if (rivals.length === 0) return null
  return (
    <>
      <h3 className="rivals-title">{t('reach.rivals')}</h3>
      <ul className="lines">
        {rivals.map((one) => (
          <li key={one.mailing_id} className="row between">
            {one.campaign_id ? <Named campaign={one.campaign_id} /> : t('reach.rival_other')}
            <span className="num">{t('reach.rival_has', { count: one.count })}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Named({ campaign }: { campaign: string }) {
  const named = useRead('/v1/campaigns/{campaign_id}', { id: campaign })
  return <Link to={`/campaigns/${campaign}`}>{named.data?.name ?? '…'}</Link>
}
