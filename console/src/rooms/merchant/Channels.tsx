import { App, AutoComplete, Button, Form, Input, Segmented, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Channel } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMe } from '@/shell/session'
import { Answer, Panel } from '@/ui/page'
import { SchemaForm } from '@/ui/schema-form'

/** Every channel: own credentials or the simulator, and a test message to oneself. */
export function Channels({ done }: { done?: () => void }) {
  const channels = useRead('/v1/channels')
  return (
    <Answer of={channels}>
      {({ items }) => (
        <div className="cols-2">
          {items.map((channel) => (
            <ChannelPanel key={channel.kind} channel={channel} done={done} />
          ))}
        </div>
      )}
    </Answer>
  )
}

/** One channel's settings: the simulator, or an account of one's own. */
export function ChannelPanel({ channel, done }: { channel: Channel; done?: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const [form] = Form.useForm()
  const [isSimulated, setSimulated] = useState(channel.is_simulated || channel.state === 'missing')
  const write = useWrite(['/v1/channels'])
  const after = {
    onSuccess: () => {
      showDone(t('ui.saved'))
      done?.()
    },
  }
  const save = (config: Record<string, unknown>) =>
    write.mutate({ to: 'PUT /v1/channels/{kind}', id: channel.kind, body: { config } }, after)
  const simulate = () =>
    write.mutate({ to: 'POST /v1/channels/{kind}/simulate', id: channel.kind }, after)
  return (
    <Panel title={channel.title} extra={<ChannelTags channel={channel} />}>
      <Segmented
        value={isSimulated ? 'simulator' : 'real'}
        disabled={me.is_demo}
        onChange={(next) => setSimulated(next === 'simulator')}
        options={[
          { value: 'simulator', label: t('merchant.use_simulator') },
          { value: 'real', label: t('merchant.use_own') },
        ]}
      />
      <p className="quiet channel-hint">
        {t(
          me.is_demo
            ? 'merchant.demo_channel'
            : isSimulated
              ? 'merchant.simulator_hint'
              : 'merchant.own_hint',
        )}
      </p>
      {!isSimulated && channel.callback_url && (
        <p className="channel-hint">
          {t('merchant.callback')}{' '}
          <Typography.Text code copyable>
            {channel.callback_url}
          </Typography.Text>
        </p>
      )}
      {!isSimulated && (
        <SchemaForm
          schema={channel.schema}
          initial={channel.is_simulated ? {} : channel.config}
          form={form}
          keepHint={t('merchant.keep_secret')}
          submit={save}
        />
      )}
      <div className="row">
        <Button
          type="primary"
          disabled={me.is_demo}
          loading={write.isPending}
          onClick={() => (isSimulated ? simulate() : form.submit())}
        >
          {t('ui.save')}
        </Button>
        {channel.state === 'ready' && <TestMessage channel={channel} />}
      </div>
    </Panel>
  )
}

/** Where a channel stands. */
export function ChannelTags({ channel }: { channel: Channel }) {
  const { t } = useTranslation()
  return (
    <>
      {channel.state === 'ready' && !channel.is_sending && (
        <Tag title={t('merchant.standby_hint')}>{t('merchant.standby')}</Tag>
      )}
      {channel.is_simulated && <Tag color="orange">{t('merchant.simulated')}</Tag>}
      <Tag color={channel.state === 'ready' ? 'green' : 'default'}>
        {t(`merchant.channel_${channel.state}`, { defaultValue: channel.state })}
      </Tag>
    </>
  )
}

/** 给自己发一条测试消息: to a WeCom account, one's own where it is known, or to an address typed. */
export function TestMessage({ channel, done }: { channel: Channel; done?: () => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const me = useMe()
  const staff = useRead('/v1/staff').data?.items ?? []
  const test = useWrite<'POST /v1/channels/{kind}/test'>()
  const [typed, setTyped] = useState<string | null>(null)
  const isWecom = channel.kind === 'wecom'
  const members = staff.filter((one) => one.wecom_user)
  const own = members.find((one) => one.id === me.staff?.id)
  const to = (typed ?? (isWecom ? (own ?? members[0])?.wecom_user : '') ?? '').trim()
  const send = () =>
    test.mutate(
      { to: 'POST /v1/channels/{kind}/test', id: channel.kind, body: { to } },
      {
        onSuccess: ({ url }) => {
          modal.success({
            title: t('merchant.test_sent'),
            content: url ? (
              <a href={url} target="_blank" rel="noreferrer">
                {t('merchant.test_look')}
              </a>
            ) : (
              t(isWecom ? 'merchant.test_sent_wecom' : 'merchant.test_sent_elsewhere')
            ),
          })
          done?.()
        },
      },
    )
  return (
    <div className="row">
      {!isWecom ? (
        <Input
          className="test-to"
          value={to}
          placeholder={channel.address}
          aria-label={channel.address}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : (
        <AutoComplete
          className="test-to"
          value={to}
          placeholder={t('merchant.test_user')}
          options={members.map((one) => ({
            value: one.wecom_user ?? '',
            label: `${one.name} · ${one.wecom_user}`,
          }))}
          onChange={setTyped}
        />
      )}
      <Button loading={test.isPending} disabled={to === ''} onClick={send}>
        {t('merchant.test')}
      </Button>
      {isWecom && !own && <span className="quiet">{t('merchant.test_no_own')}</span>}
    </div>
  )
}
