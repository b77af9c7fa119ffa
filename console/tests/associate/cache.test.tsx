// @vitest-environment jsdom

import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { forgetAll, freshen, patch, put, useAnswer, type Wish } from '@/associate/cache'
import { Problem } from '@/client/http'

/** A server whose answers are handed out by the test. */
function server() {
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  let asked = 0
  return {
    read: () => {
      asked += 1
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    asked: () => asked,
    answer: (value: unknown) => act(async () => waiting.shift()?.resolve(value)),
    fail: (error: Error) => act(async () => waiting.shift()?.reject(error)),
  }
}

let names = 0
const fresh = () => `/v1/thing-${(names += 1)}`
const watch = (path: string, read: () => Promise<unknown>, wish: Wish = {}) =>
  renderHook(() => useAnswer(path, '', read, wish))

test('two that ask the same are one read', async () => {
  const path = fresh()
  const api = server()
  const one = watch(path, api.read)
  const other = watch(path, api.read)
  await api.answer('yes')
  expect(api.asked()).toBe(1)
  expect([one.result.current.data, other.result.current.data]).toEqual(['yes', 'yes'])
})

test('a note that comes while we read makes us read once more', async () => {
  const path = fresh()
  const api = server()
  const { result } = watch(path, api.read)
  act(() => freshen([path]))
  act(() => freshen([path]))
  await api.answer('old')
  await api.answer('new')
  expect(api.asked()).toBe(2)
  expect(result.current.data).toBe('new')
})

test('what is shown stays up when the network goes, and comes back by itself', async () => {
  const path = fresh()
  const api = server()
  const { result } = watch(path, api.read)
  await api.answer('before')
  act(() => freshen([path]))
  await api.fail(new Problem(0, 'network.unreachable', ''))
  expect(result.current.data).toBe('before')
  await waitFor(() => expect(api.asked()).toBe(3), { timeout: 3000 })
  await api.answer('after')
  expect(result.current.data).toBe('after')
})

test('a refusal is shown at once', async () => {
  const path = fresh()
  const api = server()
  const { result } = watch(path, api.read)
  await api.fail(new Problem(404, 'task.none', 'gone'))
  expect(result.current.error?.message).toBe('gone')
  expect(api.asked()).toBe(1)
})

test('a patch shows before the server is asked, and only where something is known', async () => {
  const path = fresh()
  const api = server()
  const { result } = watch(path, api.read)
  act(() => patch<number>(path, (known) => known + 1))
  expect(result.current.isPending).toBe(true)
  await api.answer(41)
  act(() => patch<number>(path, (known) => known + 1))
  expect(result.current.data).toBe(42)
  act(() => put(path, '', 7))
  expect(result.current.data).toBe(7)
})

test('whoever signs in sees nothing of the one before', async () => {
  const path = fresh()
  const api = server()
  const { result } = watch(path, api.read, { staleMs: Infinity })
  await api.answer('hers')
  act(() => forgetAll())
  expect(result.current.data).toBeUndefined()
  await api.answer('his')
  expect(result.current.data).toBe('his')
})
