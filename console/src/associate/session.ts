import { createContext, useContext } from 'react'
import type { Me } from '@/client/types'

export const SessionContext = createContext<Me | null>(null)

let merchantId = ''

/** Pictures live under the merchant; kept here because they are drawn everywhere. */
export function setMerchant(id: string): void {
  merchantId = id
}

export function pictureOf(sku: string): string {
  return `/p/${merchantId}/${encodeURIComponent(sku)}.svg`
}

export function useMe(): Me {
  const me = useContext(SessionContext)
  if (!me) throw new Error('useMe outside a session')
  return me
}
