import { describe, expect, it } from 'vitest'
import type { Leaf, Rule } from '@/client/types'
import {
  filledOf,
  groupOf,
  isComplete,
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
