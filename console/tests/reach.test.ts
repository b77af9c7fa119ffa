import type { TFunction } from 'i18next'
import { describe, expect, it } from 'vitest'
import type { Message, Notification } from '@/client/types'
import { chainOf, journeyOf, senderOf } from '@/rooms/reach/words'

const planned: Message = {
  id: '1',
  customer_id: '2',
  channel: 'sms',
  purpose: 'marketing',
  category: 'promotion',
  staff_id: null,
  staff_name: null,
  unit_id: null,
  unit_name: null,
  campaign_id: null,
  opportunity_id: null,
  task_id: null,
  product_list_id: null,
  content_key: 'k',
  text: null,
  is_test: false,
  state: 'planned',
  attempt: 1,
  carrier: null,
  failure: null,
  failure_text: null,
  planned_at: '2026-11-01T00:00:00Z',
  not_before: null,
  submitted_at: null,
  delivered_at: null,
  opened_at: null,
  version: 1,
  next: null,
}
const keys = (changes: Partial<Message>) =>
  journeyOf({ ...planned, ...changes }).map((step) => `${step.key}:${step.tone}`)

describe('the journey of a message', () => {
  it('awaits what comes next', () => {
    expect(keys({})).toEqual(['planned:done', 'awaited:open'])
    expect(keys({ state: 'waiting', submitted_at: '2026-11-01T00:01:00Z' })).toEqual([
      'planned:done',
      'submitted:done',
      'awaited:open',
    ])
  })

  it('is held until quiet hours are over, and awaits nothing else meanwhile', () => {
    const not_before = '2026-11-01T08:00:00Z'
    expect(keys({ not_before })).toEqual(['planned:done', 'held:open'])
    expect(keys({ not_before, state: 'submitted', submitted_at: '2026-11-01T08:00:01Z' })).toEqual([
      'planned:done',
      'held:done',
      'submitted:done',
      'awaited:open',
    ])
    expect(keys({ not_before: planned.planned_at })).toEqual(['planned:done', 'awaited:open'])
  })

  it('ends with what stopped it, or with the opening', () => {
    expect(keys({ state: 'failed', failure: 'cap' })).toEqual(['planned:done', 'stopped:bad'])
    expect(
      keys({
        state: 'delivered',
        submitted_at: '2026-11-01T00:01:00Z',
        delivered_at: '2026-11-01T00:02:00Z',
        opened_at: '2026-11-01T00:03:00Z',
      }),
    ).toEqual(['planned:done', 'submitted:done', 'delivered:done', 'opened:done'])
  })
})

const t = ((key: string, given?: { channel?: string }) => key + (given?.channel ?? '')) as TFunction

describe('who a message is from', () => {
  it('is a person only where a person sends', () => {
    const hers = { ...planned, staff_name: '陈雪' }
    expect(senderOf(t, { ...hers, channel: 'wecom' })).toBe('陈雪')
    expect(senderOf(t, hers)).toBe('reach.channel_sms')
    expect(senderOf(t, planned)).toBe('reach.channel_sms')
  })
})

describe('the ways of a notification', () => {
  const tried = (channel: string, state: Message['state'] | null, reason: string | null) => ({
    channel,
    state,
    reason,
    code: reason && 'code',
    message_id: null,
    delivered_at: null,
  })

  it('read as a sentence, each with why not or where it stands', () => {
    const told = {
      tried: [
        tried('wechat', null, '没有关注'),
        tried('rcs', 'failed', '空号'),
        tried('phone', 'cancelled', null),
        tried('sms', 'submitted', null),
      ],
    } as Notification
    expect(chainOf(t, told).split('reach.way_then')).toEqual([
      'reach.way_firstreach.channel_wechat没有关注',
      'reach.way_nextreach.channel_rcs空号',
      'reach.way_nextreach.channel_phonereach.state_cancelled',
      'reach.way_nextreach.channel_smsreach.state_submitted',
    ])
  })
})
