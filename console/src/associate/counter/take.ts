import { Problem } from '@/client/http'
import type { Me } from '@/client/types'
import { isPassing, newKey, tell } from '../http'
import type { AtCounter, Redeemed } from '../types'
import { isEnglish, ours, t, type Key } from '../words'
import { check } from './kit'
import { add, all, remove, type Kept } from './outbox'
import { read } from './token'

/** What came of something scanned or typed. */
export type Outcome =
  | { kind: 'visitor'; visitor: AtCounter }
  | { kind: 'done'; name: string; sentence: string; offFen: number | null; undo: Undo }
  | { kind: 'kept'; name: string; sentence: string; undo: Undo }
  | { kind: 'refused'; why: string }

/** Taking it back, while the customer still stands there. */
export interface Undo {
  until: number
  back: () => Promise<void>
}

const UNDO_MS = 60_000

/** Recognises a customer or redeems a coupon; without a network, tokens that can be checked. */
export async function take(text: string, me: Me): Promise<Outcome> {
  const shown = read(text)
  if (!shown) return { kind: 'refused', why: t('counter.unreadable') }
  if (shown.kind === 'member') return recognise(shown.code)
  // A phone that knows it has no network need not try: the customer is waiting.
  if (shown.kind === 'token' && !navigator.onLine) return keep(shown.token, me)
  const code = shown.kind === 'token' ? shown.token : shown.code
  try {
    return await redeem(code, me)
  } catch (error) {
    if (!isPassing(error)) return refusal(error)
    if (shown.kind === 'token') return keep(shown.token, me)
    return { kind: 'refused', why: t('counter.code_needs_network') }
  }
}

async function recognise(code: string): Promise<Outcome> {
  try {
    const visitor = await tell<AtCounter>('POST', '/v1/counter/recognise', { code })
    return { kind: 'visitor', visitor }
  } catch (error) {
    if (isPassing(error)) return { kind: 'refused', why: t('counter.member_needs_network') }
    return refusal(error)
  }
}

/** Online, at once. The key makes a tap on a bad network one redemption. */
async function redeem(text: string, me: Me): Promise<Outcome> {
  const body = { text, unit: me.unit.code, key: newKey() }
  const { coupon, off_fen } = await tell<Redeemed>('POST', '/v1/coupons/redeem', body)
  const back = async () => {
    await tell('POST', '/v1/coupons/return', { text: coupon.code })
  }
  return {
    kind: 'done',
    name: coupon.template_name,
    sentence: ours(coupon.sentence.zh, coupon.sentence.en),
    offFen: off_fen ?? coupon.face_fen,
    undo: { until: Date.now() + UNDO_MS, back },
  }
}

/** Without a network: what the phone can check, it checks; the server has the last word later. */
async function keep(token: string, me: Me): Promise<Outcome> {
  const checked = await check(token, me.unit, me.merchant.zone)
  if (!checked.ok) return { kind: 'refused', why: t(`counter.why.${checked.reason}` as Key) }
  const { promised, template, nowMs } = checked
  const isTaken = all().some(({ code, state }) => code === promised.c && state !== 'conflict')
  const one: Kept = {
    key: newKey(),
    token,
    nonce: promised.nonce,
    unit: me.unit.code,
    used_at: new Date(nowMs).toISOString(),
    name: template.name,
    code: promised.c,
    state: 'waiting',
  }
  if (isTaken || !add(one)) return { kind: 'refused', why: t('counter.taken_here') }
  const back = () =>
    remove(one.key) ? Promise.resolve() : Promise.reject(new Error(t('counter.too_late')))
  return {
    kind: 'kept',
    name: template.name,
    sentence: isEnglish ? template.sentence.en : template.sentence.zh,
    undo: { until: Date.now() + UNDO_MS, back },
  }
}

function refusal(error: unknown): Outcome {
  return { kind: 'refused', why: error instanceof Problem ? error.message : t('app.failed') }
}
