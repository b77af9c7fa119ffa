import { useState } from 'react'
import type { Task, TaskProduct } from '../types'

/** What the associate changed and has not sent. It outlives a closed page and a dead network. */
export interface Draft {
  version: number
  copy: string
  products: TaskProduct[]
  /** The key of a send whose answer never came: tapping again must not send twice. */
  key?: string
}

const nameOf = (id: string) => `huitou.draft.${id}`

function kept(task: Task): Draft | null {
  try {
    const found = JSON.parse(window.localStorage.getItem(nameOf(task.id)) ?? 'null') as Draft | null
    return found?.version === task.version ? found : null
  } catch {
    return null
  }
}

const fresh = (task: Task): Draft => ({
  version: task.version,
  copy: task.copy,
  products: task.products,
})

export function useDraft(task: Task) {
  const [draft, setDraft] = useState(() => kept(task) ?? fresh(task))
  const current = draft.version === task.version ? draft : fresh(task)
  const isChanged =
    current.copy !== task.copy ||
    current.products.map(({ sku }) => sku).join() !== task.products.map(({ sku }) => sku).join()
  return {
    draft: current,
    isChanged,
    change(part: Partial<Draft>) {
      const next = { ...current, ...part }
      window.localStorage.setItem(nameOf(task.id), JSON.stringify(next))
      setDraft(next)
    },
    forget() {
      window.localStorage.removeItem(nameOf(task.id))
    },
  }
}
