import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { isPassing } from './http'

/*
 * What the phone has read, by path and question. A query library is 11 kB of the 90 this page may
 * weigh on a shop's network; this is the part of one that the page needs.
 */

const FRESH_MS = 5_000
const TRIES_MAX = 5
const ENTRIES_MAX = 300

interface State {
  data?: unknown
  /** Only while there is nothing to show: what was read stays up when the network goes. */
  error?: Error
}

interface Entry {
  path: string
  state: State
  readAt: number
  isReading: boolean
  isStale: boolean
  read: () => Promise<unknown>
  watchers: Set<() => void>
}

export type Answer<A> = { again: () => void } & (
  | { isPending: true; data: undefined; error: undefined }
  | { isPending: false; data: undefined; error: Error }
  | { isPending: false; data: A; error: undefined }
)

export interface Wish {
  isOn?: boolean
  staleMs?: number
  /** Milliseconds between re-reads, for what no note tells of. */
  everyMs?: number
  /** Keep showing the last answer while the next one loads. */
  keep?: boolean
}

const entries = new Map<string, Entry>()

/** The answer to `key`, read when it is wanted and not fresh. */
export function useAnswer<A>(
  path: string,
  key: string,
  read: () => Promise<A>,
  wish: Wish,
): Answer<A> {
  const { isOn = true, staleMs = FRESH_MS, everyMs } = wish
  const watch = useCallback(
    (changed: () => void) => {
      const entry = entryOf(path, key)
      entry.watchers.add(changed)
      return () => entry.watchers.delete(changed)
    },
    [path, key],
  )
  const state = useSyncExternalStore(watch, () => entryOf(path, key).state)
  const [kept, setKept] = useState(state.data)
  if (state.data !== undefined && state.data !== kept) setKept(state.data)
  useEffect(() => {
    if (!isOn) return
    const entry = entryOf(path, key)
    entry.read = read
    const isOld = entry.readAt === 0 || Date.now() - entry.readAt > staleMs
    if (!entry.isReading && (isOld || entry.isStale)) void refresh(entry)
    if (!everyMs) return
    const timer = window.setInterval(() => !document.hidden && void refresh(entry), everyMs)
    return () => window.clearInterval(timer)
    // `read` asks what `key` says: a new function is not a new question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [path, key, isOn, staleMs, everyMs])
  const again = () => void refresh(entryOf(path, key))
  const data = (state.data ?? (wish.keep ? kept : undefined)) as A | undefined
  if (data !== undefined) return { isPending: false, data, error: undefined, again }
  if (state.error) return { isPending: false, data: undefined, error: state.error, again }
  return { isPending: true, data: undefined, error: undefined, again }
}

/** These answers are no longer true: read again what is on show, the rest when it is wanted. */
export function freshen(paths?: string[]): void {
  for (const entry of entries.values()) {
    if (paths && !paths.includes(entry.path)) continue
    entry.isStale = true
    if (entry.watchers.size > 0) void refresh(entry)
  }
}

/** Change what is known of a path before the server is asked. */
export function patch<A>(path: string, change: (known: A) => A): void {
  for (const entry of entries.values())
    if (entry.path === path && entry.state.data !== undefined)
      set(entry, { data: change(entry.state.data as A) })
}

/** The server just answered a write with this. */
export function put(path: string, key: string, data: unknown): void {
  const entry = entryOf(path, key)
  entry.readAt = Date.now()
  set(entry, { data })
}

/** Somebody else signed in. */
export function forgetAll(): void {
  for (const entry of entries.values()) {
    entry.isStale = true
    set(entry, {})
    if (entry.watchers.size > 0) void refresh(entry)
  }
}

function entryOf(path: string, key: string): Entry {
  const name = `${path} ${key}`
  const found = entries.get(name)
  if (found) return found
  if (entries.size > ENTRIES_MAX)
    for (const [old, entry] of entries) if (entry.watchers.size === 0) entries.delete(old)
  const made: Entry = {
    path,
    state: {},
    readAt: 0,
    isReading: false,
    isStale: false,
    read: () => Promise.reject(new Error(`nobody reads ${path}`)),
    watchers: new Set(),
  }
  entries.set(name, made)
  return made
}

function set(entry: Entry, state: State): void {
  entry.state = state
  for (const changed of entry.watchers) changed()
}

async function refresh(entry: Entry): Promise<void> {
  entry.isStale = true
  if (entry.isReading) return
  entry.isReading = true
  try {
    // A note that comes while we read makes the answer old before it is here.
    while (entry.isStale) {
      entry.isStale = false
      set(entry, { data: await patiently(entry.read) })
      entry.readAt = Date.now()
    }
  } catch (error) {
    const isShown = entry.state.data !== undefined
    if (!isShown || !isPassing(error)) set(entry, { error: error as Error })
  } finally {
    entry.isReading = false
  }
}

async function patiently(read: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      if (tries === TRIES_MAX || !isPassing(error)) throw error
      await new Promise((done) => window.setTimeout(done, 250 * 2 ** tries))
    }
  }
}

function looked(): void {
  if (document.hidden) return
  for (const entry of entries.values())
    if (entry.watchers.size > 0 && Date.now() - entry.readAt > FRESH_MS) void refresh(entry)
}

document.addEventListener('visibilitychange', looked)
window.addEventListener('online', looked)
