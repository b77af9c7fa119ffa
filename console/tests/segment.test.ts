import { describe, expect, it } from 'vitest'
import type { TraitKind } from '@/client/types'
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
