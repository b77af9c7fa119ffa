import { EyeOutlined } from '@ant-design/icons'
import { Avatar, Button, Tag, Tooltip } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer, Revealed } from '@/client/types'
import { useMay } from '@/shell/session'
import { Ago, Day } from '@/ui/time'
import { Clock } from './Clock'

/** Who this is. Name and phone stay masked until revealed, which the audit log keeps. */
export function CustomerHead({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const may = useMay()
  const [revealed, setRevealed] = useState<Revealed | null>(null)
  const reveal = useWrite<'POST /v1/customers/{customer_id}/reveal'>(['/v1/audit'])
  // What is known is erased a moment after the identifiers are: it is not shown meanwhile.
  const isKnown = customer.state !== 'forgotten'
  const known = isKnown ? (revealed?.name ?? customer.name) : null
  const name = known ?? `#${customer.ordinal}`
  const phone = (revealed ?? customer).identifiers.find((one) => one.kind === 'phone')?.value ?? ''
  return (
    <div className="customer-head">
      <Avatar size={56} className="customer-avatar">
        {name.slice(0, 1)}
      </Avatar>
      <div>
        <div className="row">
          <h1>{name}</h1>
          <span className="num customer-phone">{phone}</span>
          {!revealed && customer.state === 'live' && may('customer.reveal') && (
            <Tooltip title={t('profile.reveal_hint')}>
              <Button
                size="small"
                icon={<EyeOutlined />}
                loading={reveal.isPending}
                onClick={() =>
                  reveal.mutate(
                    { to: 'POST /v1/customers/{customer_id}/reveal', id: customer.id, body: {} },
                    { onSuccess: setRevealed },
                  )
                }
              >
                {t('profile.reveal')}
              </Button>
            </Tooltip>
          )}
          {customer.state === 'forgotten' && <Tag color="red">{t('profile.forgotten')}</Tag>}
          {customer.no_profiling && <Tag>{t('profile.no_profiling')}</Tag>}
          {customer.under_14 && <Tag color="orange">{t('profile.under_14')}</Tag>}
        </div>
        <div className="row quiet customer-facts">
          {known && <span className="num">#{customer.ordinal}</span>}
          {isKnown && <Facts customer={customer} />}
        </div>
      </div>
    </div>
  )
}

function Facts({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  return (
    <>
      {customer.gender && (
        <span>{t(`profile.gender_${customer.gender}`, { defaultValue: customer.gender })}</span>
      )}
      {customer.birth_month && <span>{t('profile.birth_month', { n: customer.birth_month })}</span>}
      <span>
        {t('profile.home_unit')} {customer.home_unit?.name ?? t('profile.nobody')}
      </span>
      <span>
        {t('profile.associate')} {customer.associate?.name ?? t('profile.nobody')}
      </span>
      {customer.joined_on && (
        <span>
          {t('profile.joined')} <Day at={customer.joined_on} />
        </span>
      )}
      {customer.last_seen_at && (
        <span>
          {t('profile.seen')} <Ago at={customer.last_seen_at} />
        </span>
      )}
      <Clock customer={customer} />
    </>
  )
}
