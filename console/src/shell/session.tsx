import { createContext, useContext } from 'react'
import type { Me } from '@/client/types'

export const SessionContext = createContext<Me | null>(null)

export function useMe(): Me {
  const me = useContext(SessionContext)
  if (!me) throw new Error('useMe outside a session')
  return me
}

/** Whether the signed-in person has a permission, e.g. `may('segment.edit')`. */
export function useMay(): (permission: string) => boolean {
  const me = useMe()
  return (permission) => me.permissions.includes(permission)
}
