import { describe, expect, it } from 'vitest'
import type { CampaignPreview, NewCampaign } from '@/client/types'
import {
  bodyOf,
  faultsOf,
  isMailed,
  mayMove,
  moved,
  partsOf,
  spoken,
  stepOf,
  type Channel,
} from '@/rooms/campaign/chain'
import { fallsOf } from '@/rooms/campaign/waterfall'
import { isSampled, wholeOf } from '@/rooms/campaign/whole'

const now = Date.parse('2026-11-01T00:00:00Z')
const chain = (...channels: Channel[]) => channels.map((one) => stepOf(one, one))
const draft: NewCampaign = {
  name: 'n',
  source: { opportunity_kind: 'best_now' },
  goal: 'g',
  product_mode: 'none',
  skus: [],
  steps: chain('sms', 'rcs'),
  copies: 'one',
  starts_at: null,
  holdout_bp: 0,
  salt: 'salt',
}

describe('the chain of a campaign', () => {
  it('counts parts as carriers do', () => {
    expect([1, 70, 71, 134, 135].map((length) => partsOf('字'.repeat(length)))).toEqual([
      1, 1, 2, 2, 3,
    ])
    expect(partsOf('😀'.repeat(36))).toBe(2)
  })

  it('moves steps, but nothing before the associates', () => {
    const steps = chain('wecom', 'sms', 'rcs')
    expect(moved(steps, 2, 1).map((one) => one.channel)).toEqual(['wecom', 'rcs', 'sms'])
    expect(mayMove(steps, 1, 0)).toBe(false)
    expect(mayMove(steps, 0, 1)).toBe(false)
    expect(mayMove(steps, 2, 3)).toBe(false)
    expect(moved(steps, 1, 0)).toBe(steps)
  })

  it('says a span as people do', () => {
    expect(spoken(2880)).toEqual({ count: 2, unit: 'days' })
    expect(spoken(180)).toEqual({ count: 3, unit: 'hours' })
    expect(spoken(90)).toEqual({ count: 90, unit: 'minutes' })
  })

  it('names every field that has to change', () => {
    expect(faultsOf(draft, now).size).toBe(0)
    const deadline = '2026-11-02T00:00:00Z'
    const person = { ...stepOf('wecom', 'hi'), deadline }
    const late = { ...draft, starts_at: '2026-11-03T00:00:00Z', steps: [person] }
    expect([...faultsOf(late, now)]).toEqual([['step0', 'fault_deadline']])
    const empty: NewCampaign = {
      ...draft,
      name: ' ',
      goal: '',
      source: { segment_id: '' },
      product_mode: 'fixed',
      starts_at: '2026-10-01T00:00:00Z',
      steps: [stepOf('sms', ' '), { ...stepOf('rcs', 'x'), within_minutes: null }],
    }
    expect([...faultsOf(empty, now).keys()].sort()).toEqual(
      ['goal', 'name', 'products', 'source', 'starts', 'step0', 'step1'].sort(),
    )
  })

  it('keeps what is said of competing when it is written again', () => {
    const said = { priority: 5, share_bp: 250, budget_fen: 9_000, per_hour: 600, holds_ahead: true }
    expect(bodyOf({ ...draft, ...said })).toMatchObject(said)
  })

  it('competes with a single step that goes by itself', () => {
    expect([chain('sms'), chain('wecom'), chain('sms', 'rcs')].map(isMailed)).toEqual([
      true,
      false,
      false,
    ])
  })

  it('sends no variable without a name', () => {
    const step = { ...stepOf('sms', 'x'), params: { '': 'lost', goods: '{products}' } }
    expect(bodyOf({ ...draft, steps: [step] }).steps[0]?.params).toEqual({ goods: '{products}' })
  })
})

describe('the waterfall', () => {
  const bar = (
    kind: CampaignPreview['waterfall'][number]['kind'],
    code: string,
    count: number,
  ) => ({
    kind,
    code,
    count,
    title_zh: code,
    title_en: code,
  })

  it('hangs each loss under what is left, and meets those reached at the end', () => {
    const falls = fallsOf([
      bar('candidates', 'candidates', 100),
      bar('lost', 'no_consent', 30),
      bar('lost', 'cap', 0),
      bar('held_out', 'holdout', 10),
      bar('reached', 'sms', 40),
      bar('reached', 'wecom', 20),
    ])
    expect(falls.map(({ bar: one, from, width }) => [one.code, from, width])).toEqual([
      ['candidates', 0, 100],
      ['no_consent', 70, 30],
      ['holdout', 60, 10],
      ['sms', 0, 40],
      ['wecom', 40, 20],
    ])
  })

  it('is empty without anybody', () => {
    expect(fallsOf([bar('candidates', 'candidates', 0)])[0]).toMatchObject({ from: 0, width: 0 })
  })
})

describe('a preview of so many out of more', () => {
  const bar = (kind: CampaignPreview['waterfall'][number]['kind'], count: number) => ({
    ...{ kind, code: kind, title_zh: kind, title_en: kind, count },
  })
  const preview: CampaignPreview = {
    ...{ audience: 30_000, candidates: 3_000, treated: 1_000, held_out: 500, holdout_bp: 1_000 },
    excluded: [{ reason: 'cap', title_zh: '', title_en: '', count: 1_500 }],
    ...{ associates: 12, covered: 3, without_associate: 7, fallback_only: [], per_store: [] },
    ...{ sample: [], salt: 'salt' },
    waterfall: [bar('candidates', 3_000), bar('lost', 1_500), bar('reached', 1_500)],
    steps: [{ step: 0, channel: 'sms', first: 10, reachable: 20, blocked: [], text: null }],
  }

  it('is grown to the whole audience, but for who sends', () => {
    const whole = wholeOf(preview)
    expect(isSampled(whole)).toBe(true)
    expect([whole.treated, whole.held_out, whole.associates]).toEqual([10_000, 5_000, 12])
    expect(whole.waterfall.map((one) => one.count)).toEqual([30_000, 15_000, 15_000])
    expect(whole.steps[0]).toMatchObject({ first: 100, reachable: 200 })
  })

  it('is left alone where everybody was asked about', () => {
    const all = { ...preview, audience: preview.candidates }
    expect(isSampled(all)).toBe(false)
    expect(wholeOf(all)).toBe(all)
  })
})
