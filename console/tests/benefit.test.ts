// @vitest-environment jsdom

import { describe, expect, it } from 'vitest'
import type { CouponPromise, LedgerTransaction } from '@/client/types'
import { idsIn } from '@/rooms/benefit/coupons/Issue'
import { blankPromise, clockOf, faceOf, isComplete, ofKind } from '@/rooms/benefit/coupons/promise'
import { oddsLeft, blankWheel } from '@/rooms/benefit/games/blank'
import { amountOf, changeOf, netOf } from '@/rooms/benefit/ledger/amounts'

const leg = (owner: string, asset: string, amount: number): LedgerTransaction['legs'][number] => ({
  owner_kind: owner,
  owner_id: owner === 'merchant' ? null : 'c1',
  staff_name: null,
  asset,
  amount,
  lot_id: null,
  expires_at: null,
})

const transaction = (legs: LedgerTransaction['legs']): LedgerTransaction => ({
  id: 't',
  kind: 'earn',
  ref_kind: 'order',
  ref_id: 'o',
  at: '2026-11-29T00:00:00Z',
  posted_at: '2026-11-29T00:00:00Z',
  reverses: null,
  reversed_by: [],
  detail: {},
  legs,
})

describe('a coupon being written', () => {
  it('keeps what two kinds have in common', () => {
    const before: CouponPromise['benefit'] = {
      kind: 'full_reduction',
      threshold_fen: 5_000,
      off_fen: 800,
    }
    expect(ofKind('discount', before)).toMatchObject({ kind: 'discount', threshold_fen: 5_000 })
    expect(ofKind('product', before)).toEqual({ kind: 'product', skus: [], off_fen: 800 })
    expect(ofKind('full_reduction', ofKind('shipping', before))).toMatchObject({
      threshold_fen: 5_000,
    })
  })

  it('is asked about only when it has a name and its products', () => {
    const promise = blankPromise()
    expect(isComplete(promise)).toBe(false)
    expect(isComplete({ ...promise, name: 'A' })).toBe(true)
    const product = { ...promise, name: 'A', benefit: ofKind('product', promise.benefit) }
    expect(isComplete(product)).toBe(false)
    const chosen = { ...product, benefit: { kind: 'product', skus: ['S'], off_fen: 1 } as const }
    expect(isComplete({ ...chosen, benefit: { ...chosen.benefit, skus: ['S'] } })).toBe(true)
  })

  it('shows the figure that is printed large', () => {
    expect(faceOf({ kind: 'full_reduction', threshold_fen: 0, off_fen: 2_050 })).toEqual({
      unit: 'yuan',
      text: '20.5',
    })
    expect(faceOf({ kind: 'discount', pay_bp: 8_500, threshold_fen: 0 }).text).toBe('8.5')
    expect(faceOf({ kind: 'shipping', threshold_fen: 0 }).unit).toBe('free')
  })

  it('reads minutes as a clock, the end of a day included', () => {
    expect([0, 570, 1_440].map(clockOf)).toEqual(['00:00', '09:30', '24:00'])
  })

  it('takes each pasted customer once', () => {
    const id = '01a22511-2e21-7f93-aa35-aa20f813f9fb'
    expect(idsIn(`${id}, x\n${id.toUpperCase()} 123`)).toEqual([id])
  })
})

describe('the ledger as it is read', () => {
  it('tells money from what is counted', () => {
    expect(amountOf('principal', 12_345)).toBe('¥123.45')
    expect(changeOf('points', 1_200)).toBe('+1,200')
    expect(changeOf('points', -3)).toBe('−3')
  })

  it('sums what people got, and leaves the business out', () => {
    const both = transaction([
      leg('customer', 'points', 30),
      leg('customer', 'points', -10),
      leg('merchant', 'points', -20),
    ])
    expect(netOf(both)).toEqual([['points', 20]])
    const own = transaction([leg('merchant', 'prize:1', 5), leg('merchant', 'prize:1', -5)])
    expect(netOf(own)).toEqual([['prize:1', 5]])
  })
})

describe('a wheel', () => {
  it('says what its odds lack or have too much', () => {
    const { prizes } = blankWheel({ thanks: 'T', points: 'P' })
    expect(oddsLeft(prizes)).toBe(0)
    expect(oddsLeft(prizes.slice(0, 1))).toBe(7_000)
    expect(oddsLeft([...prizes, ...prizes])).toBe(-10_000)
  })
})
