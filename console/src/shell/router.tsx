import { useCallback, useMemo, useSyncExternalStore, type AnchorHTMLAttributes } from 'react'

/** Places live behind `#`, so the console works wherever the server mounts its one page. */
export interface Place {
  path: string
  parts: string[]
  query: URLSearchParams
}

function read(): string {
  return window.location.hash.slice(1) || '/'
}

function watch(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
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

export function go(to: string, { isReplacing = false } = {}): void {
  if (isReplacing) {
    window.history.replaceState(null, '', `#${to}`)
    window.dispatchEvent(new HashChangeEvent('hashchange'))
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
