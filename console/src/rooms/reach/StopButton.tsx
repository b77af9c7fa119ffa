import { StopOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, Input, Modal, Segmented, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useWrite } from '@/client/query'
import type { ReachStop } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Field } from '@/ui/field'
import { channels } from './policy'

type Scope = ReachStop['scope']

/** 紧急停发: the red button, and what it asks before it stops anything. */
export function StopButton({ campaign }: { campaign?: string }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  if (!useMay()('reach.stop')) return null
  return (
    <>
      <Button danger type="primary" icon={<StopOutlined />} onClick={() => setOpen(true)}>
        {t('stop.button')}
      </Button>
      {isOpen && <StopForm campaign={campaign} close={() => setOpen(false)} />}
    </>
  )
}

function StopForm({ campaign: given, close }: { campaign?: string; close: () => void }) {
  const { t } = useTranslation()
  const [scope, setScope] = useState<Scope>(given ? 'campaign' : 'everything')
  const [channel, setChannel] = useState<string>()
  const [campaign, setCampaign] = useState(given)
  const [reason, setReason] = useState('')
  const [isTotal, setTotal] = useState(false)
  const [takeBack, setTakeBack] = useState(true)
  const campaigns = usePages('/v1/campaigns', { enabled: scope === 'campaign' })
  const stop = useWrite<'POST /v1/reach/stops'>(['/v1/reach/stops', '/v1/messages'])
  const isReady =
    reason.trim() !== '' &&
    (scope !== 'channel' || channel !== undefined) &&
    (scope !== 'campaign' || campaign !== undefined)
  const reachesWecom = scope !== 'channel' || channel === 'wecom'
  return (
    <Modal
      open
      title={t('stop.title')}
      okText={t('stop.confirm')}
      okButtonProps={{ danger: true, disabled: !isReady, loading: stop.isPending }}
      onCancel={close}
      onOk={() =>
        stop.mutate(
          {
            to: 'POST /v1/reach/stops',
            body: {
              scope,
              channel: scope === 'channel' ? channel : null,
              campaign: scope === 'campaign' ? campaign : null,
              is_total: scope === 'everything' && isTotal,
              take_back: reachesWecom && takeBack,
              reason: reason.trim(),
            },
          },
          {
            onSuccess: () => {
              showDone(t('stop.done'))
              close()
            },
          },
        )
      }
    >
      <p className="quiet panel-hint">{t('stop.hint')}</p>
      <Field label={t('stop.scope')}>
        <Segmented<Scope>
          block
          value={scope}
          onChange={setScope}
          options={(['everything', 'channel', 'campaign'] as const).map((value) => ({
            value,
            label: t(`stop.scope_${value}`),
          }))}
        />
      </Field>
      {scope === 'channel' && (
        <Field label={t('reach.channel')}>
          <Select
            className="wide"
            aria-label={t('reach.channel')}
            placeholder={t('stop.choose_channel')}
            value={channel}
            onChange={setChannel}
            options={channels.map((value) => ({ value, label: t(`reach.channel_${value}`) }))}
          />
        </Field>
      )}
      {scope === 'campaign' && (
        <Field label={t('stop.campaign')}>
          <Select
            className="wide"
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={t('stop.campaign')}
            placeholder={t('stop.choose_campaign')}
            value={campaign}
            onChange={setCampaign}
            options={campaigns.items.map((one) => ({ value: one.id, label: one.name }))}
          />
        </Field>
      )}
      <Field label={t('stop.reason')}>
        <Input
          value={reason}
          maxLength={200}
          aria-label={t('stop.reason')}
          placeholder={t('stop.reason_example')}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      {reachesWecom && (
        <Checkbox checked={takeBack} onChange={(event) => setTakeBack(event.target.checked)}>
          {t('stop.take_back')}
        </Checkbox>
      )}
      {scope === 'everything' && (
        <>
          <div>
            <Checkbox checked={isTotal} onChange={(event) => setTotal(event.target.checked)}>
              {t('stop.is_total')}
            </Checkbox>
          </div>
          {isTotal && <Alert type="warning" showIcon title={t('stop.is_total_warning')} />}
        </>
      )}
    </Modal>
  )
}
