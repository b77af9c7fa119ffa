import dayjs from 'dayjs'
import { describe, expect, it } from 'vitest'
import { Problem } from '@/client/http'
import type { Offer, OfferDocument, Product, Unused } from '@/client/types'
import { addressOf, askedOf, cartOf, wished, withMore, type Asked } from '@/rooms/offer/asked'
import { barOf, meet, meetingsOf, relationOf } from '@/rooms/offer/calendar'
import {
  blankOf,
  blankTerms,
  kindOf,
  kinds,
  lackOf,
  nextTier,
  spentOf,
  wholeOf,
} from '@/rooms/offer/document'
import { exampleOf } from '@/rooms/offer/example'
import { faultsOf } from '@/rooms/offer/faults'
import { payBpOf, shownFold } from '@/rooms/offer/Fold'
import { tagOf } from '@/rooms/offer/Together'
import { touched } from '@/rooms/offer/touched'
import { groupedByWhy, mayPin } from '@/rooms/offer/why'

function offer(id: string, document: Partial<OfferDocument>, of: Partial<Offer> = {}): Offer {
  return {
    id,
    number: 1,
    state: 'published',
    document: { name: id, terms: blankTerms('off'), ...document },
    version: 1,
    in_force: 1,
    created_at: '2026-11-01T00:00:00Z',
    published_at: '2026-11-01T00:00:00Z',
    sentence: { zh: '', en: '' },
    warnings: [],
    orders: 0,
    cost_fen: 0,
    waiting: null,
    ...of,
  }
}

const product = (sku: string, fen: number, category = 'milk'): Product => ({
  sku,
  name: sku,
  category_code: category,
  category_name: category,
  category_name_en: category,
  price_fen: fen,
  picture: null,
  is_listed: true,
  is_known: true,
  first_seen_at: '2026-11-01T00:00:00Z',
})

describe('kinds of offers', () => {
  it('are recognised again by what they say', () => {
    for (const kind of kinds.filter((one) => one !== 'gift'))
      expect([kind, kindOf(blankTerms(kind))]).toEqual([kind, kind])
    const gift = { ...blankTerms('gift') }
    expect(kindOf(gift)).toBe('gift')
  })

  it('lack what only the operator can name, and nothing else', () => {
    const lacks = Object.fromEntries(kinds.map((kind) => [kind, lackOf(blankOf(kind).terms)]))
    expect(Object.entries(lacks).filter(([, lack]) => lack !== null)).toEqual([
      ['flash', 'prices'],
      ['add_on', 'goods'],
      ['gift', 'given'],
    ])
  })

  it('grow by tiers that reach further and give more', () => {
    expect(nextTier([{ at_least: 10_000, off_fen: 1_000 }])).toMatchObject({
      at_least: 20_000,
      off_fen: 2_000,
    })
    expect(nextTier([{ at_least: 3, pay_bp: 8_000 }])).toMatchObject({ at_least: 6, pay_bp: 7_500 })
  })

  it('have a discount as each language says it', () => {
    expect([shownFold(8_500, false), shownFold(8_500, true)]).toEqual([8.5, 15])
    expect([payBpOf(8.5, false), payBpOf(15, true)]).toEqual([8_500, 8_500])
    expect([payBpOf(0, false), payBpOf(100, true), payBpOf(10, false)]).toEqual([0, 0, 9_999])
  })

  it('take of what is typed as a tag what the server takes', () => {
    expect([' VIP Day ', '会员', '-x', 'a_b'].map(tagOf)).toEqual(['vip-day', null, null, 'a_b'])
  })

  it('know how much of a budget is gone, by whichever ends first', () => {
    expect(spentOf(offer('a', {}))).toBeNull()
    const limits = { budget_fen: 10_000, budget_orders: 10 }
    expect(spentOf(offer('a', { limits }, { cost_fen: 2_500, orders: 8 }))).toBe(0.8)
    expect(spentOf(offer('a', { limits }, { cost_fen: 99_999 }))).toBe(1)
  })
})

describe('a change of an offer', () => {
  it('is told leaf by leaf; left out, null and empty are the same', () => {
    const before = wholeOf({ name: 'A', terms: blankTerms('off') })
    const terms = {
      ...blankTerms('off'),
      tiers: [
        { at_least: 30_000, off_fen: 6_000, gifts: [], pay_bp: null },
        { at_least: 60_000, off_fen: 15_000 },
      ],
    } as OfferDocument['terms']
    expect(touched(before, wholeOf({ name: 'A', terms, units: ['s1'] }))).toEqual([
      { path: 'terms.tiers.0.off_fen', before: 5_000, after: 6_000 },
      { path: 'units', before: undefined, after: ['s1'] },
      { path: 'terms.tiers.1.at_least', before: undefined, after: 60_000 },
      { path: 'terms.tiers.1.off_fen', before: undefined, after: 15_000 },
    ])
  })

  it('tells to allow nothing from to allow everything', () => {
    const of = (allows: string[] | null) => wholeOf({ name: 'A', terms: blankTerms('off'), allows })
    expect(touched(of(null), of([]))).toEqual([{ path: 'allows', before: undefined, after: [] }])
    expect(touched(of([]), of([]))).toEqual([])
  })

  it('does not take the same moment in another zone for a change', () => {
    const at = (from_at: string) =>
      wholeOf({ name: 'A', terms: blankTerms('off'), when: { from_at } })
    expect(touched(at('2026-12-01T00:00:00+08:00'), at('2026-11-30T16:00:00Z'))).toEqual([])
  })
})

describe('a refused document', () => {
  it('says at each field what is wrong with it', () => {
    const params = { fields: 'terms.tiers,funding', 'zh.terms.tiers': 'T', 'zh.funding': 'F' }
    const refused = new Problem(422, 'offer.bad_document', 'all of it', params)
    expect(faultsOf(refused, 'zh-CN')).toEqual({ 'terms.tiers': 'T', funding: 'F' })
    expect(faultsOf(refused, 'en')).toEqual({ 'terms.tiers': 'all of it', funding: 'all of it' })
    expect(faultsOf(new Problem(409, 'offer.changed', 'x'), 'en')).toEqual({})
    expect(faultsOf(null, 'en')).toEqual({})
  })
})

describe('an example cart', () => {
  const shelf = [product('dear', 20_000), product('cheap', 2_000), product('tea', 6_000, 'tea')]

  it('reaches the last threshold with few pieces', () => {
    expect(exampleOf(blankTerms('off'), shelf)).toEqual([{ sku: 'tea', quantity: 5 }])
    expect(exampleOf(blankTerms('piece_fold'), shelf)).toEqual([
      { sku: 'tea', quantity: 1 },
      { sku: 'cheap', quantity: 2 },
    ])
  })

  it('has what the offer names, and enough to trigger an add-on', () => {
    const terms = { ...blankTerms('flash'), prices_fen: { tea: 100 } } as OfferDocument['terms']
    expect(exampleOf(terms, shelf)).toEqual([{ sku: 'tea', quantity: 1 }])
    const addOn = { ...blankTerms('add_on'), goods: { skus: ['cheap'] } } as OfferDocument['terms']
    expect(exampleOf(addOn, shelf)).toEqual([
      { sku: 'tea', quantity: 2 },
      { sku: 'cheap', quantity: 1 },
    ])
  })

  it('is empty where there is nothing to buy', () => {
    expect(exampleOf(blankTerms('nth'), [])).toEqual([])
  })
})

describe('the calendar', () => {
  const [from, until] = [dayjs('2026-11-01'), dayjs('2026-12-01')]
  const when = (from_at: string | null, until_at: string | null) => ({
    when: { from_at, until_at },
  })

  it('draws the part that lies in the window', () => {
    const half = offer('a', when(dayjs('2026-11-16').toISOString(), null))
    expect(barOf(half, from, until)).toEqual({
      left: 0.5,
      width: 0.5,
      startsBefore: false,
      endsAfter: true,
    })
    expect(barOf(offer('a', when(null, from.toISOString())), from, until)).toBeNull()
    expect(barOf(offer('a', when(until.toISOString(), null)), from, until)).toBeNull()
  })

  it('lets meet what can hold at once, for somebody, on something', () => {
    const paths = new Map([
      ['r1', 'hq/r1/'],
      ['s1', 'hq/r1/s1/'],
      ['s2', 'hq/r2/s2/'],
    ])
    const all = offer('all', {})
    const cases: [Partial<OfferDocument>, Partial<OfferDocument>, boolean][] = [
      [{ units: ['r1'] }, { units: ['s1'] }, true],
      [{ units: ['s2'] }, { units: ['r1'] }, false],
      [{ channels: ['store'] }, { channels: ['online'] }, false],
      [{ audience: { bought: 'new' } }, { audience: { bought: 'old' } }, false],
      [{ audience: { tiers: ['a'] } }, { audience: { tiers: ['b', 'a'] } }, true],
      [
        when('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'),
        when('2026-11-02T00:00:00Z', null),
        false,
      ],
      [{ when: { weekdays: [1] } }, { when: { weekdays: [2] } }, false],
      [
        { when: { hours: { from_minute: 0, until_minute: 600 } } },
        { when: { hours: { from_minute: 600, until_minute: 700 } } },
        false,
      ],
    ]
    for (const [one, other, isMet] of cases) {
      expect(meet(offer('a', one), offer('b', other), paths)).toBe(isMet)
      expect(meet(offer('b', other), offer('a', one), paths)).toBe(isMet)
      expect(meet(all, offer('a', one), paths)).toBe(true)
    }
    const of = (goods: object) =>
      offer('g', { terms: { ...blankTerms('nth'), goods } as OfferDocument['terms'] })
    expect(meet(of({ skus: ['A'] }), of({ skus: ['B'] }), paths)).toBe(false)
    expect(meet(of({ skus: ['A'] }), of({ categories: ['c'] }), paths)).toBe(true)
    expect(meetingsOf(all, [all], paths)).toEqual([])
  })

  it('says whether they go together as the engine does', () => {
    const price = offer('p', { terms: blankTerms('member') })
    const full = offer('f', { terms: blankTerms('off') })
    const shut = offer('s', { terms: blankTerms('nth'), allows: ['coupon'] })
    const open = offer('o', { terms: blankTerms('nth'), allows: ['price', 'vip'] })
    const vip = offer('v', { terms: blankTerms('off'), tags: ['vip'] })
    expect(relationOf(price, full)).toBe('together')
    expect(relationOf(full, vip)).toBe('one_each')
    expect(relationOf(shut, full)).toBe('apart')
    expect(relationOf(full, shut)).toBe('apart')
    expect(relationOf(open, vip)).toBe('together')
    expect(relationOf(open, full)).toBe('apart')
  })
})

describe('the sandbox', () => {
  const asked: Asked = {
    unit: 'store-1',
    customer: 'c1',
    promoter: null,
    at: '2026-11-29T08:00:00.000Z',
    channel: 'online',
    shippingFen: 800,
    lines: [
      { sku: 'A&B ~not', quantity: 2, listFen: null },
      { sku: 'C', quantity: 1, listFen: 990 },
    ].map((line) => ({ ...line, sku: line.sku.replace(' ~not', '') })),
    pinned: ['x'],
    refused: ['y', 'z'],
  }
  const reread = (address: string) => askedOf(new URLSearchParams(address.split('?')[1]))

  it('can be sent to a colleague by its address', () => {
    expect(reread(addressOf(asked))).toEqual(asked)
    expect(addressOf(askedOf(new URLSearchParams()))).toBe('/offers/sandbox')
  })

  it('leaves out of an address what cannot be read', () => {
    const query = new URLSearchParams('line=A~0&line=B~x&line=C~2&at=soon&channel=moon&shipping=-1')
    expect(askedOf(query)).toMatchObject({
      lines: [{ sku: 'C', quantity: 2, listFen: null }],
      at: null,
      channel: null,
      shippingFen: 0,
    })
  })

  it('asks with what was said only', () => {
    const plain = askedOf(new URLSearchParams('line=A~1'))
    expect(cartOf(plain, 'hq')).toEqual({
      unit: 'hq',
      lines: [{ line_no: 1, sku: 'A', quantity: 1 }],
    })
    expect(cartOf(asked, 'hq')).toMatchObject({
      unit: 'store-1',
      lines: [
        { line_no: 1, sku: 'A&B', quantity: 2 },
        { line_no: 2, sku: 'C', quantity: 1, list_fen: 990 },
      ],
    })
  })

  it('keeps one wish for each instrument, and puts more to the line that is there', () => {
    expect(wished(asked, 'x', 'refused')).toMatchObject({ pinned: [], refused: ['y', 'z', 'x'] })
    expect(wished(asked, 'y', null)).toMatchObject({ pinned: ['x'], refused: ['z'] })
    expect(withMore(asked, 'A&B', 3).lines[0]?.quantity).toBe(5)
    expect(withMore(asked, 'C', 1).lines).toHaveLength(3)
  })

  it('groups what is not used by what could be done about it', () => {
    const unused = (code: Unused['code']): Unused => ({
      id: code,
      about: { kind: 'offer', name: code, sentence: { zh: '', en: '' } },
      code,
      zh: '',
      en: '',
      short_fen: null,
      short_pieces: null,
      by: [],
    })
    const grouped = groupedByWhy([
      unused('scope_empty'),
      unused('dominated'),
      unused('threshold_short'),
      unused('excluded_by'),
    ])
    expect(grouped.map((group) => [group.why, group.of.map((one) => one.code)])).toEqual([
      ['short', ['threshold_short']],
      ['better', ['dominated', 'excluded_by']],
      ['not_these', ['scope_empty']],
    ])
    expect(mayPin(unused('dominated'))).toBe(true)
    expect(mayPin(unused('audience'))).toBe(false)
  })
})
