import type { TFunction } from 'i18next'
import type { Message, Notification } from '@/client/types'

export const CHANNELS = ['wecom', 'sms', 'wechat', 'mini', 'rcs', 'phone', 'webhook']
export const STATES: Message['state'][] = [
  'planned',
  'in_flight',
  'waiting',
  'submitted',
  'delivered',
  'unknown',
  'failed',
  'cancelled',
]

/** What messages are searched by, as the address has it. */
export const FILTERS = [
  'customer',
  'channel',
  'state',
  'failure',
  'purpose',
  'category',
  'campaign',
  'unit',
  'associate',
  'since',
  'until',
]

export const channelName = (t: TFunction, channel: string) =>
  t(`reach.channel_${channel}`, { defaultValue: channel })

/** Whether a person sends it: messages of other channels have an associate too, the customer's own. */
export const isPersonal = (message: Message) => message.channel === 'wecom'

/** Who a customer sees as the sender. */
export const senderOf = (t: TFunction, message: Message) =>
  (isPersonal(message) && message.staff_name) || channelName(t, message.channel)

export const purposeName = (t: TFunction, purpose: string) =>
  t(`reach.purpose_${purpose}`, { defaultValue: purpose })

export interface Step {
  key: 'planned' | 'held' | 'submitted' | 'delivered' | 'stopped' | 'opened' | 'awaited'
  at: string | null
  tone: 'done' | 'bad' | 'open'
}

export const toneColours: Record<Step['tone'], string> = {
  done: '#12706a',
  bad: '#c8402f',
  open: '#b9c2c0',
}

type Way = Notification['tried'][number]

export function toneOf({ state }: Way): Step['tone'] {
  if (state === null || state === 'failed' || state === 'cancelled') return 'bad'
  return state === 'delivered' ? 'done' : 'open'
}

/** What came of one way of a notification: why not, or where its message stands. */
export function endOf(t: TFunction, way: Way): string {
  const state = t(`reach.state_${way.state ?? 'failed'}`)
  return toneOf(way) === 'bad' ? (way.reason ?? state) : state
}

/** All ways in a sentence: 先试公众号：该渠道还没有配置；改用短信：已送达. */
export function chainOf(t: TFunction, { tried }: Notification): string {
  return tried
    .map((way, place) => {
      const channel = channelName(t, way.channel)
      return t(place === 0 ? 'reach.way_first' : 'reach.way_next', { channel }) + endOf(t, way)
    })
    .join(t('reach.way_then'))
}

/** What happened to a message, in order, and what is still awaited. */
export function journeyOf(message: Message): Step[] {
  const steps: Step[] = [{ key: 'planned', at: message.planned_at, tone: 'done' }]
  const add = (key: Step['key'], at: string | null | undefined, tone: Step['tone'] = 'done') =>
    steps.push({ key, at: at ?? null, tone })
  const isHeld = message.not_before != null && message.not_before > message.planned_at
  if (isHeld) add('held', message.not_before, message.submitted_at ? 'done' : 'open')
  if (message.submitted_at) add('submitted', message.submitted_at)
  if (message.delivered_at) add('delivered', message.delivered_at)
  if (message.opened_at) add('opened', message.opened_at)
  if (message.state === 'failed' || message.state === 'cancelled') add('stopped', null, 'bad')
  else if (message.state !== 'delivered' && !(isHeld && message.state === 'planned'))
    add('awaited', null, 'open')
  return steps
}
