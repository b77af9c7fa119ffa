import { useArrivals, type Arrival } from '../feed'
import { wholeYuan } from '../format'
import { useIsLive } from '../live'
import { ArrivalLine } from '../parts/ArrivalLine'
import { Ring } from '../parts/Ring'
import { Self } from '../parts/Self'
import { Running, Wait } from '../parts/small'
import { TaskList } from '../parts/TaskList'
import { dayStart, useRead } from '../reads'
import { useMe } from '../session'
import type { Home, Money } from '../types'
import { t, type Key } from '../words'

const LINES_MAX = 3

export function HomeScreen() {
  const me = useMe()
  const home = useRead('/v1/associates/me/home', { everyMs: 20_000 })
  const money = useRead('/v1/associates/{staff_id}/money', { id: me.staff.id })
  return (
    <>
      <header className="hello">
        <div>
          <p>{t(greeting(), { name: me.staff.name })}</p>
          <small>
            <LiveDot /> {me.unit.name}
          </small>
        </div>
        <Self />
      </header>
      <div className="goal">
        {home.data && money.data ? <Goal home={home.data} money={money.data} /> : <Wait rows={2} />}
      </div>
      <Arrivals />
      <section className="inset">
        <h2>{t('tasks.title')}</h2>
        {home.data?.is_away && <p className="notice">{t('tasks.away')}</p>}
        <TaskList />
      </section>
    </>
  )
}

function greeting(): Key {
  const hour = new Date().getHours()
  if (hour < 5) return 'hello.night'
  if (hour < 12) return 'hello.morning'
  return hour < 18 ? 'hello.afternoon' : 'hello.evening'
}

function LiveDot() {
  return <i className={useIsLive() ? 'dot on' : 'dot'} />
}

function Goal({ home, money }: { home: Home; money: Money }) {
  const target = home.month.target_fen
  const sold = home.month.sales_fen
  const gap = target - sold
  return (
    <>
      <div className="goal-top">
        <div>
          <p>{t(gap > 0 ? 'goal.gap' : 'goal.reached')}</p>
          <b>
            {gap > 0 ? (
              <Running fen={gap} show={wholeYuan} />
            ) : (
              t('goal.over', { over: wholeYuan(-gap) })
            )}
          </b>
          <small className="num">
            {t('goal.of', { sales: wholeYuan(sold), target: wholeYuan(target) })}
          </small>
        </div>
        <Ring share={target ? sold / target : 0} />
      </div>
      <dl>
        <div>
          <dt>{t('goal.sales_today')}</dt>
          <dd>
            <Running fen={home.today.sales_fen} />
          </dd>
        </div>
        <div>
          <dt>{t('goal.commission_today')}</dt>
          <dd className="warm">
            <Running fen={money.today.commission_fen} />
          </dd>
        </div>
        <div>
          <dt>{t('goal.commission_month')}</dt>
          <dd>
            <Running fen={money.month.commission_fen} />
          </dd>
        </div>
      </dl>
    </>
  )
}

/** The latest sales: what came in just now slides in on top of today's. */
function Arrivals() {
  const me = useMe()
  const live = useArrivals()
  const today = useRead('/v1/commissions', {
    query: { associate: me.staff.id, since: dayStart(), limit: LINES_MAX },
  })
  const seen = new Set(live.map(({ order }) => order))
  const earlier: Arrival[] = (today.data?.items ?? [])
    .filter((line) => !seen.has(line.order_id))
    .map((line) => ({
      key: line.id,
      order: line.order_id,
      customer: line.customer_id,
      paidFen: line.base_fen,
      // What a refund has taken back entirely is told as the refund.
      amountFen:
        line.reversed_fen < line.amount_fen
          ? line.amount_fen - line.reversed_fen
          : -line.reversed_fen,
      at: line.at,
    }))
  const lines = [...live, ...earlier].slice(0, LINES_MAX)
  if (lines.length === 0) return null
  return (
    <ol className="arrivals" aria-live="polite" aria-label={t('feed.title')}>
      {lines.map((line) => (
        <ArrivalLine key={line.key} line={line} isLive={live.includes(line)} />
      ))}
    </ol>
  )
}
