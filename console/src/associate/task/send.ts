import { useState } from 'react'
import { Problem } from '@/client/http'
import { freshen, put } from '../cache'
import { isPassing, newKey, tell } from '../http'
import { failed, toast } from '../parts/small'
import { keyOf } from '../reads'
import type { Task } from '../types'
import { t } from '../words'
import type { useDraft } from './draft'

export type Sending = 'ready' | 'busy' | 'failed'

/**
 * Saves what was changed, then submits. Nothing is shown as sent before the server says so; after
 * a dead network the same key goes with the next tap, so the customer hears once.
 */
export function useSend(task: Task, drafting: ReturnType<typeof useDraft>) {
  const [sending, setSending] = useState<Sending>(drafting.draft.key ? 'failed' : 'ready')
  const show = (next: Task) => put('/v1/tasks/{task_id}', keyOf(next.id), next)
  const send = async () => {
    setSending('busy')
    const key = drafting.draft.key ?? newKey()
    try {
      if (drafting.isChanged) {
        const { copy, products } = drafting.draft
        const skus = products.map(({ sku }) => sku)
        const body = { copy, skus, version: task.version }
        const saved = await tell<Task>('PATCH', `/v1/tasks/${task.id}`, body)
        drafting.forget()
        show(saved)
      }
      const answer = await tell<Task>('POST', `/v1/tasks/${task.id}/send`, undefined, key)
      drafting.forget()
      show(answer)
      setSending('ready')
      // What is to be done next stands at the top.
      window.scrollTo({ top: 0, behavior: 'smooth' })
    } catch (error) {
      if (isPassing(error)) {
        drafting.change({ key })
        setSending('failed')
        return
      }
      drafting.forget()
      setSending('ready')
      if (error instanceof Problem && error.code === 'version.conflict') toast(t('task.changed'))
      else failed(error)
    } finally {
      freshen(['/v1/tasks', '/v1/tasks/{task_id}', '/v1/messages'])
    }
  }
  return { sending, send }
}
