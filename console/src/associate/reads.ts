import { useCallback, useRef } from 'react'
import type { Query } from '@/client/http'
import type { Reads as Known } from '@/client/reads'
import type { Me } from '@/client/types'
import { freshen, useAnswer, type Answer, type Wish } from './cache'
import { ask } from './http'
import type * as T from './types'

/** The API's reads; on the phone somebody of the staff asks. */
type Reads = Omit<Known, '/v1/me'> & { '/v1/me': Me }

export type Path = keyof Reads

interface Args extends Wish {
  id?: string
  query?: Query
}

/** The question behind a path: what `put` must name to answer it. */
export function keyOf(id = '', query: Query = {}): string {
  return JSON.stringify([id, query])
}

export function useRead<K extends Path>(path: K, args: Args = {}): Answer<Reads[K]> {
  const { id, query, ...wish } = args
  const url = path.replace(/\{\w+\}/, encodeURIComponent(id ?? ''))
  return useAnswer(path, keyOf(id, query), () => ask<Reads[K]>(url, query), wish)
}

/** Marks answers stale, at most once in `everyMs` however many notes come. */
export function useFreshen(paths: Path[], everyMs = 300): () => void {
  const timer = useRef<number | undefined>(undefined)
  const names = paths.join()
  return useCallback(() => {
    if (timer.current !== undefined) return
    timer.current = window.setTimeout(() => {
      timer.current = undefined
      freshen(names.split(','))
    }, everyMs)
  }, [names, everyMs])
}

/** The masked name of a customer, as soon as it is known. */
export function useName(id: string | null | undefined): string | null {
  const found = useRead('/v1/customers/{customer_id}', {
    id: id ?? '',
    isOn: Boolean(id),
    staleMs: Infinity,
  })
  return found.data?.name ?? null
}

export function monthStart(): string {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), 1).toISOString()
}

export function dayStart(): string {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString()
}

/** Messages of this associate by id: whether and when each was opened. */
export function useMessages(staffId: string): Map<string, T.Message> {
  const found = useRead('/v1/messages', { query: { associate: staffId, limit: 200 } })
  return new Map((found.data?.items ?? []).map((message) => [message.id, message]))
}

/** Commission lines of the month by the message they are credited to. */
export function useLines(staffId: string): Map<string, T.CommissionLine> {
  const found = useRead('/v1/commissions', {
    query: { associate: staffId, since: monthStart(), limit: 200 },
  })
  return new Map((found.data?.items ?? []).map((line) => [line.message_id, line]))
}
