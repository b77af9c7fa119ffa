import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { read } from './query'
import type { CustomerRow, Product } from './types'

const AT_ONCE = 50

/** Known customers, asked for by fifties so that a list that grows asks only for what is new. */
export function useCustomersOf(ids: string[]): {
  rows: Map<string, CustomerRow>
  isLoading: boolean
} {
  const groups: string[][] = []
  for (let start = 0; start < ids.length; start += AT_ONCE)
    groups.push(ids.slice(start, start + AT_ONCE))
  const answer = useQueries({
    queries: groups.map((group) => ({
      queryKey: ['/v1/customers', '', { ids: group }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        read('/v1/customers', { query: { ids: group }, signal }),
      staleTime: 60_000,
      retry: false,
    })),
    combine: (results) => ({
      items: results.flatMap((result) => result.data?.items ?? []),
      isLoading: results.some((result) => result.isLoading),
    }),
  })
  const rows = useMemo(
    () => new Map(answer.items.map((customer) => [customer.id, customer])),
    [answer.items],
  )
  return { rows, isLoading: answer.isLoading }
}

/** A few known products by SKU, in the order given; those that cannot be found are left out. */
export function useProductsOf(skus: string[]): Product[] {
  return useQueries({
    queries: skus.map((sku) => ({
      queryKey: ['/v1/products', '', { q: sku }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        read('/v1/products', { query: { q: sku, limit: 20 }, signal }),
      staleTime: 300_000,
    })),
    combine: (results) =>
      results.flatMap((result, at) =>
        (result.data?.items ?? []).filter((product) => product.sku === skus[at]),
      ),
  })
}
