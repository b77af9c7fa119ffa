import { useTranslation } from 'react-i18next'
import type { Figures, Stage } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { Count, Meaning } from '@/ui/figure'
import { Panel } from '@/ui/page'
import { Bars } from '@/ui/spark'

const stages: Stage[] = ['tasks', 'sent', 'delivered', 'opened', 'bought']

export function TaskFunnel({ figures }: { figures: Figures }) {
  const { t } = useTranslation()
  const drill = useDrill()
  return (
    <Panel
      title={t('insight.funnel')}
      extra={<small className="quiet">{t('insight.last_30')}</small>}
    >
      <Bars
        rows={stages.map((stage) => ({
          key: stage,
          label: <Meaning of={stage}>{t(`insight.${stage}`)}</Meaning>,
          value: figures[stage],
          shown: <Count of={figures[stage]} />,
          open: () =>
            drill({
              title: t(`insight.${stage}`),
              path: '/v1/results/customers',
              query: { stage, since: figures.since },
            }),
        }))}
      />
    </Panel>
  )
}
