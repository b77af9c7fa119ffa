import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Proof } from '@/rooms/insight/Proof'
import { SalesLine } from '@/rooms/insight/SalesLine'
import { Stores } from '@/rooms/insight/Stores'
import { TaskFunnel } from '@/rooms/insight/Funnel'
import { Periods, Today } from '@/rooms/insight/Today'
import { KindCards } from '@/rooms/opportunity/KindCards'
import { go, Link } from '@/shell/router'
import { useMe } from '@/shell/session'
import { Answer, PageHead, Panel } from '@/ui/page'

export default function OverviewPage() {
  const { t } = useTranslation()
  const me = useMe()
  const overview = useRead('/v1/overview', { every: 30_000 })
  return (
    <>
      <PageHead
        title={t('insight.overview')}
        hint={t('insight.overview_hint', { unit: me.unit.name })}
      />
      <Answer of={overview} rows={12}>
        {(data) => (
          <div className="stack">
            {data.month.orders === 0 && <NoOrders />}
            <div className="overview-top">
              <Today overview={data} />
              <Proof
                creditedFen={data.month.credited_fen}
                lift={data.incremental}
                query={{ since: data.month.since }}
              />
            </div>
            <div className="cols-main">
              <Panel title={t('insight.sales_30')}>
                <SalesLine days={data.series.slice(0, -1)} />
                <div className="figures line-figures">
                  <Periods overview={data} />
                </div>
              </Panel>
              <Panel
                title={t('insight.opportunities')}
                extra={<Link to="/opportunities">{t('ui.all')}</Link>}
              >
                <KindCards />
              </Panel>
            </div>
            <div className="cols-main">
              <Stores units={data.units} since={data.month.since} />
              <TaskFunnel figures={data.month} />
            </div>
          </div>
        )}
      </Answer>
    </>
  )
}

/** A new shop's overview is all zeros: it says where the figures come from. */
function NoOrders() {
  const { t } = useTranslation()
  const { data } = useRead('/v1/orders', { query: { limit: 1 } })
  if (!data || data.items.length > 0) return null
  return (
    <Panel>
      <div className="row between">
        <b>{t('insight.no_orders')}</b>
        <Button type="primary" onClick={() => go('/start')}>
          {t('shell.start')}
        </Button>
      </div>
    </Panel>
  )
}
