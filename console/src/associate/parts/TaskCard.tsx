import { Face } from './small'
import { ago, before, yuan } from '../format'
import { isDone, wordOf, type Progress } from '../progress'
import type { CommissionLine, Task } from '../types'
import { ours, t } from '../words'

export function Chip({ progress }: { progress: Progress }) {
  return <em className={`chip ${progress}`}>{t(wordOf(progress))}</em>
}

export function TaskCard({
  task,
  progress,
  line,
  isSeenByManager = false,
}: {
  task: Task
  progress: Progress
  line?: CommissionLine
  isSeenByManager?: boolean
}) {
  const isOpen = progress === 'open'
  return (
    <a className={`task ${progress}`} href={`#/task/${task.id}`}>
      <Face name={task.customer.name} />
      <span>
        <span className="task-head">
          <b>{task.customer.name ?? t('app.somebody')}</b>
          {isSeenByManager && <small>{task.associate.name}</small>}
          <Chip progress={progress} />
        </span>
        <span className="task-why">{ours(task.reason_zh, task.reason_en)}</span>
        <span className="task-foot">
          {isOpen && <small>{before(task.deadline)}</small>}
          {isOpen && task.urged_at && <small className="warm">{t('tasks.urged')}</small>}
          {isDone(progress) && task.sent_at && <small>{ago(task.sent_at)}</small>}
          {line && <small className="gain num">+{yuan(line.amount_fen - line.reversed_fen)}</small>}
        </span>
      </span>
    </a>
  )
}
