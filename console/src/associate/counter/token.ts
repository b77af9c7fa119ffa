/*
 * A coupon's one-time token, checked without a network: `HT1.<payload>.<signature>`, base64url; the
 * signature is r‖s (ECDSA P-256, SHA-256) over the bytes before the last dot.
 */

/** What a token says. Times are Unix seconds. */
export interface Promised {
  /** The coupon's code. */
  c: string
  /** The template's number. */
  t: number
  nonce: string
  notAfter: number
  endsAt: number | null
  isOffline: boolean
}

export type Shown =
  | { kind: 'member'; code: string }
  | { kind: 'token'; token: string }
  | { kind: 'coupon'; code: string }

const MEMBER = /^M[0-9A-Z]{21}$/
const TOKEN = /^HT1\.[\w-]+\.[\w-]+$/
const COUPON = /^[0-9A-Za-z-]{6,32}$/

/** What was scanned or typed, by its looks; null for anything else. */
export function read(text: string): Shown | null {
  const trimmed = text.trim()
  if (TOKEN.test(trimmed)) return { kind: 'token', token: trimmed }
  const plain = trimmed.replace(/[\s-]/g, '').toUpperCase()
  if (MEMBER.test(plain)) return { kind: 'member', code: plain }
  const code = trimmed.replace(/\s/g, '')
  return COUPON.test(code) ? { kind: 'coupon', code } : null
}

/** What a token promises, whoever made it; null for what is no token. */
export function promiseOf(token: string): Promised | null {
  const payload = token.split('.')[1]
  if (!payload) return null
  try {
    const said = JSON.parse(new TextDecoder().decode(bytesOf(payload))) as Record<string, unknown>
    if (typeof said.c !== 'string' || typeof said.n !== 'string') return null
    if (typeof said.t !== 'number' || typeof said.x !== 'number') return null
    return {
      c: said.c,
      t: said.t,
      nonce: said.n,
      notAfter: said.x,
      endsAt: typeof said.e === 'number' ? said.e : null,
      isOffline: said.o === true || said.o === 1,
    }
  } catch {
    return null
  }
}

/** Did the merchant sign it? False also where the browser cannot tell: only https pages can. */
export async function isSigned(token: string, key: JsonWebKey): Promise<boolean> {
  if (!canVerify()) return false
  const at = token.lastIndexOf('.')
  const said = new TextEncoder().encode(token.slice(0, at))
  try {
    const known = await crypto.subtle.importKey(
      'jwk',
      { kty: key.kty, crv: key.crv, x: key.x, y: key.y },
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['verify'],
    )
    const signature = bytesOf(token.slice(at + 1))
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, known, signature, said)
  } catch {
    return false
  }
}

export function canVerify(): boolean {
  return typeof crypto !== 'undefined' && 'subtle' in crypto && Boolean(crypto.subtle)
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const padded = text.replace(/-/g, '+').replace(/_/g, '/')
  const raw = atob(padded + '='.repeat((4 - (padded.length % 4)) % 4))
  const bytes = new Uint8Array(raw.length)
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at)
  return bytes
}
