import type { CommissionLine, Message, Task } from './types'
import type { Key } from './words'

/** How far a task has come, as the associate reads it. */
export type Progress =
  | 'open'
  | 'awaiting'
  | 'sent'
  | 'opened'
  | 'bought'
  | Exclude<Task['state'], 'open' | 'awaiting_confirmation' | 'sent'>

export function progressOf(
  task: Task,
  message: Message | undefined,
  line: CommissionLine | undefined,
): Progress {
  if (line && line.amount_fen > line.reversed_fen) return 'bought'
  if (task.state === 'awaiting_confirmation') return 'awaiting'
  if (task.state === 'sent') return message?.opened_at ? 'opened' : 'sent'
  return task.state
}

export const isDone = (progress: Progress) => ['sent', 'opened', 'bought'].includes(progress)

export const wordOf = (progress: Progress): Key => `state.${progress}`
