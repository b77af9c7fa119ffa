import { createContext, useCallback, useContext, useState, type ReactNode } from 'react'
import type { LiveNote } from '@/client/live'
import { patch } from './cache'
import { useLive } from './live'
import type { Home, Money } from './types'

/** A sale (or what a refund took back) that came in while the page was open. */
export interface Arrival {
  key: string
  order: string
  customer: string | null
  paidFen: number
  amountFen: number
  at: string
}

const KEPT_MAX = 20
const FeedContext = createContext<Arrival[]>([])

/** Collects what the stream brings, whichever page is open, and adds it up before the server is asked. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const [arrivals, setArrivals] = useState<Arrival[]>([])
  useLive(
    useCallback((note: LiveNote) => {
      if (note.kind !== 'commission' && note.kind !== 'commission_reversed') return
      const arrival = arrivalOf(note)
      setArrivals((kept) => [arrival, ...kept].slice(0, KEPT_MAX))
      patch<Money>('/v1/associates/{staff_id}/money', (money) => withCommission(money, arrival))
      patch<Home>('/v1/associates/me/home', (home) => withSale(home, arrival))
    }, []),
  )
  return <FeedContext value={arrivals}>{children}</FeedContext>
}

export function useArrivals(): Arrival[] {
  return useContext(FeedContext)
}

function arrivalOf(note: LiveNote): Arrival {
  const order = String(note.order ?? '')
  return {
    // A refund may come in several parts; each is a line of its own.
    key: `${order}:${note.kind}:${Date.now()}`,
    order,
    customer: typeof note.customer === 'string' ? note.customer : null,
    paidFen: note.kind === 'commission' ? Number(note.paid_fen ?? 0) : 0,
    amountFen: Number(note.amount_fen ?? 0),
    at: note.at ?? new Date().toISOString(),
  }
}

function withCommission(money: Money, { amountFen }: Arrival): Money {
  const add = (earned: Money['today']) => ({
    ...earned,
    commission_fen: earned.commission_fen + amountFen,
  })
  return { ...money, today: add(money.today), month: add(money.month) }
}

function withSale(home: Home, { paidFen }: Arrival): Home {
  return {
    ...home,
    month: { ...home.month, sales_fen: home.month.sales_fen + paidFen },
    today: { ...home.today, sales_fen: home.today.sales_fen + paidFen },
  }
}
