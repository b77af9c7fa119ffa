// @vitest-environment jsdom

import { webcrypto } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fenOf } from '@/associate/counter/amount'
import { check, type Reason } from '@/associate/counter/kit'
import * as outbox from '@/associate/counter/outbox'
import { promiseOf, read } from '@/associate/counter/token'

const NOW = Date.UTC(2026, 10, 28, 4, 0) // a Saturday, noon in Shanghai
const UNIT = { path: 'hq/region-1/store-0401/' }
const ZONE = 'Asia/Shanghai'

type Template = Record<string, unknown>
let pair: CryptoKeyPair
let publicKey: JsonWebKey

beforeAll(async () => {
  vi.stubGlobal('crypto', webcrypto)
  Object.defineProperty(window, 'crypto', { value: webcrypto, configurable: true })
  const kind = { name: 'ECDSA', namedCurve: 'P-256' }
  pair = (await webcrypto.subtle.generateKey(kind, true, ['sign', 'verify'])) as CryptoKeyPair
  publicKey = await webcrypto.subtle.exportKey('jwk', pair.publicKey)
})

const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

async function tokenOf(changes: Record<string, unknown> = {}): Promise<string> {
  const said = { c: 'ABCDEFGHJKMNP', t: 3, n: 'nonce-1', x: NOW / 1000 + 600, e: null, o: true }
  const payload = url(new TextEncoder().encode(JSON.stringify({ ...said, ...changes })))
  const head = new TextEncoder().encode(`HT1.${payload}`)
  const how = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = new Uint8Array(await webcrypto.subtle.sign(how, pair.privateKey, head))
  return `HT1.${payload}.${url(signature)}`
}

function kept(promise: Template = {}, template: Template = {}, aheadMs = 0) {
  const sentence = { zh: '立减 5 元', en: '5 off' }
  const one = { id: 'x', number: 3, name: '券', kind: 'full_reduction', face_fen: 500, sentence }
  const templates = [{ ...one, is_offline: true, promise, ...template }]
  const kit = { key: publicKey, most_fen: 5000, token_seconds: 900, skew_seconds: 120, templates }
  return { kit: { ...kit, now: new Date(NOW).toISOString() }, aheadMs } as never
}

async function why(token: string, known = kept()): Promise<Reason | null> {
  const checked = await check(token, UNIT, ZONE, known, NOW)
  return checked.ok ? null : checked.reason
}

describe('what was scanned', () => {
  it('is told by its looks', async () => {
    expect(read(' m2rc b963 2s4y mz2z zj3d er ')).toEqual({
      kind: 'member',
      code: 'M2RCB9632S4YMZ2ZZJ3DER',
    })
    expect(read('abcd-efgh-jkmn-p')).toEqual({ kind: 'coupon', code: 'abcd-efgh-jkmn-p' })
    expect(read(await tokenOf())?.kind).toBe('token')
    for (const other of ['', 'https://example.com', '券', 'M1', 'HT1.a'])
      expect(read(other)).toBeNull()
  })

  it('never breaks on rubbish', () => {
    for (const rubbish of ['HT1.%%%.x', 'HT1.e30.x', 'HT1.W10.x', 'HT1', '']) {
      expect(promiseOf(rubbish)).toBeNull()
    }
  })
})

describe('amounts as people type them', () => {
  it('are exact fen', () => {
    const typed = ['12', '12.3', ' 12.34 ', '0.29', '1。5', '1999999.99']
    expect(typed.map(fenOf)).toEqual([1200, 1230, 1234, 29, 150, 199_999_999])
  })

  it('or nothing', () => {
    for (const other of ['', '0', '-1', '1.234', '1e3', '12,5', '¥12', '.5', '99999999'])
      expect(fenOf(other)).toBeNull()
  })
})

describe('without a network', () => {
  it('a good token is honoured', async () => {
    expect(await why(await tokenOf())).toBeNull()
  })

  it('a forged or changed one is not', async () => {
    const token = await tokenOf()
    const other = await tokenOf({ c: 'OTHERCOUPON00' })
    const mixed = `${other.split('.').slice(0, 2).join('.')}.${token.split('.')[2]}`
    expect(await why(mixed)).toBe('forged')
    expect(await why(`${token.slice(0, -4)}AAAA`)).toBe('forged')
  })

  it('old ones are over, by the server’s clock', async () => {
    const token = await tokenOf({ x: NOW / 1000 - 60 })
    expect(await why(token)).toBeNull() // within what clocks may differ
    expect(await why(token, kept({}, {}, 120_000))).toBe('over')
    expect(await why(await tokenOf({ e: NOW / 1000 }))).toBe('coupon_over')
  })

  it('large coupons and other stores’ wait for the network', async () => {
    expect(await why(await tokenOf({ o: false }))).toBe('not_offline')
    expect(await why(await tokenOf(), kept({}, { is_offline: false }))).toBe('not_offline')
    expect(await why(await tokenOf({ t: 4 }))).toBe('not_offline')
    expect(await why(await tokenOf(), kept({ units: ['region-2'] }))).toBe('not_here')
    expect(await why(await tokenOf(), kept({ units: ['region-1'] }))).toBeNull()
    expect(await why(await tokenOf(), kept({ channels: ['online'] }))).toBe('not_here')
  })

  it('days and hours are the merchant’s', async () => {
    expect(await why(await tokenOf(), kept({ weekdays: [1, 2] }))).toBe('not_now')
    expect(await why(await tokenOf(), kept({ weekdays: [6] }))).toBeNull()
    const noon = { from_minute: 720, until_minute: 721 }
    expect(await why(await tokenOf(), kept({ hours: noon }))).toBeNull()
    const later = { from_minute: 721, until_minute: 900 }
    expect(await why(await tokenOf(), kept({ hours: later }))).toBe('not_now')
  })

  it('nothing is honoured without the key', async () => {
    window.localStorage.clear()
    const checked = await check(await tokenOf(), UNIT, ZONE, undefined, NOW)
    expect(checked).toEqual({ ok: false, reason: 'no_kit' })
  })
})

describe('the outbox', () => {
  const one = (key: string, nonce: string): outbox.Kept => ({
    key,
    nonce,
    token: `HT1.${nonce}.x`,
    unit: 'store-0401',
    used_at: new Date(NOW).toISOString(),
    name: '券',
    code: 'ABCDEFGHJKMNP',
    state: 'waiting',
  })

  beforeEach(() => {
    window.localStorage.clear()
    outbox.reload()
  })

  it('takes a token once and survives a reload', () => {
    expect(outbox.add(one('a', '1'))).toBe(true)
    expect(outbox.add(one('b', '1'))).toBe(false)
    outbox.reload()
    expect(outbox.waiting().map(({ key }) => key)).toEqual(['a'])
  })

  it('gives back only what nobody was told yet', () => {
    outbox.add(one('a', '1'))
    outbox.add(one('b', '2'))
    outbox.settle('a', 'booked')
    expect(outbox.remove('a')).toBe(false)
    expect(outbox.remove('b')).toBe(true)
    expect(outbox.waiting()).toEqual([])
  })

  it('forgets old answers, never what still waits', () => {
    for (let at = 0; at < 50; at += 1) outbox.add(one(`k${at}`, `n${at}`))
    for (let at = 0; at < 45; at += 1) outbox.settle(`k${at}`, at % 2 ? 'booked' : 'conflict')
    expect(outbox.waiting()).toHaveLength(5)
    expect(outbox.all()).toHaveLength(35)
  })

  it('says when the phone cannot keep it', () => {
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    expect(outbox.add(one('a', '1'))).toBe(false)
    full.mockRestore()
    expect(outbox.all()).toEqual([])
  })
})
