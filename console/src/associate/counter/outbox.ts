import { useSyncExternalStore } from 'react'

/*
 * Coupons redeemed without a network, until the server has them. Kept on the phone: closing the
 * page, or a dead battery, loses none. One key a redemption: sent twice it is one.
 */

export type OutboxState = 'waiting' | 'booked' | 'conflict'

export interface Kept {
  key: string
  token: string
  nonce: string
  unit: string
  used_at: string
  /** What the associate reads: the coupon's name and its code. */
  name: string
  code: string
  state: OutboxState
  detail?: string
}

export const KEPT_UNDER = 'huitou.outbox'
const SETTLED_MAX = 30

const watchers = new Set<() => void>()
let known: Kept[] | null = null

export function all(): Kept[] {
  known ??= parse(window.localStorage.getItem(KEPT_UNDER))
  return known
}

export function useOutbox(): Kept[] {
  return useSyncExternalStore(watch, all)
}

/** Keeps a redemption; false when this phone has taken the same token, or could not keep it. */
export function add(one: Kept): boolean {
  reload()
  if (all().some(({ nonce }) => nonce === one.nonce)) return false
  return write([one, ...all()])
}

/** It was a mistake, and nobody was told yet. */
export function remove(key: string): boolean {
  reload()
  const found = all().find((one) => one.key === key)
  if (found?.state !== 'waiting') return false
  return write(all().filter((one) => one !== found))
}

/** What the server made of one. */
export function settle(key: string, state: OutboxState, detail?: string): void {
  reload()
  let settled = 0
  const next = all()
    .map((one) => (one.key === key ? { ...one, state, detail } : one))
    .filter((one) => one.state === 'waiting' || (settled += 1) <= SETTLED_MAX)
  write(next)
}

export function waiting(): Kept[] {
  return all().filter(({ state }) => state === 'waiting')
}

/** Another tab may have written since. */
export function reload(): void {
  known = null
}

function write(next: Kept[]): boolean {
  try {
    window.localStorage.setItem(KEPT_UNDER, JSON.stringify(next))
  } catch {
    return false
  }
  known = next
  for (const changed of watchers) changed()
  return true
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

function parse(text: string | null): Kept[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? (found as Kept[]) : []
  } catch {
    return []
  }
}

window.addEventListener('storage', ({ key }) => {
  if (key !== KEPT_UNDER) return
  reload()
  for (const changed of watchers) changed()
})
