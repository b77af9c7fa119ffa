/** Amounts and counts as Chinese retail reads them: ¥ and 万 in Chinese, ¥ and grouping in English. */

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `¥1,234.50`; an order, a commission: every fen shown. */
export function yuan(fen: number): string {
  return `${fen < 0 ? '−' : ''}¥${cents.format(Math.abs(fen) / 100)}`
}

/** A figure of a report: `¥12.35万` from ten thousand yuan on in Chinese, whole yuan below. */
export function roundYuan(fen: number, language: string): string {
  const sign = fen < 0 ? '−' : ''
  const value = Math.abs(fen) / 100
  if (language !== 'en') {
    if (value >= 1e8) return `${sign}¥${cents.format(value / 1e8)}亿`
    if (value >= 1e4) return `${sign}¥${cents.format(value / 1e4)}万`
  }
  return `${sign}¥${whole.format(value)}`
}

/** The same beside an axis, without noughts behind the point: `¥12万`. */
export function axisYuan(fen: number, language: string): string {
  return roundYuan(fen, language).replace(/\.?0+(?=[万亿])/, '')
}

export function count(value: number, language = 'en'): string {
  if (language !== 'en' && value >= 1e5) return `${cents.format(value / 1e4)}万`
  return whole.format(value)
}

/** A share 0–1 as a percentage. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`
}

/** Thousandths: `2000` → `2`, `1250` → `1.25`. */
export function quantity(thousandths: number): string {
  return String(thousandths / 1000)
}
