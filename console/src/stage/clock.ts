import { el } from './dom'
import { t } from './words'

const BELIEVABLE_MS = 60_000

export interface Arrived {
  isRefund: boolean
  ms: number
}

/**
 * Measures from the purchase to the note that reaches the associate's page. The order says itself
 * when it was paid; a refund does not, so there the tap on 下一步 counts.
 */
export function listen(tappedAt: () => number, arrived: (what: Arrived) => void): void {
  const source = new EventSource('/v1/stream?surface=phone')
  source.addEventListener('live', (event) => {
    const note = JSON.parse((event as MessageEvent<string>).data) as { kind: string; at?: string }
    const isRefund = note.kind === 'commission_reversed'
    if (note.kind !== 'commission' && !isRefund) return
    const sincePaid = note.at && !isRefund ? Date.now() - Date.parse(note.at) : NaN
    const ms = sincePaid >= 0 && sincePaid < BELIEVABLE_MS ? sincePaid : Date.now() - tappedAt()
    arrived({ isRefund, ms: Math.round(ms) })
  })
}

/** `412 毫秒`, on top of the phone it happened on. */
export function badge({ isRefund, ms }: Arrived): HTMLElement {
  const shown = ms < 2000 ? t('ms', { n: ms }) : t('seconds', { n: (ms / 1000).toFixed(1) })
  return el(
    'div',
    { class: isRefund ? 'badge refund' : 'badge', role: 'status' },
    el('small', {}, t(isRefund ? 'refunded' : 'paid')),
    el('b', {}, shown),
  )
}
