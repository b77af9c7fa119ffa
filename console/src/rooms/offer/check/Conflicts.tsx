import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { OfferCheck } from '@/client/types'
import { Link } from '@/shell/router'
import { Panel } from '@/ui/page'
import { useSaid } from './said'

const colours = { exclusive: 'gold', together: 'cyan' }

/** What else holds for the same product at the same time, and whether it adds up. */
export function Conflicts({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const said = useSaid()
  if (check.conflicts.length === 0) return null
  return (
    <Panel title={t('check.conflicts')}>
      <ul className="plain-list">
        {check.conflicts.map((met) => (
          <li key={met.id} className="check-finding">
            <Tag color={colours[met.relation]}>{t(`check.relation_${met.relation}`)}</Tag>
            <span>
              {said(met)}{' '}
              {met.kind === 'offer' && <Link to={`/offers/${met.id}`}>{t('check.look')}</Link>}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
