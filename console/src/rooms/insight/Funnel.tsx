import { useTranslation } from 'react-i18next'
import type { Overview } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Count, Meaning } from '@/ui/figure'
import { Panel } from '@/ui/page'
import { Bars } from '@/ui/spark'

const stages = ['sent', 'delivered', 'opened', 'bought'] as const

export function TaskFunnel({ tasks }: { tasks: Overview['tasks'] }) {
  const { t } = useTranslation()
  const drill = useDrill()
  return (
    <Panel title={t('insight.funnel')}>
      <Bars
        rows={[
          {
            key: 'open',
            label: <Meaning of="tasks_open">{t('insight.tasks_open')}</Meaning>,
            value: tasks.open,
            shown: <Count of={tasks.open} />,
          },
          ...stages.map((stage) => ({
            key: stage,
            label: <Meaning of={stage}>{t(`insight.${stage}`)}</Meaning>,
            value: tasks[stage],
            shown: <Count of={tasks[stage]} />,
            open: () =>
              drill({ title: t(`insight.${stage}`), path: '/v1/results/customers', query: { stage } }),
          })),
        ]}
      />
    </Panel>
  )
}
