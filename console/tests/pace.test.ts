import { describe, expect, it } from 'vitest'
import type { DataHealth, Lag } from '@/client/types'
import {
  addSample,
  behindOf,
  bytes,
  concernsOf,
  inOrder,
  paceOf,
  type Sample,
} from '@/rooms/event/pace'

const at = Date.parse('2026-11-20T10:00:00Z')

function lag(head: number, behind: number): Lag {
  const stream = { name: 'order', position: head - behind, behind, moved_at: null }
  return { head, streams: [stream] }
}

function healthy(): DataHealth {
  const iso = (ms: number) => new Date(at - ms).toISOString()
  return {
    as_of: iso(0),
    lag: { head: 9, streams: [{ name: 'order', position: 9, behind: 0, moved_at: iso(9e6) }] },
    minutes: [],
    set_aside: 0,
    sources: [],
    rejected: [],
    copy: [{ dataset: 'order.line', files: 1, rows: 5, bytes: 9, made_at: iso(9e6) }],
    followers: [{ consumer: 'warehouse', waiting: 0, moved_at: iso(9e6) }],
    clock: { swept_upto: iso(60_000), due_count: 0, checked_at: null, corrected_count: 0 },
  }
}

describe('the pace of events', () => {
  it('is that of the last minute that was seen', () => {
    let samples: Sample[] = []
    expect(paceOf(samples)).toBeNull()
    for (let second = 0; second <= 120; second += 2) {
      samples = addSample(
        samples,
        lag(second <= 60 ? second : 60 + (second - 60) * 5, 3),
        at + second * 1000,
      )
      if (second === 0) expect(paceOf(samples)).toBeNull()
    }
    expect(paceOf(samples)).toBe(300)
    expect(behindOf(samples, 'order')).toHaveLength(61)
    expect(new Set(behindOf(samples, 'order'))).toEqual(new Set([3]))
    expect(behindOf(samples, 'nobody')[0]).toBe(0)
  })

  it('forgets what is long ago', () => {
    let samples: Sample[] = []
    for (let look = 0; look < 1000; look += 1) samples = addSample(samples, lag(look, 0), at + look)
    expect(samples).toHaveLength(300)
    expect(samples.at(-1)?.head).toBe(999)
  })
})

describe('what needs attention', () => {
  it('is nothing while all is level, however long nothing came', () => {
    expect(concernsOf(healthy())).toEqual([])
  })

  it('names each trouble', () => {
    const health = healthy()
    const old = health.lag.streams[0]?.moved_at ?? null
    health.lag.streams = [{ name: 'order', position: 1, behind: 8, moved_at: old }]
    health.followers = [{ consumer: 'warehouse', waiting: 4, moved_at: old ?? '' }]
    health.clock = { swept_upto: old ?? '', due_count: 0, checked_at: null, corrected_count: 2 }
    health.set_aside = 1
    expect(concernsOf(health)).toEqual(['lag', 'copy', 'clock', 'corrected', 'set_aside'])
  })

  it('is not a backlog that moves, nor one that waits for it', () => {
    const health = healthy()
    const old = health.lag.streams[0]?.moved_at ?? null
    health.lag.streams = [
      { name: 'order', position: 1, behind: 8, moved_at: health.as_of },
      { name: 'attribution', position: 0, behind: 9, moved_at: old },
    ]
    expect(concernsOf(health)).toEqual([])
  })
})

describe('consumers', () => {
  it('stand in the order they follow each other', () => {
    const one = (name: string) => ({ name, position: 0, behind: 0, moved_at: null })
    const names = ['attribution', 'x', 'order', 'identity'].map(one)
    expect(inOrder(names).map((each) => each.name)).toEqual([
      'identity',
      'order',
      'attribution',
      'x',
    ])
  })
})

describe('bytes', () => {
  it('are told in the unit that fits', () => {
    expect([0, 999, 1500, 123_456_789, 2.5e12].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '123 MB',
      '2.5 TB',
    ])
  })
})
