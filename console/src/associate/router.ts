import { useSyncExternalStore } from 'react'

const subscribe = (changed: () => void) => {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

/** The path behind `#`, e.g. `['task', '0190…']`; the first page is `['']`. */
export function usePlace(): string[] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return hash
    .replace(/^#\/?|\?.*$/g, '')
    .split('/')
    .map(decodeURIComponent)
}

export function go(path: string): void {
  window.location.hash = path
}

/** Back to where one came from; to the first page when the page was opened by a link. */
export function back(): void {
  if (window.history.length > 1) window.history.back()
  else go('/')
}
