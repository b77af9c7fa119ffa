import { useEffect, useSyncExternalStore } from 'react'

/** A live note: ids, codes and amounts only. */
export interface LiveNote {
  topic: string
  kind: string
  at?: string
  [field: string]: unknown
}

type Listener = (note: LiveNote) => void

const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let source: EventSource | null = null
let isOpen = false

function setOpen(next: boolean): void {
  if (next === isOpen) return
  isOpen = next
  for (const watch of watchers) watch()
}

function connect(): void {
  source = new EventSource('/v1/stream?surface=console')
  source.onopen = () => setOpen(true)
  source.onerror = () => setOpen(false)
  source.addEventListener('live', (event) => {
    setOpen(true)
    const note = JSON.parse((event as MessageEvent<string>).data) as LiveNote
    for (const listen of listeners) listen(note)
  })
}

/** Opens the one stream of this page while someone is signed in. */
export function useStream(isSignedIn: boolean): void {
  useEffect(() => {
    if (!isSignedIn) return
    connect()
    return () => {
      source?.close()
      source = null
      setOpen(false)
    }
  }, [isSignedIn])
}

export function useLive(listen: Listener): void {
  useEffect(() => {
    listeners.add(listen)
    return () => {
      listeners.delete(listen)
    }
  }, [listen])
}

export function useIsLive(): boolean {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => isOpen,
  )
}
