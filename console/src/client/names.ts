import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from './http'
import type { Customer, CustomerRow, Page, Product } from './types'

/** Known customers, each asked for once a minute at most; those out of sight are left out. */
export function useCustomersOf(ids: string[]): {
  rows: Map<string, CustomerRow>
  isLoading: boolean
} {
  const answer = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['/v1/customers/{id}', id, {}],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<Customer>(`/v1/customers/${id}`, { signal }),
      staleTime: 60_000,
      retry: false,
    })),
    combine: (results) => ({
      items: results.flatMap((result) => result.data ?? []),
      isLoading: results.some((result) => result.isLoading),
    }),
  })
  const rows = useMemo(
    () => new Map(answer.items.map((customer) => [customer.id, rowOf(customer)])),
    [answer.items],
  )
  return { rows, isLoading: answer.isLoading }
}

function rowOf(customer: Customer): CustomerRow {
  const phone = customer.identifiers.find((one) => one.kind === 'phone')
  return {
    ...customer,
    phone: phone?.value ?? null,
    last_seen_at: customer.last_seen_at ?? customer.created_at,
    tags: customer.tags.map((tag) => tag.name),
  }
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
