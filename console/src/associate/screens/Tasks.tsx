import { TaskList } from '../parts/TaskList'
import { t } from '../words'

export function TasksScreen() {
  return (
    <>
      <h1 className="head">{t('tab.tasks')}</h1>
      <div className="inset">
        <TaskList isSeenByManager />
      </div>
    </>
  )
}
