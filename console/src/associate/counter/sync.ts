import { useEffect } from 'react'
import { isPassing, tell } from '../http'
import type { Synced } from '../types'
import { settle, waiting } from './outbox'
import { t } from '../words'

const EVERY_MS = 20_000
const AT_ONCE = 100

let underWay: Promise<boolean> | null = null

/** Tells the server what was redeemed without it; true when nothing is left to tell. */
export function sync(): Promise<boolean> {
  underWay ??= send().finally(() => (underWay = null))
  return underWay
}

async function send(): Promise<boolean> {
  const left = waiting().slice(0, AT_ONCE)
  if (left.length === 0) return true
  const redemptions = left.map(({ key, token, unit, used_at }) => ({ key, token, unit, used_at }))
  try {
    const answers = await tell<Synced[]>('POST', '/v1/coupons/sync', { redemptions })
    for (const { key, outcome, detail } of answers) {
      if (outcome === 'used') settle(key, 'booked')
      else settle(key, 'conflict', outcome === 'double' ? t('counter.double') : (detail ?? outcome))
    }
  } catch (error) {
    if (isPassing(error)) return false
    throw error
  }
  return waiting().length === 0 || send()
}

/** As soon as there is a network, and again and again while something waits. */
export function useSync(): void {
  useEffect(() => {
    const run = () => void sync().catch(() => undefined)
    run()
    const timer = window.setInterval(() => waiting().length > 0 && run(), EVERY_MS)
    window.addEventListener('online', run)
    return () => {
      window.clearInterval(timer)
      window.removeEventListener('online', run)
    }
  }, [])
}
