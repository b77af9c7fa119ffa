import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from './http'
import type { CustomerRow, Page, Product } from './types'

/** Rows of known customers, asked for by fifties; those out of sight are left out. */
export function useCustomersOf(ids: string[]): {
  rows: Map<string, CustomerRow>
  isLoading: boolean
} {
  const groups: string[][] = []
  for (let start = 0; start < ids.length; start += 50) groups.push(ids.slice(start, start + 50))
  const answer = useQueries({
    queries: groups.map((group) => ({
      queryKey: ['/v1/customers', '', { ids: group }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<Page<CustomerRow>>('/v1/customers', { query: { ids: group, limit: 50 }, signal }),
      staleTime: 60_000,
    })),
    combine: (results) => ({
      items: results.flatMap((result) => result.data?.items ?? []),
      isLoading: results.some((result) => result.isLoading),
    }),
  })
  const rows = useMemo(() => new Map(answer.items.map((row) => [row.id, row])), [answer.items])
  return { rows, isLoading: answer.isLoading }
}

/** A few known products by SKU, in the order given; those that cannot be found are left out. */
export function useProductsOf(skus: string[]): Product[] {
  return useQueries({
    queries: skus.map((sku) => ({
      queryKey: ['/v1/products', '', { q: sku }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<Page<Product>>('/v1/products', { query: { q: sku, limit: 20 }, signal }),
      staleTime: 300_000,
    })),
    combine: (results) =>
      results.flatMap((result, at) =>
        (result.data?.items ?? []).filter((product) => product.sku === skus[at]),
      ),
  })
}
