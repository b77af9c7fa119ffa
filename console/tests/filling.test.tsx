// @vitest-environment jsdom

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { percentOf, useFollowing } from '@/rooms/segment/Filling'

describe('a segment that is being filled', () => {
  it('is not whole before the last member is found', () => {
    expect(percentOf({ done: 0, whole: 7 })).toBe(0)
    expect(percentOf({ done: 430, whole: 999 })).toBe(43)
    expect(percentOf({ done: 999, whole: 999 })).toBe(99)
    expect(percentOf({ done: 1200, whole: 999 })).toBe(99)
    expect(percentOf({ done: 0, whole: 0 })).toBe(0)
  })

  it('is looked at again until it is whole, and then what is known of segments is read anew', () => {
    const cache = new QueryClient()
    const sizes = ['/v1/segments/sizes', '', {}]
    const tags = ['/v1/tags', '', {}]
    for (const key of [sizes, tags]) cache.setQueryData(key, { items: [] })
    const isStale = (key: unknown[]) => cache.getQueryState(key)?.isInvalidated
    const wrapper = ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={cache}>{children}</QueryClientProvider>
    )
    const page = renderHook(() => useFollowing(), { wrapper })
    const answer = (isFilling: boolean) => act(() => page.result.current[1](isFilling))
    answer(false)
    expect(page.result.current[0]).toBe(false)
    answer(true)
    answer(true)
    expect(page.result.current[0]).toBeGreaterThan(0)
    expect(isStale(sizes)).toBe(false)
    answer(false)
    expect(page.result.current[0]).toBe(false)
    expect([isStale(sizes), isStale(tags)]).toEqual([true, false])
  })
})
