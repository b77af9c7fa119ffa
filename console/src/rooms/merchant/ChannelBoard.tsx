import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Channel } from '@/client/types'
import { Answer, PageHead, Panel } from '@/ui/page'
import { ChannelHealth } from './ChannelHealth'
import { ChannelPanel, ChannelTags, TestMessage } from './Channels'
import './channels.css'

/** 渠道: those that can send, how their callbacks go, a test message; and those that could be added. */
export function ChannelBoard() {
  const { t } = useTranslation()
  const channels = useRead('/v1/channels')
  const [open, setOpen] = useState<string | undefined>()
  return (
    <>
      <PageHead title={t('shell.nav_channels')} hint={t('merchant.channels_hint')} />
      <Answer of={channels} rows={8}>
        {({ items }) => {
          const ready = items.filter((one) => one.state === 'ready')
          const others = items.filter((one) => one.state !== 'ready')
          const chosen = items.find((one) => one.kind === open)
          return (
            <div className="stack">
              <div className="cols-2">
                {ready.map((one) => (
                  <Ready key={one.kind} channel={one} set={() => setOpen(one.kind)} />
                ))}
              </div>
              {others.length > 0 && (
                <Panel title={t('merchant.channels_more')}>
                  <ul className="lines">
                    {others.map((one) => (
                      <li key={one.kind} className="channel-more">
                        <div>
                          <b>{one.title}</b>
                          <small className="quiet">{one.terms[0]}</small>
                        </div>
                        <Button onClick={() => setOpen(one.kind)}>{t('merchant.set_up')}</Button>
                      </li>
                    ))}
                  </ul>
                </Panel>
              )}
              {chosen && (
                <Drawer open onClose={() => setOpen(undefined)} title={chosen.title} size={560}>
                  <ChannelPanel channel={chosen} done={() => setOpen(undefined)} />
                </Drawer>
              )}
            </div>
          )
        }}
      </Answer>
    </>
  )
}

function Ready({ channel, set }: { channel: Channel; set: () => void }) {
  const { t } = useTranslation()
  return (
    <Panel title={channel.title} extra={<ChannelTags channel={channel} />}>
      <div className="channel-ready">
        <ChannelHealth channel={channel} />
        <ul className="channel-terms quiet">
          {channel.terms.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <div className="row between">
          <TestMessage channel={channel} />
          <Button onClick={set}>{t('merchant.settings_of')}</Button>
        </div>
      </div>
    </Panel>
  )
}
