import type { Goods, Product } from '@/client/types'
import type { Terms } from './document'

export interface ExampleLine {
  sku: string
  quantity: number
}

const piecesMax = 30
const fewPieces = 5

/** A cart in which the offer shows what it does: pieces enough of what it is for, cheapest first. */
export function exampleOf(terms: Terms, products: Product[]): ExampleLine[] {
  const priced = products.filter((one) => one.price_fen).sort(byPrice)
  const own = priced.filter((one) => isIn(terms.goods, one))
  const [first, second] = own
  switch (terms.kind) {
    case 'price': {
      const named = Object.keys(terms.prices_fen ?? {})
      if (named.length > 0) return named.slice(0, 3).map((sku) => ({ sku, quantity: 1 }))
      return own.slice(0, 2).map((one) => ({ sku: one.sku, quantity: 1 }))
    }
    case 'buy_get': {
      const given = terms.get_goods
        ? priced.find((one) => isIn(terms.get_goods ?? undefined, one))
        : null
      const get = terms.get ?? 1
      if (given && first)
        return merged([
          { sku: first.sku, quantity: terms.buy },
          { sku: given.sku, quantity: get },
        ])
      return spread([first, second], terms.buy + get)
    }
    case 'bundle':
      return spread([...own].reverse().slice(0, 2), terms.count)
    case 'add_on': {
      const wanted = own.find((one) => (one.price_fen ?? 0) > terms.price_fen) ?? first
      const bought = priced.find((one) => one.sku !== wanted?.sku && isIn(terms.trigger, one))
      return merged([
        ...reach(bought, terms.threshold_fen ?? 0),
        ...(wanted ? [{ sku: wanted.sku, quantity: 1 }] : []),
      ])
    }
    case 'activity': {
      const least = terms.tiers.at(-1)?.at_least ?? 0
      if (terms.measure === 'count') return spread([first, second], Math.max(1, least))
      const dear = own.find((one) => (one.price_fen ?? 0) * fewPieces >= least) ?? own.at(-1)
      return reach(dear, least)
    }
  }
}

function byPrice(one: Product, other: Product): number {
  return (one.price_fen ?? 0) - (other.price_fen ?? 0)
}

export function isIn(goods: Goods | undefined, product: Product): boolean {
  const { skus = [], categories = [], except_skus = [] } = goods ?? {}
  if (except_skus.includes(product.sku)) return false
  if (skus.length === 0 && categories.length === 0) return true
  return skus.includes(product.sku) || categories.includes(product.category_code)
}

function reach(product: Product | undefined, fen: number): ExampleLine[] {
  if (!product?.price_fen) return []
  const quantity = Math.min(piecesMax, Math.max(1, Math.ceil(fen / product.price_fen)))
  return [{ sku: product.sku, quantity }]
}

function spread(products: (Product | undefined)[], pieces: number): ExampleLine[] {
  const [first, second] = products
  if (!first) return []
  if (!second || pieces < 2) return [{ sku: first.sku, quantity: Math.max(1, pieces) }]
  return [
    { sku: second.sku, quantity: 1 },
    { sku: first.sku, quantity: pieces - 1 },
  ]
}

function merged(lines: ExampleLine[]): ExampleLine[] {
  const bySku = new Map<string, number>()
  for (const line of lines) bySku.set(line.sku, (bySku.get(line.sku) ?? 0) + line.quantity)
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity }))
}
