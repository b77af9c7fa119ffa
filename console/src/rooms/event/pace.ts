import type { DataHealth, Lag } from '@/client/types'

/** How far everybody was at a moment (ms since 1970); kept while the page is open. */
export interface Sample {
  at: number
  head: number
  behind: Record<string, number>
}

const kept = 300
const minuteMs = 60_000

export function addSample(samples: Sample[], lag: Lag, at: number): Sample[] {
  const behind = Object.fromEntries(lag.streams.map((one) => [one.name, one.behind]))
  return [...samples, { at, head: lag.head, behind }].slice(-kept)
}

/** Events a minute over the last minute that was seen; null before there are two looks. */
export function paceOf(samples: Sample[]): number | null {
  const last = samples.at(-1)
  if (!last) return null
  const first = samples.find((one) => one.at >= last.at - minuteMs)
  if (!first || first.at === last.at) return null
  return Math.round(((last.head - first.head) * minuteMs) / (last.at - first.at))
}

export function behindOf(samples: Sample[], stream: string): number[] {
  return samples.map((one) => one.behind[stream] ?? 0)
}

/** What needs somebody's attention, the most urgent first; nothing when all is well. */
export type Concern = 'lag' | 'copy' | 'clock' | 'corrected' | 'set_aside' | 'rejected'

const lagMs = 60_000
const clockMs = 10 * 60_000

export function concernsOf(health: DataHealth): Concern[] {
  const now = Date.parse(health.as_of)
  const stood = (at: string | null, ms: number) => at === null || now - Date.parse(at) > ms
  // Each waits for those before it: there is trouble when nobody who is behind moves.
  const behind = health.lag.streams.filter((one) => one.behind > 0)
  const copying = health.followers.find((one) => one.consumer === 'warehouse')
  const found: [Concern, boolean][] = [
    ['lag', behind.length > 0 && behind.every((one) => stood(one.moved_at, lagMs))],
    [
      'copy',
      health.copy.length > 0 &&
        copying !== undefined &&
        copying.waiting > 0 &&
        stood(copying.moved_at, lagMs),
    ],
    ['clock', health.clock !== null && stood(health.clock.swept_upto, clockMs)],
    ['corrected', health.clock !== null && health.clock.corrected_count > 0],
    ['set_aside', health.set_aside > 0],
    ['rejected', health.rejected.length > 0],
  ]
  return found.filter(([, is]) => is).map(([concern]) => concern)
}

const order = [
  'identity',
  'profile',
  'order',
  'segment',
  'reach',
  'opportunity',
  'associate',
  'attribution',
]

/** In the order in which they follow each other. */
export function inOrder(streams: Lag['streams']): Lag['streams'] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return [...streams].sort((one, other) => place(one.name) - place(other.name))
}

/** `1.2 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
