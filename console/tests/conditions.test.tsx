// @vitest-environment jsdom

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Leaf } from '@/client/types'
import { blank } from '@/rooms/segment/blank'
import { LeafWords } from '@/rooms/segment/LeafWords'
import { useFound } from '@/rooms/segment/found'
import { isFilled } from '@/rooms/segment/tree'
import type { Words } from '@/rooms/segment/words'
import { setLanguage, startLanguage } from '@/shell/i18n'

const words: Words = {
  traits: [
    { name: 'last_paid_days', type: 'days', zh: '距上次购买', en: '', ops: ['>='], choices: [] },
  ],
  tags: [],
  ops: [{ value: '>=', label: '不少于' }],
  categories: [{ value: 'dairy', label: '乳品' }],
  units: [{ value: 'store-0401', label: '静安寺店' }],
  sources: [],
  tiers: [],
  segments: [],
}

let now: Leaf
let put: (leaf: Leaf) => void

/** A condition that is edited; `now` is what it has become, `put` is an edit taken back. */
function Edited({ start }: { start: Leaf }) {
  const [leaf, setLeaf] = useState(start)
  now = leaf
  put = setLeaf
  return <LeafWords leaf={leaf} words={words} change={setLeaf} />
}

function open(start: Leaf) {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  cache.setQueryData(['/v1/products', '', { q: '', limit: 20 }], { items: [], next: null })
  return render(
    <QueryClientProvider client={cache}>
      <Edited start={start} />
    </QueryClientProvider>,
  )
}

function choose(control: string, option: string) {
  fireEvent.mouseDown(screen.getByRole('combobox', { name: control }))
  fireEvent.click(screen.getByText(option, { selector: '.ant-select-item-option-content' }))
}

function type(control: string, text: string) {
  fireEvent.change(screen.getByRole('spinbutton', { name: control }), { target: { value: text } })
}

beforeAll(async () => {
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  await startLanguage()
  await setLanguage('zh-CN')
})

afterEach(cleanup)

describe('a new condition', () => {
  const kinds = Object.keys(blank) as (keyof typeof blank)[]

  it('is of the kind that was chosen, and waits only for what has no usual value', () => {
    const made = kinds.map((kind) => blank[kind]())
    expect(made.map((leaf) => leaf.kind)).toEqual(kinds)
    expect(made.filter((leaf) => !isFilled(leaf)).map((leaf) => leaf.kind)).toEqual([
      'tag',
      'segment',
    ])
  })

  it.each(kinds)('names each control of %s for who does not see the sentence', (kind) => {
    const { container } = open(blank[kind]())
    const controls = [...container.querySelectorAll('input')]
    expect(controls.length).toBeGreaterThan(0)
    const nameless = controls.filter((one) => !one.getAttribute('aria-label'))
    expect(nameless.map((one) => one.outerHTML)).toEqual([])
  })
})

describe('the n-th time', () => {
  it('is the last where that is chosen, or by a number from the end', () => {
    open(blank.nth())
    expect(now).toEqual({ kind: 'nth', type: 'order.paid', n: 1, window: { ever: true } })
    expect(screen.queryByRole('spinbutton')).toBeNull()
    choose('第几次', '最近一次')
    expect(now).toMatchObject({ n: -1 })
    choose('第几次', '倒数第')
    type('第几次（数字）', '5')
    expect(now).toMatchObject({ n: -5 })
    type('第几次（数字）', '')
    expect(now).toMatchObject({ n: -5 })
  })

  it('may be typed also where it is one of the usual, and is called so when it comes back', () => {
    open(blank.nth())
    choose('第几次', '顺数第')
    expect(now).toMatchObject({ n: 1 })
    type('第几次（数字）', '12')
    type('第几次（数字）', '3')
    expect(now).toMatchObject({ n: 3 })
    act(() => put(blank.nth()))
    expect(screen.queryByRole('spinbutton')).toBeNull()
  })

  it('keeps of its place and goods what the event can tell', () => {
    open(blank.nth())
    choose('品类', '乳品')
    choose('门店', '静安寺店')
    expect(now).toMatchObject({ where: { category: ['dairy'], unit: ['store-0401'] } })
    choose('行为', '打开链接')
    expect(JSON.parse(JSON.stringify(now))).toEqual({
      kind: 'nth',
      type: 'link.opened',
      n: 1,
      window: { ever: true },
    })
    expect(screen.queryByRole('combobox', { name: '品类' })).toBeNull()
    expect(screen.queryByRole('combobox', { name: '门店' })).toBeNull()
  })
})

describe('an anniversary', () => {
  it('takes a usual span, or two numbers with a word on what is wrong', () => {
    open(blank.anniversary())
    expect(screen.queryByRole('spinbutton', { name: '从第几天' })).toBeNull()
    choose('时间', '过去 7 天')
    expect(now).toMatchObject({ from_days: -7, to_days: -1 })
    choose('时间', '自定义')
    expect(now).toMatchObject({ from_days: -7, to_days: -1 })
    type('从第几天', '3')
    expect(screen.getByRole('alert').textContent).toContain('不能比后一个大')
    type('到第几天', '14')
    expect(screen.queryByRole('alert')).toBeNull()
    expect(now).toEqual({ kind: 'anniversary', of: 'joined', from_days: 3, to_days: 14 })
  })

  it('may be typed also where it is a usual span, and is called so when it comes back', () => {
    open({ kind: 'anniversary', of: 'joined', from_days: 0, to_days: 8 })
    type('到第几天', '7')
    expect(now).toMatchObject({ from_days: 0, to_days: 7 })
    expect(screen.queryByRole('spinbutton', { name: '到第几天' })).not.toBeNull()
    act(() => put({ kind: 'anniversary', of: 'joined', from_days: 0, to_days: 30 }))
    expect(screen.queryByRole('spinbutton', { name: '到第几天' })).toBeNull()
  })

  it('shows the numbers of days that no span is called by', () => {
    open({ kind: 'anniversary', of: 'first_paid', from_days: -3, to_days: 3 })
    const value = (name: string) => screen.getByRole<HTMLInputElement>('spinbutton', { name }).value
    expect([value('从第几天'), value('到第几天')]).toEqual(['-3', '3'])
  })

  it('is any one unless it is told which', () => {
    open(blank.anniversary())
    choose('什么的周年', '首购')
    type('第几周年（不填是任意）', '1')
    expect(now).toMatchObject({ of: 'first_paid', years: 1 })
    type('第几周年（不填是任意）', '')
    expect(now).not.toHaveProperty('years')
  })
})

describe('what a condition looked at', () => {
  it('is the moment of the n-th time, and the day whose anniversary it is', () => {
    const said = renderHook(() => useFound(words)).result.current
    expect(said(blank.nth(), '2026-11-03T09:05:00')).toBe('实际 2026-11-03 09:05')
    expect(said(blank.anniversary(), '2025-12-05')).toBe('实际 2025-12-05')
    expect(said(blank.nth(), null)).toBe('实际 –')
  })
})
