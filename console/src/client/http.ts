export type QueryValue = string | number | boolean | null | undefined
export type Query = Record<string, QueryValue | string[]>

/** A refusal of the API, from its problem+json body. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly params: Record<string, unknown>

  constructor(status: number, code: string, detail: string, params: Record<string, unknown> = {}) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.params = params
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Request {
  method?: Method
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

let language = 'zh-CN'

export function speak(next: string): void {
  language = next
}

export function urlOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : value
    if (text !== undefined && text !== null && text !== '') search.set(name, String(text))
  }
  const tail = search.toString()
  return tail ? `${path}?${tail}` : path
}

/** One request to the API. A body is sent as JSON, a FormData as it is; 204 answers undefined. */
export async function call<A>(path: string, request: Request = {}): Promise<A> {
  const method = request.method ?? 'GET'
  const headers: Record<string, string> = {
    'Accept-Language': language,
    'X-Huitou-Surface': 'console',
  }
  if (method !== 'GET') headers['Idempotency-Key'] = newKey()
  const isForm = request.body instanceof FormData
  if (request.body !== undefined && !isForm) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(urlOf(path, request.query), {
      method,
      headers,
      body: isForm
        ? (request.body as FormData)
        : request.body === undefined
          ? undefined
          : JSON.stringify(request.body),
      credentials: 'same-origin',
      signal: request.signal,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(
      0,
      'network.unreachable',
      language === 'en' ? 'Server unreachable' : '连不上服务器',
    )
  }
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return undefined as A
  const type = response.headers.get('Content-Type') ?? ''
  return (type.includes('json') ? await response.json() : await response.text()) as A
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as {
      code?: string
      detail?: string
      params?: Record<string, unknown>
    }
    return new Problem(
      response.status,
      body.code ?? `http.${response.status}`,
      body.detail ?? response.statusText,
      body.params,
    )
  } catch {
    return new Problem(response.status, `http.${response.status}`, response.statusText)
  }
}

/** `randomUUID` exists only on https and localhost; a shop's console may run on plain http. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
