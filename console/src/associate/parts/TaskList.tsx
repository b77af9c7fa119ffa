import { useState } from 'react'
import { useLines, useMessages, useRead } from '../reads'
import { isDone, progressOf, type Progress } from '../progress'
import { useMe } from '../session'
import { t, type Key } from '../words'
import { None, Wait, Wrong } from './small'
import { TaskCard } from './TaskCard'

const GROUPS: Record<string, (progress: Progress) => boolean> = {
  open: (progress) => progress === 'open',
  awaiting: (progress) => progress === 'awaiting',
  sent: isDone,
  all: () => true,
}

/** Tasks in the order the server gives: the likeliest to buy first. */
export function TaskList({ isSeenByManager = false }: { isSeenByManager?: boolean }) {
  const me = useMe()
  const tasks = useRead('/v1/tasks', { query: { limit: 200 } })
  const messages = useMessages(me.staff.id)
  const lines = useLines(me.staff.id)
  const [group, setGroup] = useState('open')
  if (tasks.isPending) return <Wait />
  if (tasks.error) return <Wrong error={tasks.error} again={tasks.again} />
  const known = tasks.data.items.map((task) => {
    const line = task.message_id ? lines.get(task.message_id) : undefined
    const message = task.message_id ? messages.get(task.message_id) : undefined
    return { task, line, progress: progressOf(task, message, line) }
  })
  const count = (name: string) => known.filter(({ progress }) => GROUPS[name]?.(progress)).length
  const shown = known.filter(({ progress }) => GROUPS[group]?.(progress))
  return (
    <>
      <div className="groups" role="tablist">
        {Object.keys(GROUPS).map((name) => (
          <button
            type="button"
            role="tab"
            key={name}
            aria-selected={group === name}
            onClick={() => setGroup(name)}
          >
            {t(`tasks.${name}` as Key)}
            {name !== 'all' && <i className="num">{count(name)}</i>}
          </button>
        ))}
      </div>
      {shown.length === 0 && (
        <None>{t(group === 'open' && known.length > 0 ? 'tasks.none_open' : 'tasks.none')}</None>
      )}
      {shown.map((one) => (
        <TaskCard key={one.task.id} {...one} isSeenByManager={isSeenByManager} />
      ))}
    </>
  )
}
