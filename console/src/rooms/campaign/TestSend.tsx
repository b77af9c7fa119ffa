import { Button, Input, Modal, Select, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Campaign } from '@/client/types'
import { Field } from '@/ui/field'
import { Ago } from '@/ui/time'
import type { Channel } from './chain'

/** 发送测试: what a saved draft says, through the real channel, marked; and what became of it. */
export function TestSend({ campaign, isStale }: { campaign: Campaign; isStale: boolean }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        disabled={isStale}
        title={isStale ? t('campaign.test_stale') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('campaign.test')}
      </Button>
      <Modal
        open={isOpen}
        title={t('campaign.test')}
        footer={null}
        destroyOnHidden
        onCancel={() => setOpen(false)}
      >
        <Inside campaign={campaign} />
      </Modal>
    </>
  )
}

function Inside({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const channels = [...new Set(campaign.steps.map((step) => step.channel))]
  const [channel, setChannel] = useState<Channel>(channels[0] ?? 'wecom')
  const [address, setAddress] = useState('')
  const [staff, setStaff] = useState<string | undefined>()
  const people = useRead('/v1/staff').data?.items.filter((one) => one.wecom_user) ?? []
  const send = useWrite<'POST /v1/campaigns/{campaign_id}/test'>([
    '/v1/campaigns/{campaign_id}/tests',
  ])
  const isWecom = channel === 'wecom'
  return (
    <div className="test-send">
      <p className="quiet">{t('campaign.test_hint')}</p>
      <Field label={t('reach.channel')}>
        <Select
          value={channel}
          onChange={setChannel}
          options={channels.map((value) => ({ value, label: t(`campaign.by_${value}`) }))}
        />
      </Field>
      <Field label={t('campaign.test_to')}>
        {isWecom ? (
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('campaign.test_self')}
            allowClear
            value={staff}
            onChange={setStaff}
            options={people.map((one) => ({ value: one.id, label: one.name }))}
          />
        ) : (
          <Input
            value={address}
            placeholder={t(`campaign.address_${channel}`)}
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="primary"
        loading={send.isPending}
        disabled={!isWecom && address.trim() === ''}
        onClick={() =>
          send.mutate({
            to: 'POST /v1/campaigns/{campaign_id}/test',
            id: campaign.id,
            body: {
              channel,
              ...(isWecom ? { staff_id: staff ?? null } : { address: address.trim() }),
            },
          })
        }
      >
        {t('campaign.test_send')}
      </Button>
      <Sent campaign={campaign} />
    </div>
  )
}

function Sent({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const tests = useRead('/v1/campaigns/{campaign_id}/tests', { id: campaign.id, every: 2000 })
  if (!tests.data || tests.data.items.length === 0) return null
  return (
    <ul className="lines">
      {tests.data.items.slice(0, 5).map((one) => (
        <li key={one.id} className="row between">
          <span>
            {t(`campaign.by_${one.channel}`)} · <Ago at={one.sent_at} />
          </span>
          <Tag color={one.failure ? 'red' : 'default'} title={one.failure_text ?? undefined}>
            {one.failure_text ?? t(`reach.state_${one.state}`, { defaultValue: one.state })}
          </Tag>
        </li>
      ))}
    </ul>
  )
}
