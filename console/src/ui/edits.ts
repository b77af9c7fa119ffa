/** A value that is edited, with what it was before and what was taken back. */
export interface Edits<T> {
  past: T[]
  now: T
  future: T[]
  /** When the last edit was made (ms); edits that follow each other at once are one step. */
  at: number
}

const stepMs = 600
const stepsMax = 100

export function begin<T>(value: T): Edits<T> {
  return { past: [], now: value, future: [], at: 0 }
}

export function edit<T>(edits: Edits<T>, value: T, at: number): Edits<T> {
  const isSameStep = edits.past.length > 0 && at - edits.at < stepMs
  const past = isSameStep ? edits.past : [...edits.past, edits.now].slice(-stepsMax)
  return { past, now: value, future: [], at }
}

export function undo<T>(edits: Edits<T>): Edits<T> {
  const before = edits.past.at(-1)
  if (before === undefined) return edits
  return {
    past: edits.past.slice(0, -1),
    now: before,
    future: [edits.now, ...edits.future],
    at: 0,
  }
}

export function redo<T>(edits: Edits<T>): Edits<T> {
  const [next, ...future] = edits.future
  if (next === undefined) return edits
  return { past: [...edits.past, edits.now], now: next, future, at: 0 }
}

/** What a key asks for: Ctrl or ⌘ with Z, with Shift (or Ctrl-Y) the other way. */
export function stepOf(key: {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}): 'undo' | 'redo' | null {
  if (!(key.ctrlKey || key.metaKey) || key.altKey) return null
  const letter = key.key.toLowerCase()
  if (letter === 'z') return key.shiftKey ? 'redo' : 'undo'
  if (letter === 'y' && key.ctrlKey && !key.shiftKey) return 'redo'
  return null
}
