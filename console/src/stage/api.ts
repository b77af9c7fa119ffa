import type { components } from '@/client/schema'
import { isEnglish } from './words'

export type Step = components['schemas']['StepShown']
export type Stage = components['schemas']['StageShown']
export type FrameName = keyof Stage['frames']

export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export const readStage = () => call<Stage>('GET', '/v1/demo/stage')
export const nextStep = () => call<Stage>('POST', '/v1/demo/stage/next')
export const restart = () => call<Stage>('POST', '/v1/demo/stage/restart')

/** Sign a demo person in on one surface; each surface has its own cookie. */
export function signIn(surface: 'console' | 'phone'): Promise<unknown> {
  const login = surface === 'console' ? 'headquarters' : 'associate'
  return call('POST', '/v1/demo/login', { login }, surface)
}

async function call<A>(
  method: string,
  path: string,
  body?: unknown,
  surface = 'console',
): Promise<A> {
  const headers: Record<string, string> = {
    'Accept-Language': isEnglish ? 'en' : 'zh-CN',
    'X-Huitou-Surface': surface,
  }
  if (method !== 'GET') headers['Content-Type'] = 'application/json'
  const response = await fetch(path, {
    method,
    headers,
    credentials: 'same-origin',
    body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
  })
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string }
    throw new Refused(response.status, problem.detail ?? response.statusText)
  }
  return (response.status === 204 ? undefined : await response.json()) as A
}
