import type { ContactCap } from '@/client/types'

type Window = ContactCap['window']

export const channels = ['wecom', 'sms', 'wechat', 'mini', 'rcs', 'phone', 'webhook'] as const

/** Windows that are offered: days of the calendar, and hours in a row. */
export const spans = ['day', 'week', 'month', '24', '72', '168', '720']

export function spanOf(window: Window): string {
  return window.kind === 'calendar' ? window.unit : String(window.hours)
}

export function windowOf(span: string): Window {
  if (span === 'day' || span === 'week' || span === 'month') return { kind: 'calendar', unit: span }
  return { kind: 'rolling', hours: Number(span) }
}

/** What a cap counts, as one word: `channel:sms`. */
export function aboutOf(cap: ContactCap): string {
  const scope = cap.scope ?? 'all'
  return cap.of ? `${scope}:${cap.of}` : scope
}

export function scopeOf(about: string): Pick<ContactCap, 'scope' | 'of'> {
  const [scope, of] = about.split(':')
  return { scope: scope as ContactCap['scope'], of: of ?? null }
}

/** Not left empty. */
export function isSome(value: number | null): value is number {
  return value !== null
}

export function clockOf(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
