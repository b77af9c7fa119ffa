import dayjs from 'dayjs'
import type { Campaign, CampaignStep, NewCampaign, Source } from '@/client/types'

export const STEPS_MAX = 6
export const UNTILS: CampaignStep['until'][] = ['delivered', 'opened', 'bought']
export type Channel = CampaignStep['channel']

/** What an SMS is billed as: alone up to 70 UTF-16 units, else by 67. The same rule as the server's. */
export function partsOf(text: string): number {
  return text.length <= 70 ? 1 : Math.ceil(text.length / 67)
}

export function stepOf(channel: Channel, text: string): CampaignStep {
  const isPerson = channel === 'wecom'
  return {
    channel,
    text,
    until: 'delivered',
    deadline: isPerson ? evening(2) : null,
    within_minutes: isPerson ? null : 2880,
    grace_minutes: null,
    template: null,
    params: {},
  }
}

/** Eight in the evening, so many days from now. */
export function evening(days: number): string {
  return dayjs().add(days, 'day').hour(20).minute(0).second(0).millisecond(0).toISOString()
}

/** A step at another place; associates only ever come first, so nothing passes them. */
export function moved(steps: CampaignStep[], from: number, to: number): CampaignStep[] {
  if (!mayMove(steps, from, to)) return steps
  const next = [...steps]
  const [step] = next.splice(from, 1)
  if (step) next.splice(to, 0, step)
  return next
}

export function mayMove(steps: CampaignStep[], from: number, to: number): boolean {
  const isInside = to >= 0 && to < steps.length && from !== to
  return isInside && steps[from]?.channel !== 'wecom' && steps[to]?.channel !== 'wecom'
}

/** Whether it is decided about in one go, against other mailings: a single step that goes by itself. */
export function isMailed(steps: CampaignStep[]): boolean {
  return steps.length === 1 && steps[0]?.channel !== 'wecom'
}

export function hasSource(source: Source): boolean {
  return Boolean(source.segment_id || source.opportunity_kind || source.rule || source.list_id)
}

export type Fault = 'source' | 'name' | 'goal' | 'products' | 'starts' | `step${number}`

/** What has to be filled in or changed before it can be kept, by the field where it stands. */
export function faultsOf(draft: NewCampaign, now: number): Map<Fault, string> {
  const faults = new Map<Fault, string>()
  if (!hasSource(draft.source)) faults.set('source', 'fault_source')
  if (draft.name.trim() === '') faults.set('name', 'fault_name')
  if (draft.goal.trim() === '') faults.set('goal', 'fault_goal')
  if (draft.product_mode === 'fixed' && draft.skus.length === 0)
    faults.set('products', 'fault_products')
  const starts = draft.starts_at ? Date.parse(draft.starts_at) : now
  if (starts < now) faults.set('starts', 'fault_starts')
  draft.steps.forEach((step, index) => {
    const end = step.deadline ? Date.parse(step.deadline) : null
    if (step.text.trim() === '') faults.set(`step${index}`, 'fault_text')
    else if (end === null && !step.within_minutes) faults.set(`step${index}`, 'fault_time')
    else if (end !== null && end <= starts) faults.set(`step${index}`, 'fault_deadline')
  })
  return faults
}

/** Only the fields of the request; a saved campaign carries more. A variable without a name is none yet. */
export function bodyOf(draft: NewCampaign): NewCampaign {
  const { name, source, goal, product_mode, skus, copies, starts_at, holdout_bp, salt } = draft
  const { category, puts_off, send_time, window_hours } = draft
  const { priority, share_bp, budget_fen, per_hour, holds_ahead } = draft
  const steps = draft.steps.map((step) => ({
    ...step,
    params: Object.fromEntries(Object.entries(step.params).filter(([variable]) => variable)),
  }))
  return {
    ...{ name, source, goal, product_mode, skus, steps, copies, starts_at, holdout_bp, salt },
    ...{ category, puts_off, send_time, window_hours },
    ...{ priority, share_bp, budget_fen, per_hour, holds_ahead },
  }
}

export function draftOf(saved: Campaign): NewCampaign {
  return bodyOf(saved)
}

export function blankCampaign(source: Source, words: { copy: string; sms: string }): NewCampaign {
  return {
    name: '',
    source,
    goal: '',
    product_mode: 'personal',
    skus: [],
    steps: [stepOf('wecom', words.copy), stepOf('sms', words.sms)],
    copies: 'one',
    starts_at: null,
    holdout_bp: 1000,
    category: 'promotion',
    puts_off: true,
    send_time: 'now',
    window_hours: 24,
    priority: 3,
    share_bp: 100,
    budget_fen: null,
    per_hour: null,
    holds_ahead: false,
    salt: crypto.getRandomValues(new Uint32Array(2)).join('-'),
  }
}

export interface Spoken {
  count: number
  unit: 'minutes' | 'hours' | 'days'
}

/** 2880 minutes are 2 days, 90 are 90 minutes. */
export function spoken(minutes: number): Spoken {
  if (minutes % 1440 === 0) return { count: minutes / 1440, unit: 'days' }
  if (minutes % 60 === 0) return { count: minutes / 60, unit: 'hours' }
  return { count: minutes, unit: 'minutes' }
}

export const MINUTES = { minutes: 1, hours: 60, days: 1440 }
