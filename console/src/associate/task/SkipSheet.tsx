import { useState } from 'react'
import { freshen } from '../cache'
import { tell } from '../http'
import { failed, Sheet, toast } from '../parts/small'
import { back } from '../router'
import type { DismissReason, Task } from '../types'
import { t } from '../words'

const REASONS: DismissReason[] = [
  'contacted_elsewhere',
  'not_suitable',
  'customer_declined',
  'other',
]

export function SkipSheet({ task, close }: { task: Task; close: () => void }) {
  const [isBusy, setBusy] = useState(false)
  const skip = async (reason: DismissReason) => {
    setBusy(true)
    try {
      await tell('POST', `/v1/tasks/${task.id}/dismiss`, { reason })
      toast(t('task.skipped'))
      back()
    } catch (error) {
      failed(error)
      close()
    } finally {
      freshen(['/v1/tasks', '/v1/tasks/{task_id}', '/v1/messages'])
    }
  }
  return (
    <Sheet title={t('task.skip_why')} close={close}>
      <p className="quiet">{t('task.skip_note')}</p>
      <div className="choices">
        {REASONS.map((reason) => (
          <button type="button" key={reason} disabled={isBusy} onClick={() => void skip(reason)}>
            {t(`reason.${reason}`)}
          </button>
        ))}
      </div>
    </Sheet>
  )
}
