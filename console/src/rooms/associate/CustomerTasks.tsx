import { Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { Task } from '@/client/types'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

const colours: Record<string, string> = {
  open: 'blue',
  sending: 'processing',
  awaiting_confirmation: 'gold',
  sent: 'green',
  fallback: 'purple',
}

export function TaskState({ task }: { task: Task }) {
  const { t, i18n } = useTranslation()
  return (
    <Tooltip title={i18n.language === 'en' ? task.code_en : task.code_zh}>
      <Tag color={colours[task.state]}>
        {t(`associate.state_${task.state}`, { defaultValue: task.state })}
      </Tag>
    </Tooltip>
  )
}

export function CustomerTasks({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const pages = usePages('/v1/tasks', { query: { customer } })
  return (
    <PagedTable<Task>
      pages={pages}
      rowKey="id"
      size="small"
      empty={<Nothing title={t('associate.no_tasks')} />}
      columns={[
        { title: t('associate.created'), render: (_, task) => <Ago at={task.created_at} /> },
        { title: t('associate.campaign'), render: (_, task) => task.title },
        { title: t('associate.staff'), render: (_, task) => task.associate.name },
        { title: t('associate.state'), render: (_, task) => <TaskState task={task} /> },
        { title: t('associate.deadline'), render: (_, task) => <Ago at={task.deadline} /> },
      ]}
    />
  )
}
