import { useState } from 'react'
import { ago } from '../format'
import { Icon } from '../parts/icons'
import { Bar, Face, Wait, Wrong } from '../parts/small'
import { Tags } from '../parts/Tags'
import { Chip } from '../parts/TaskCard'
import { useLines, useMessages, useRead } from '../reads'
import { isDone, progressOf } from '../progress'
import { useMe } from '../session'
import { Composer } from '../task/Composer'
import { Journey } from '../task/Journey'
import { SkipSheet } from '../task/SkipSheet'
import type { Task } from '../types'
import { ours, t } from '../words'

export function TaskScreen({ id }: { id: string }) {
  const me = useMe()
  const task = useRead('/v1/tasks/{task_id}', { id })
  const messages = useMessages(me.staff.id)
  const lines = useLines(me.staff.id)
  const [isSkipping, setSkipping] = useState(false)
  if (task.isPending)
    return (
      <>
        <Bar title={t('task.title')} />
        <Wait />
      </>
    )
  if (task.error) return <Wrong error={task.error} again={task.again} />
  const message = task.data.message_id ? messages.get(task.data.message_id) : undefined
  const line = task.data.message_id ? lines.get(task.data.message_id) : undefined
  const progress = progressOf(task.data, message, line)
  const isOpen = progress === 'open'
  return (
    <div className={isOpen ? 'with-action' : ''}>
      <Bar title={task.data.title || t('task.title')} right={<Chip progress={progress} />} />
      <div className="inset">
        <Who task={task.data} />
        <section className="why">
          <Icon name="bulb" size={20} />
          <div>
            <small>{t('task.why')}</small>
            <p>{ours(task.data.reason_zh, task.data.reason_en)}</p>
          </div>
        </section>
        {(progress === 'awaiting' || isDone(progress)) && (
          <Journey task={task.data} message={message} line={line} />
        )}
        <Closed task={task.data} />
        <Composer key={task.data.id} task={task.data} isOpen={isOpen} />
        {isOpen && (
          <button type="button" className="link" onClick={() => setSkipping(true)}>
            {t('task.skip')}
          </button>
        )}
      </div>
      {isSkipping && <SkipSheet task={task.data} close={() => setSkipping(false)} />}
    </div>
  )
}

function Who({ task }: { task: Task }) {
  const totals = useRead('/v1/customers/{customer_id}/totals', {
    id: task.customer.id,
    staleMs: 60_000,
  })
  const customer = useRead('/v1/customers/{customer_id}', {
    id: task.customer.id,
    staleMs: Infinity,
  })
  const last = totals.data?.total?.last_paid_at
  return (
    <a className="who" href={`#/customer/${task.customer.id}`}>
      <Face name={task.customer.name} size={48} />
      <span>
        <b>
          {task.customer.name ?? t('app.somebody')}
          {totals.data?.stage_zh && <em>{ours(totals.data.stage_zh, totals.data.stage_en)}</em>}
        </b>
        <small>
          {last ? t('task.last', { ago: ago(last) }) : totals.data ? t('task.never') : ' '}
        </small>
        <Tags tags={customer.data?.tags ?? []} />
      </span>
      <Icon name="next" size={18} />
    </a>
  )
}

/** Why nothing can be done any more, in words. */
function Closed({ task }: { task: Task }) {
  if (!['blocked', 'failed', 'expired', 'fallback', 'cancelled'].includes(task.state)) return null
  const why = ours(task.code_zh, task.code_en)
  return (
    <section className="closed">
      <Icon name="bell" size={20} />
      <p>
        {why || t(`state.${task.state}` as 'state.blocked')}
        {task.state === 'blocked' && <small>{t('task.blocked_note')}</small>}
      </p>
    </section>
  )
}
