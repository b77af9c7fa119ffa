import { describe, expect, it } from 'vitest'
import type { TraitKind } from '@/client/types'
import { spanFault, spanNames, spanOf, spans } from '@/rooms/segment/anniversary'
import { choiceOf, chosen, isOrdinal } from '@/rooms/segment/ordinal'
import { numbersOf, valueAs } from '@/rooms/segment/TraitWords'

function trait(type: TraitKind['type']): TraitKind {
  return { name: 'x', type, zh: '', en: '', ops: [], choices: [] }
}

describe('a value of a trait', () => {
  it('is a list of numbers, in fen where the trait is money', () => {
    expect(numbersOf(['100', '¥1,280.50', 'none', '100'], 100)).toEqual([10_000, 128_050])
    expect(numbersOf(['7', '30'], 1)).toEqual([7, 30])
  })

  it('follows its operator and keeps what fits', () => {
    expect(valueAs(trait('days'), 'in', 7)).toEqual([7])
    expect(valueAs(trait('days'), '>=', [7, 30])).toBe(7)
    expect(valueAs(trait('money'), 'between', 500)).toEqual([0, 500])
    expect(valueAs(trait('days'), 'unknown', 7)).toBeUndefined()
  })

  it('of the merchant own is a number where it is ordered, a text where it is not', () => {
    expect(valueAs(trait('custom'), '>=', 'gold')).toBe(1)
    expect(valueAs(trait('custom'), 'in', 'gold')).toEqual(['gold'])
    expect(valueAs(trait('custom'), 'in', 1)).toEqual([])
    expect(valueAs(trait('custom'), '=', undefined)).toBe('')
  })
})

describe('which one of all there ever were', () => {
  it('is one of the usual, or a number from the first or from the last', () => {
    expect([1, 3, -1, -2].map(choiceOf)).toEqual(['1', '3', '-1', '-2'])
    expect([4, -3, 100].map(choiceOf)).toEqual(['first', 'last', 'first'])
  })

  it('keeps its number when it is counted from the other end', () => {
    expect(chosen('last', 4)).toBe(-4)
    expect(chosen('first', -2)).toBe(2)
    expect(chosen('-1', 4)).toBe(-1)
    const all = ['1', '2', '3', '-1', '-2', 'first', 'last']
    expect(all.every((choice) => isOrdinal(chosen(choice, 1)))).toBe(true)
  })
})

describe('days of an anniversary', () => {
  it('are called by the span that they are', () => {
    for (const name of spanNames) if (name !== 'custom') expect(spanOf(spans[name])).toBe(name)
    expect(spanOf({ from_days: 0, to_days: 8 })).toBe('custom')
    expect(spanOf({ from_days: -7, to_days: 7 })).toBe('custom')
  })

  it('are told why they cannot be asked for', () => {
    expect(Object.values(spans).map(spanFault)).toEqual([null, null, null, null])
    expect(spanFault({ from_days: 1, to_days: 0 })).toBe('order')
    expect(spanFault({ from_days: -365, to_days: 0 })).toBe('long')
    expect(spanFault({ from_days: 0, to_days: 366 })).toBe('far')
  })
})
