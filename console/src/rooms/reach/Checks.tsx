import { CheckOutlined, CloseOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import type { Decision } from '@/client/types'

/** Every question of the gate in its order, up to the one that said no. */
export function Checks({ decision }: { decision: Decision }) {
  const { t } = useTranslation()
  return (
    <ol className="checks">
      {decision.checks.map((check) => (
        <li key={check.code} className={check.passed ? '' : 'refused'}>
          {check.passed ? (
            <CheckOutlined aria-label={t('ui.yes')} />
          ) : (
            <CloseOutlined aria-label={t('ui.no')} />
          )}
          <span>
            {check.text}
            {check.detail && <small className="quiet">{check.detail}</small>}
          </span>
        </li>
      ))}
    </ol>
  )
}
