import { useCallback, useEffect, useState } from 'react'
import { begin, edit, redo, stepOf, undo } from './edits'

/** A value with undo and redo, by button and by key. Texts that undo their own typing keep it. */
export function useEdits<T>(start: () => T) {
  const [edits, setEdits] = useState(() => begin(start()))
  const set = useCallback((value: T) => setEdits((was) => edit(was, value, Date.now())), [])
  const back = useCallback(() => setEdits(undo), [])
  const forth = useCallback(() => setEdits(redo), [])
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const step = stepOf(event)
      const isText = event.target instanceof Element && event.target.closest('.own-undo') !== null
      if (!step || isText) return
      event.preventDefault()
      if (step === 'undo') back()
      else forth()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [back, forth])
  return {
    value: edits.now,
    set,
    undo: edits.past.length > 0 ? back : null,
    redo: edits.future.length > 0 ? forth : null,
  }
}
