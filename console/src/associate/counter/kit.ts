import { ask } from '../http'
import type { OfflineKit } from '../types'
import { isSigned, promiseOf, type Promised } from './token'

/*
 * What the phone needs to take coupons without a network, kept from the last time it had one.
 */

const KEPT_UNDER = 'huitou.kit'

interface Kept {
  kit: OfflineKit
  /** The server's clock less the phone's, in milliseconds. */
  aheadMs: number
}

export type Reason =
  | 'no_kit'
  | 'no_crypto'
  | 'forged'
  | 'over'
  | 'coupon_over'
  | 'not_offline'
  | 'not_here'
  | 'not_now'

export type Checked =
  | { ok: true; promised: Promised; template: OfflineKit['templates'][number]; nowMs: number }
  | { ok: false; reason: Reason }

export async function refreshKit(): Promise<void> {
  const asked = Date.now()
  const kit = await ask<OfflineKit>('/v1/coupons/offline-key')
  const answered = (asked + Date.now()) / 2
  const kept: Kept = { kit, aheadMs: Date.parse(kit.now) - answered }
  window.localStorage.setItem(KEPT_UNDER, JSON.stringify(kept))
}

export function keptKit(): Kept | null {
  try {
    return JSON.parse(window.localStorage.getItem(KEPT_UNDER) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

/** May this token be honoured here and now, as far as a phone without a network can tell? */
export async function check(
  token: string,
  unit: { path: string },
  zone: string,
  kept: Kept | null = keptKit(),
  now: number = Date.now(),
): Promise<Checked> {
  if (!kept) return { ok: false, reason: 'no_kit' }
  if (!window.crypto?.subtle) return { ok: false, reason: 'no_crypto' }
  const promised = promiseOf(token)
  if (!promised || !(await isSigned(token, kept.kit.key as JsonWebKey)))
    return { ok: false, reason: 'forged' }
  const nowMs = now + kept.aheadMs
  const seconds = nowMs / 1000
  if (seconds > promised.notAfter + kept.kit.skew_seconds) return { ok: false, reason: 'over' }
  if (promised.endsAt !== null && seconds >= promised.endsAt)
    return { ok: false, reason: 'coupon_over' }
  const template = kept.kit.templates.find(({ number }) => number === promised.t)
  if (!promised.isOffline || !template?.is_offline) return { ok: false, reason: 'not_offline' }
  const promise = template.promise as Promise_
  if (!isHere(promise, unit.path)) return { ok: false, reason: 'not_here' }
  if (!isNow(promise, nowMs, zone)) return { ok: false, reason: 'not_now' }
  return { ok: true, promised, template, nowMs }
}

/** The parts of a template's promise that a phone can judge by itself. */
interface Promise_ {
  units?: string[]
  channels?: string[]
  weekdays?: number[]
  hours?: { from_minute: number; until_minute: number } | null
}

function isHere({ units, channels }: Promise_, path: string): boolean {
  const above = path.split('/')
  const isUnit = !units?.length || units.some((code) => above.includes(code))
  return isUnit && (!channels?.length || channels.includes('store'))
}

function isNow({ weekdays, hours }: Promise_, nowMs: number, zone: string): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(nowMs)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1
  const minute = Number(part('hour')) * 60 + Number(part('minute'))
  if (weekdays?.length && !weekdays.includes(day)) return false
  return !hours || (minute >= hours.from_minute && minute < hours.until_minute)
}
