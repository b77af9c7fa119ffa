import {
  useCallback,
  useEffect,
  useMemo,
  useSyncExternalStore,
  type AnchorHTMLAttributes,
} from 'react'

/** Places live behind `#`, so the console works wherever the server mounts its one page. */
export interface Place {
  path: string
  parts: string[]
  query: URLSearchParams
}

const address = () => window.location.hash.slice(1) || '/'

/** Where the console is: the address, unless a guard holds it back. */
let shown = address()
let guard: ((leave: () => void) => void) | null = null
const watchers = new Set<() => void>()

function show(): void {
  shown = address()
  for (const changed of watchers) changed()
}

window.addEventListener('hashchange', () => {
  const wanted = address()
  if (!guard || wanted.split('?')[0] === shown.split('?')[0]) return show()
  window.history.pushState(null, '', `#${shown}`)
  guard(() => {
    guard = null
    go(wanted)
  })
})

const read = () => shown

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** While `isOn`, leaving the page is asked about: `ask` gets what to call to leave after all. */
export function useGuard(isOn: boolean, ask: (leave: () => void) => void): void {
  useEffect(() => {
    if (!isOn) return
    const stay = (event: BeforeUnloadEvent) => event.preventDefault()
    guard = ask
    window.addEventListener('beforeunload', stay)
    return () => {
      if (guard === ask) guard = null
      window.removeEventListener('beforeunload', stay)
    }
  }, [isOn, ask])
}

export function usePlace(): Place {
  const raw = useSyncExternalStore(watch, read)
  return useMemo(() => {
    const [path = '/', search = ''] = raw.split('?')
    return {
      path,
      parts: path.split('/').filter(Boolean).map(decodeURIComponent),
      query: new URLSearchParams(search),
    }
  }, [raw])
}

/** Goes there; `isReplacing` passes every guard, as after saving. */
export function go(to: string, { isReplacing = false } = {}): void {
  if (isReplacing) {
    window.history.replaceState(null, '', `#${to}`)
    show()
  } else {
    window.location.hash = to
  }
}

export function Link({
  to,
  ...rest
}: { to: string } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>) {
  return <a href={`#${to}`} {...rest} />
}

/** Filters kept in the address, so that a filtered list can be sent to a colleague. */
export function useFilters(): [
  (name: string) => string | undefined,
  (next: Record<string, string | undefined>) => void,
] {
  const { path, query } = usePlace()
  const get = useCallback((name: string) => query.get(name) ?? undefined, [query])
  const set = useCallback(
    (next: Record<string, string | undefined>) => {
      const changed = new URLSearchParams(query)
      for (const [name, value] of Object.entries(next)) {
        if (value) changed.set(name, value)
        else changed.delete(name)
      }
      const search = changed.toString()
      go(search ? `${path}?${search}` : path, { isReplacing: true })
    },
    [path, query],
  )
  return [get, set]
}
