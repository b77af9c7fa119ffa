import { useEffect, useSyncExternalStore } from 'react'
import type { LiveNote } from '@/client/live'

const RETRY_MS = 3_000

type Listener = (note: LiveNote) => void

const listeners = new Set<Listener>()
const reopened = new Set<() => void>()
const watchers = new Set<() => void>()
let source: EventSource | null = null
let timer: number | undefined
let state: 'opening' | 'open' | 'lost' = 'opening'
let wasOpen = false

function setState(next: typeof state): void {
  if (next === state) return
  state = next
  for (const watch of watchers) watch()
  if (next !== 'open') return
  // Notes shown while we were away are gone: whoever counts must read again.
  if (wasOpen) for (const again of reopened) again()
  wasOpen = true
}

function connect(): void {
  source = new EventSource('/v1/stream?surface=phone')
  source.onopen = () => setState('open')
  source.onerror = () => {
    setState('lost')
    // A browser gives up for good after an HTTP error.
    if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(connect, RETRY_MS)
  }
  source.addEventListener('live', (event) => {
    const note = JSON.parse((event as MessageEvent<string>).data) as LiveNote
    for (const listen of listeners) listen(note)
  })
}

/** Opens the one stream of this page; `again` runs when it comes back after a gap. */
export function useStream(again: () => void): void {
  useEffect(() => {
    reopened.add(again)
    connect()
    return () => {
      reopened.delete(again)
      window.clearTimeout(timer)
      source?.close()
      source = null
      wasOpen = false
      setState('opening')
    }
  }, [again])
}

export function useLive(listen: Listener): void {
  useEffect(() => {
    listeners.add(listen)
    return () => {
      listeners.delete(listen)
    }
  }, [listen])
}

function useStreamState(): typeof state {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => state,
  )
}

export const useIsLive = () => useStreamState() === 'open'

/** Gone, not merely on its way: a page that opens is not offline. */
export const useIsLost = () => useStreamState() === 'lost'
