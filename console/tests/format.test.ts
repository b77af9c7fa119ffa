import { describe, expect, it } from 'vitest'
import { count, percent, quantity, roundYuan, yuan } from '@/ui/format'

describe('figures', () => {
  it('shows every fen of an exact amount', () => {
    expect(yuan(123450)).toBe('¥1,234.50')
    expect(yuan(-5)).toBe('−¥0.05')
  })

  it('rounds report amounts to 万 and 亿 in Chinese only', () => {
    expect(roundYuan(999_900, 'zh-CN')).toBe('¥9,999')
    expect(roundYuan(12_345_600, 'zh-CN')).toBe('¥12.35万')
    expect(roundYuan(-12_345_600, 'zh-CN')).toBe('−¥12.35万')
    expect(roundYuan(1_234_500_000_000, 'zh-CN')).toBe('¥123.45亿')
    expect(roundYuan(12_345_600, 'en')).toBe('¥123,456')
  })

  it('shows counts, shares and quantities', () => {
    expect(count(99_999, 'zh-CN')).toBe('99,999')
    expect(count(123_456, 'zh-CN')).toBe('12.35万')
    expect(percent(0.934, 2)).toBe('93.40%')
    expect(quantity(1250)).toBe('1.25')
  })
})
