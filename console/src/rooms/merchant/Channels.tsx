import { App, Button, Form, Input, Segmented, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Channel } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMe } from '@/shell/session'
import { Answer, Panel } from '@/ui/page'
import { SchemaForm } from '@/ui/schema-form'

/** WeCom and SMS: own credentials or the simulator, and a test message to oneself. */
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

function ChannelPanel({ channel, done }: { channel: Channel; done?: () => void }) {
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
  const simulate = () => write.mutate({ to: 'POST /v1/channels/{kind}/simulate', id: channel.kind }, after)
  return (
    <Panel
      title={channel.title}
      extra={
        <>
          {channel.is_simulated && <Tag color="orange">{t('merchant.simulated')}</Tag>}
          <Tag color={channel.state === 'ready' ? 'green' : 'default'}>
            {t(`merchant.channel_${channel.state}`, { defaultValue: channel.state })}
          </Tag>
        </>
      }
    >
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

/** 给自己发一条测试消息. */
export function TestMessage({ channel, done }: { channel: Channel; done?: () => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const test = useWrite<'POST /v1/channels/{kind}/test'>()
  const [to, setTo] = useState('')
  const isSms = channel.kind.startsWith('sms')
  return (
    <div className="row">
      {isSms && (
        <Input
          className="test-to"
          value={to}
          placeholder={t('merchant.test_phone')}
          onChange={(event) => setTo(event.target.value)}
        />
      )}
      <Button
        loading={test.isPending}
        disabled={isSms && to.trim() === ''}
        onClick={() =>
          test.mutate(
            { to: 'POST /v1/channels/{kind}/test', id: channel.kind, body: isSms ? { to: to.trim() } : {} },
            {
              onSuccess: () => {
                modal.success({
                  title: t('merchant.test_sent'),
                  content: t(isSms ? 'merchant.test_sent_sms' : 'merchant.test_sent_wecom'),
                })
                done?.()
              },
            },
          )
        }
      >
        {t('merchant.test')}
      </Button>
    </div>
  )
}
