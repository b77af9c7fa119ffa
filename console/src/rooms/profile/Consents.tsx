import { Switch, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

const asked = [
  { channel: 'wecom', purpose: 'marketing' },
  { channel: 'sms', purpose: 'marketing' },
]

/** Permission per channel and purpose; a switch here is a recorded, proven change. */
export function Consents({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const may = useMay()
  const write = useWrite(['/v1/customers/{customer_id}', '/v1/customers/{customer_id}/timeline'])
  const known = customer.consents
  const rows = [
    ...known,
    ...asked
      .filter(
        (one) => !known.some((has) => has.channel === one.channel && has.purpose === one.purpose),
      )
      .map((one) => ({ ...one, state: 'withdrawn' as const, at: '' })),
  ]
  return (
    <Panel title={t('profile.consents')}>
      <ul className="lines">
        {rows.map((row) => (
          <li key={`${row.channel}-${row.purpose}`} className="row between">
            <span>
              {t(`profile.channel_${row.channel}`, { defaultValue: row.channel })} ·{' '}
              {t(`profile.purpose_${row.purpose}`, { defaultValue: row.purpose })}
              <small className="quiet">
                {' '}
                {row.at ? <Ago at={row.at} /> : t('profile.never_asked')}
              </small>
            </span>
            <Tooltip title={may('customer.edit') ? undefined : t('ui.not_allowed')}>
              <Switch
                size="small"
                checked={row.state === 'given'}
                disabled={!may('customer.edit') || customer.state !== 'live'}
                loading={write.isPending}
                onChange={(isGiven) =>
                  write.mutate(
                    {
                      to: 'POST /v1/customers/{customer_id}/consents',
                      id: customer.id,
                      body: {
                        channel: row.channel,
                        purpose: row.purpose,
                        state: isGiven ? 'given' : 'withdrawn',
                      },
                    },
                    { onSuccess: () => showDone(t('ui.saved')) },
                  )
                }
              />
            </Tooltip>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
