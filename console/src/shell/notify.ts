import type { MessageInstance } from 'antd/es/message/interface'
import { Problem } from '@/client/http'

let toast: MessageInstance | null = null

/** Called once by the shell with antd's context-aware instance. */
export function setToast(instance: MessageInstance): void {
  toast = instance
}

/** A refusal as a toast: what it says, and its code for support. */
export function showFault(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof Problem ? ` · ${error.code}` : ''
  toast?.open({ type: 'error', content: `${text}${code}`, key: `${text}${code}`, duration: 5 })
}

export function showDone(text: string): void {
  toast?.open({ type: 'success', content: text, duration: 2.5 })
}
