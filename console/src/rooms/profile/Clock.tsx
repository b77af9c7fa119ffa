import { EditOutlined } from '@ant-design/icons'
import { Button, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Customer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay, useMe } from '@/shell/session'
import { Field } from '@/ui/field'

/** Where Chinese brands' customers mostly are: these have names of their own and come first. */
const usual = [
  'Asia/Shanghai',
  'Asia/Urumqi',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Asia/Seoul',
  'Australia/Sydney',
  'Europe/London',
  'Europe/Paris',
  'America/New_York',
  'America/Los_Angeles',
]

/** The customer's own time zone, by which quiet hours and the days of caps go, and the time there. */
export function Clock({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const own = useMe().merchant.zone
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const zone = customer.zone ?? own
  const name = useZoneName()
  return (
    <span className="nowrap">
      {t('profile.zone')} {name(zone)}{' '}
      {zone !== own && <span className="num">{t('profile.zone_now', { time: timeIn(zone) })}</span>}
      {may('customer.edit') && customer.state === 'live' && (
        <Button
          type="text"
          size="small"
          icon={<EditOutlined />}
          aria-label={t('profile.zone_change')}
          onClick={() => setOpen(true)}
        />
      )}
      {isOpen && <Change customer={customer} own={own} close={() => setOpen(false)} />}
    </span>
  )
}

function Change({ customer, own, close }: { customer: Customer; own: string; close: () => void }) {
  const { t } = useTranslation()
  const [zone, setZone] = useState(customer.zone ?? '')
  const name = useZoneName()
  const save = useWrite<'PUT /v1/customers/{customer_id}/zone'>(['/v1/customers/{customer_id}'])
  return (
    <Modal
      open
      title={t('profile.zone_change')}
      okButtonProps={{ loading: save.isPending, disabled: zone === (customer.zone ?? '') }}
      okText={t('ui.save')}
      onCancel={close}
      onOk={() =>
        save.mutate(
          {
            to: 'PUT /v1/customers/{customer_id}/zone',
            id: customer.id,
            body: { zone: zone || null },
          },
          {
            onSuccess: () => {
              showDone(t('ui.saved'))
              close()
            },
          },
        )
      }
    >
      <Field label={t('profile.zone')} hint={t('profile.zone_hint')}>
        <Select
          className="wide"
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('profile.zone')}
          value={zone}
          onChange={setZone}
          options={[
            { value: '', label: t('profile.zone_own', { zone: name(own) }) },
            ...zones(customer.zone).map((value) => ({
              value,
              label: `${name(value)} · ${timeIn(value)}`,
            })),
          ]}
        />
      </Field>
    </Modal>
  )
}

function useZoneName(): (zone: string) => string {
  const { t } = useTranslation()
  return (zone) => t(`profile.zone_${zone}`, { defaultValue: zone })
}

/** The usual ones first, then every other that this browser knows, and the one that is kept. */
function zones(kept: string | null): string[] {
  const all = 'supportedValuesOf' in Intl ? Intl.supportedValuesOf('timeZone') : []
  return [...new Set([...usual, ...(kept ? [kept] : []), ...all])]
}

function timeIn(zone: string): string {
  try {
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    return new Intl.DateTimeFormat('en', { ...clock, timeZone: zone }).format(new Date())
  } catch {
    return '–' // a zone that this browser has not heard of
  }
}
