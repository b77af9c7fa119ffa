import { Drawer, Timeline } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { Message, MessageDetail } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Bubble } from '@/ui/bubble'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Checks } from './Checks'
import { MessageState } from './MessageState'
import { Told, Ways } from './Ways'
import {
  channelName,
  isPersonal,
  journeyOf,
  purposeName,
  senderOf,
  toneColours,
  type Step,
} from './words'
import { useCategories } from './useCategories'

/** One message: what was written, what became of it, and every question the gate asked. */
export function MessageDrawer({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation()
  const found = useRead('/v1/messages/{message_id}', { id })
  return (
    <Drawer open onClose={close} title={t('reach.message')} size={560}>
      <Answer of={found} rows={8}>
        {(detail) => <Inside detail={detail} />}
      </Answer>
    </Drawer>
  )
}

function Inside({ detail: { message, why, notification } }: { detail: MessageDetail }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Facts message={message} />
      {message.text ? (
        <Bubble from={senderOf(t, message)}>{message.text}</Bubble>
      ) : (
        <p className="quiet">{t('reach.text_gone_hint')}</p>
      )}
      <Panel title={t('reach.journey')}>
        <Journey message={message} />
      </Panel>
      {notification && (
        <Panel title={t('reach.ways')} extra={<Told notification={notification} />}>
          <Ways notification={notification} message={message.id} />
        </Panel>
      )}
      <Panel title={t(why?.outcome === 'blocked' ? 'reach.why_blocked' : 'reach.why')}>
        {why ? (
          <>
            <p className="quiet checks-at">
              {t('reach.decided_at')} <Ago at={why.at} />
            </p>
            <Checks decision={why} />
          </>
        ) : (
          <NoDecision isMailed={message.campaign_id !== null && !message.is_test} />
        )}
      </Panel>
    </div>
  )
}

function NoDecision({ isMailed }: { isMailed: boolean }) {
  const { t } = useTranslation()
  if (isMailed)
    return <Nothing title={t('reach.decided_together')} hint={t('reach.decided_together_hint')} />
  return <Nothing title={t('reach.no_decision')} hint={t('reach.no_decision_hint')} />
}

function Facts({ message }: { message: Message }) {
  const { t } = useTranslation()
  const may = useMay()
  const category = useCategories().find((one) => one.value === message.category)?.label
  const { rows } = useCustomersOf(message.customer_id ? [message.customer_id] : [])
  const campaign = useRead('/v1/campaigns/{campaign_id}', {
    id: message.campaign_id ?? '',
    enabled: message.campaign_id !== null && may('campaign.read'),
  })
  return (
    <dl className="facts">
      <dt>{t('reach.state')}</dt>
      <dd>
        <MessageState message={message} />
        {message.failure_text && <span>{message.failure_text}</span>}
      </dd>
      <dt>{t('reach.customer')}</dt>
      <dd>
        {message.customer_id ? (
          <CustomerName id={message.customer_id} rows={rows} />
        ) : (
          t('reach.test')
        )}
      </dd>
      <dt>{t('reach.channel')}</dt>
      <dd>
        {[
          channelName(t, message.channel),
          purposeName(t, message.purpose),
          ...(message.purpose === 'marketing' ? [category ?? message.category] : []),
        ].join(' · ')}
      </dd>
      {campaign.data && (
        <>
          <dt>{t('reach.campaign')}</dt>
          <dd>
            <Link to={`/campaigns/${campaign.data.id}`}>{campaign.data.name}</Link>
          </dd>
        </>
      )}
      {(message.unit_name || message.staff_name) && (
        <>
          <dt>{t(isPersonal(message) ? 'reach.from' : 'reach.belongs_to')}</dt>
          <dd>{[message.unit_name, message.staff_name].filter(Boolean).join(' · ')}</dd>
        </>
      )}
    </dl>
  )
}

function Journey({ message }: { message: Message }) {
  const { t } = useTranslation()
  const said = (step: Step) => {
    if (step.key === 'stopped')
      return t(`reach.step_${message.state}`, { why: message.failure_text ?? '' })
    if (step.key === 'awaited') return message.next ?? t(`reach.awaits_${message.state}`)
    return t(`reach.step_${step.key}`)
  }
  return (
    <Timeline
      items={journeyOf(message).map((step) => ({
        key: step.key,
        color: toneColours[step.tone],
        content: (
          <div className="event">
            <span>{said(step)}</span>
            {step.at && (
              <small className="quiet">
                <Ago at={step.at} />
              </small>
            )}
          </div>
        ),
      }))}
    />
  )
}
