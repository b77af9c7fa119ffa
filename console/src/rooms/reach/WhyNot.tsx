import { Collapse } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Checks } from './Checks'
import { channelName } from './words'

/** 为什么没有她: messages that were considered for this customer and not sent, each with its reason. */
export function WhyNot({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const found = useRead('/v1/customers/{customer_id}/decisions', { id: customer })
  return (
    <Panel title={t('reach.why_not')}>
      <Answer of={found} rows={3}>
        {({ items }) => {
          const blocked = items.filter((one) => one.outcome === 'blocked')
          if (blocked.length === 0)
            return <Nothing title={t('reach.why_not_none')} hint={t('reach.why_not_none_hint')} />
          return (
            <Collapse
              ghost
              size="small"
              items={blocked.map((one) => ({
                key: one.id,
                label: (
                  <span className="row between">
                    <span>
                      {channelName(t, one.channel)} · {one.text}
                    </span>
                    <Ago at={one.at} />
                  </span>
                ),
                children: <Checks decision={one} />,
              }))}
            />
          )
        }}
      </Answer>
    </Panel>
  )
}
