import { Problem, urlOf, type Query } from '@/client/http'
import { isEnglish } from './words'

const WAITS_MS = [400, 1200, 2500]
const TIMEOUT_MS = 15_000

/** One read. The query client tries again by itself. */
export function ask<A>(path: string, query?: Query, signal?: AbortSignal): Promise<A> {
  return once<A>('GET', urlOf(path, query), { signal })
}

/**
 * One write, tried again on a bad network with the same key: the server does it at most once.
 * Keep the key when it fails and hand it in again when the person taps once more.
 */
export async function tell<A>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  key: string = newKey(),
): Promise<A> {
  for (const wait of WAITS_MS) {
    try {
      return await once<A>(method, path, { body, key })
    } catch (error) {
      if (!isPassing(error)) throw error
      await new Promise((done) => window.setTimeout(done, wait))
    }
  }
  return once<A>(method, path, { body, key })
}

/** The network, a proxy or a restarting server: worth another try. */
export function isPassing(error: unknown): boolean {
  return error instanceof Problem && [0, 502, 503, 504].includes(error.status)
}

/** `randomUUID` exists only on https and localhost. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

interface Options {
  body?: unknown
  key?: string
  signal?: AbortSignal
}

async function once<A>(method: string, url: string, options: Options): Promise<A> {
  const headers: Record<string, string> = {
    'Accept-Language': isEnglish ? 'en' : 'zh-CN',
    'X-Huitou-Surface': 'phone',
  }
  if (options.key) headers['Idempotency-Key'] = options.key
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  const clock = new AbortController()
  const timer = window.setTimeout(() => clock.abort(), TIMEOUT_MS)
  options.signal?.addEventListener('abort', () => clock.abort())
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: 'same-origin',
      signal: clock.signal,
    })
    if (!response.ok) throw await problemOf(response)
    return (response.status === 204 ? undefined : await response.json()) as A
  } catch (error) {
    if (error instanceof Problem || options.signal?.aborted) throw error
    throw new Problem(0, 'network.unreachable', isEnglish ? 'The network is down' : '网络不太好')
  } finally {
    window.clearTimeout(timer)
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as {
    code?: string
    detail?: string
    params?: Record<string, unknown>
  }
  const code = body.code ?? `http.${response.status}`
  return new Problem(response.status, code, body.detail ?? response.statusText, body.params)
}
