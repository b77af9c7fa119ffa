// @vitest-environment jsdom

import { beforeEach, describe, expect, it, vi } from 'vitest'

async function spoken(language: string) {
  vi.resetModules()
  window.localStorage.setItem('huitou.language', language)
  const words = await import('@/associate/words')
  await words.loadWords()
  return words.t
}

describe('words of the phone', () => {
  beforeEach(() => window.localStorage.clear())

  it('counts one and many in English', async () => {
    const t = await spoken('en')
    expect(t('time.days', { n: 1 })).toBe('1 day ago')
    expect(t('store.orders', { n: 3, c: 1 })).toBe('3 orders · 1 customer')
  })

  it('has one form in Chinese', async () => {
    const t = await spoken('zh-CN')
    expect(t('time.days', { n: 1 })).toBe('1 天前')
  })
})
