import { describe, expect, it } from 'vitest'
import type { Leaf, Rule } from '@/client/types'
import {
  filledOf,
  groupOf,
  isComplete,
  isFilled,
  isGroup,
  leavesOf,
  ruleOf,
  sayingOf,
} from '@/rooms/segment/tree'

const rule: Rule = {
  v: 1,
  all: [
    { kind: 'tag', name: 'milk' },
    {
      any: [
        { kind: 'trait', name: 'last_paid_days', op: '>=', value: 30 },
        { not: { kind: 'tag', name: 'price-sensitive' } },
      ],
    },
    { not: { all: [{ kind: 'consent', channel: 'sms', purpose: 'marketing' }] } },
  ],
}

describe('the rule being edited', () => {
  it('goes back to the very rule it came from', () => {
    expect(ruleOf(groupOf(rule))).toEqual(rule)
  })

  it('drops a double negation', () => {
    const doubled: Rule = { v: 1, any: [{ not: { not: { kind: 'tag', name: 'a' } } }] }
    expect(ruleOf(groupOf(doubled))).toEqual({ v: 1, any: [{ kind: 'tag', name: 'a' }] })
  })

  it('names the place of each condition as the API does', () => {
    expect(leavesOf(groupOf(rule)).map((one) => one.path)).toEqual([
      'all[0]',
      'all[1].any[0]',
      'all[1].any[1].not',
      'all[2].not.all[0]',
    ])
  })

  it('is complete only when every condition is filled and no group is empty', () => {
    expect(isComplete(groupOf(rule))).toBe(true)
    expect(isComplete(groupOf({ v: 1, all: [{ kind: 'tag', name: '' }] }))).toBe(false)
    expect(isComplete(groupOf({ v: 1, all: [{ any: [] }] }))).toBe(false)
    const unknown: Rule = { v: 1, all: [{ kind: 'trait', name: 'gender', op: 'unknown' }] }
    expect(isComplete(groupOf(unknown))).toBe(true)
  })

  it('asks what is filled in, also while the rest is not', () => {
    const half: Rule = {
      v: 1,
      all: [
        { kind: 'tag', name: '' },
        { any: [{ kind: 'segment', id: '' }] },
        { not: { kind: 'tag', name: 'milk' } },
      ],
    }
    expect(ruleOf(filledOf(groupOf(half)))).toEqual({
      v: 1,
      all: [{ not: { kind: 'tag', name: 'milk' } }],
    })
  })

  it('takes the n-th of an event from the first or from the last, at most a hundred away', () => {
    const isFilledWith = (n: number) => isFilled({ kind: 'nth', type: 'order.paid', n })
    expect([1, 3, 100, -1, -100].filter((n) => !isFilledWith(n))).toEqual([])
    expect([0, 101, -101, 1.5, NaN].filter(isFilledWith)).toEqual([])
  })

  it('takes days of an anniversary in their order, each day of a year once', () => {
    const isFilledWith = (from_days: number, to_days: number, years?: number) =>
      isFilled({ kind: 'anniversary', of: 'joined', from_days, to_days, years })
    expect(isFilledWith(0, 0)).toBe(true)
    expect(isFilledWith(-365, -1)).toBe(true)
    expect(isFilledWith(1, 365)).toBe(true)
    expect(isFilledWith(0, 7, 1)).toBe(true)
    expect(isFilledWith(7, 0)).toBe(false)
    expect(isFilledWith(0, 365)).toBe(false)
    expect(isFilledWith(-366, -366)).toBe(false)
    expect(isFilledWith(0.5, 7)).toBe(false)
    expect(isFilledWith(0, 7, 0)).toBe(false)
    expect(isFilledWith(0, 7, 101)).toBe(false)
  })

  it('counts the rest while days of an anniversary are out of order', () => {
    const first: Leaf = { kind: 'nth', type: 'order.paid', n: 1, where: { category: ['dairy'] } }
    const late: Leaf = { kind: 'anniversary', of: 'first_paid', from_days: 30, to_days: 7 }
    const half = groupOf({ v: 1, all: [first, { not: late }] })
    expect(ruleOf(half)).toEqual({ v: 1, all: [first, { not: late }] })
    expect(isComplete(half)).toBe(false)
    expect(ruleOf(filledOf(half))).toEqual({ v: 1, all: [first] })
  })

  it('knows a condition again in whatever order it is told', () => {
    const one: Leaf = { kind: 'trait', name: 'points', op: '>=', value: 1 }
    const other: Leaf = { value: 1, op: '>=', name: 'points', kind: 'trait' }
    expect(sayingOf(one)).toBe(sayingOf(other))
    expect(sayingOf(one)).not.toBe(sayingOf({ ...one, value: 2 }))
  })

  it('gives every part a key of its own', () => {
    const keys: string[] = []
    const walk = (parts: ReturnType<typeof groupOf>['parts']) =>
      parts.forEach((part) => {
        keys.push(part.key)
        if (isGroup(part)) walk(part.parts)
      })
    walk(groupOf(rule).parts)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
