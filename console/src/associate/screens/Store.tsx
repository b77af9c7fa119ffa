import { useState } from 'react'
import { ago, yuan } from '../format'
import { freshen } from '../cache'
import { newKey, tell } from '../http'
import { useIsLive } from '../live'
import { Icon } from '../parts/icons'
import { Reviews } from '../parts/Reviews'
import { Self } from '../parts/Self'
import { Face, failed, None, Running, Sheet, toast, Wait, Wrong } from '../parts/small'
import { useRead } from '../reads'
import { useMe } from '../session'
import type { StaffTasks, StoreToday } from '../types'
import { t } from '../words'

/** The store manager's day: what was sold, what is unsent, who is here. */
export function StoreScreen() {
  const me = useMe()
  const [chosen, setChosen] = useState<string | null>(null)
  const units = useRead('/v1/units', { isOn: me.unit.kind !== 'store', staleMs: Infinity })
  const stores = units.data?.items.filter(({ kind }) => kind === 'store') ?? []
  const id = chosen ?? (me.unit.kind === 'store' ? me.unit.id : stores[0]?.id)
  const today = useRead('/v1/stores/{unit_id}/today', {
    id: id ?? '',
    isOn: Boolean(id),
    keep: true,
    everyMs: 10_000,
  })
  return (
    <>
      <header className="hello">
        <div>
          <p>{t('store.title')}</p>
          {stores.length > 1 ? (
            <select value={id} onChange={(event) => setChosen(event.target.value)}>
              {stores.map((store) => (
                <option key={store.id} value={store.id}>
                  {store.name}
                </option>
              ))}
            </select>
          ) : (
            <small>
              <LiveDot /> {me.unit.name}
            </small>
          )}
        </div>
        <Self />
      </header>
      {today.isPending && <Wait rows={4} />}
      {today.error && <Wrong error={today.error} again={today.again} />}
      {today.data && <Day today={today.data} />}
    </>
  )
}

function LiveDot() {
  return <i className={useIsLive() ? 'dot on' : 'dot'} />
}

function Day({ today }: { today: StoreToday }) {
  const { tasks } = today
  const act = useAct()
  const sold = new Map(today.staff.map((one) => [one.staff_id, one.credited_fen]))
  const busy = tasks.associates.filter(({ open }) => open > 0)
  return (
    <>
      <div className="goal">
        <div className="goal-top">
          <div>
            <p>{t('store.sales')}</p>
            <b>
              <Running fen={today.sales_fen} />
            </b>
            <small className="num">
              {t('store.orders', { n: today.orders, c: today.customers })}
            </small>
          </div>
        </div>
        <dl>
          <div>
            <dt>{t('store.unsent')}</dt>
            <dd className={tasks.open ? 'warm num' : 'num'}>{tasks.open}</dd>
          </div>
          <div>
            <dt>{t('store.awaiting')}</dt>
            <dd className="num">{tasks.awaiting}</dd>
          </div>
          <div>
            <dt>{t('store.sent')}</dt>
            <dd className="num">{tasks.sent}</dd>
          </div>
        </dl>
      </div>
      <section className="inset">
        <div className="between">
          <h2>{t('store.staff')}</h2>
          {busy.length > 1 && (
            <button
              type="button"
              className="soft"
              disabled={act.isBusy}
              onClick={() => void act.urge({ unit: today.code })}
            >
              <Icon name="bell" size={16} />
              {t('store.urge_all')}
            </button>
          )}
        </div>
        {tasks.associates.length === 0 && <None icon="book">{t('store.nobody')}</None>}
        {tasks.associates.map((one) => (
          <Associate
            key={one.staff_id}
            one={one}
            soldFen={sold.get(one.staff_id) ?? 0}
            others={tasks.associates}
            act={act}
          />
        ))}
        <Reviews unit={today.code} />
      </section>
    </>
  )
}

function useAct() {
  const [isBusy, setBusy] = useState(false)
  const run = async <A,>(work: () => Promise<A>, say: (answer: A) => string) => {
    setBusy(true)
    try {
      toast(say(await work()))
    } catch (error) {
      failed(error)
    } finally {
      setBusy(false)
      freshen(['/v1/stores/{unit_id}/today', '/v1/tasks'])
    }
  }
  return {
    isBusy,
    urge: (whom: { staff: string } | { unit: string }) =>
      run(
        () => tell<{ urged: string[] }>('POST', '/v1/tasks/urge', whom, newKey()),
        ({ urged }) =>
          urged.length ? t('store.urge_done', { n: urged.length }) : t('store.urge_skipped'),
      ),
    reassign: (from: string, to: string) =>
      run(
        () =>
          tell<{ moved: number }>('POST', '/v1/tasks/reassign', { from_staff: from, to_staff: to }),
        ({ moved }) => t('store.reassigned', { n: moved }),
      ),
    setAway: (one: StaffTasks, isAway: boolean) =>
      run(
        () => tell('PATCH', `/v1/staff/${one.staff_id}/away`, { is_away: isAway }),
        () => t(isAway ? 'store.away_done' : 'store.back_done', { name: one.name }),
      ),
  }
}

type Act = ReturnType<typeof useAct>

function Associate(props: { one: StaffTasks; soldFen: number; others: StaffTasks[]; act: Act }) {
  const { one, soldFen, act } = props
  const [isChoosing, setChoosing] = useState(false)
  const all = one.open + one.awaiting + one.sent
  return (
    <article className={one.is_away ? 'staff away' : 'staff'}>
      <header>
        <Face name={one.name} />
        <span>
          <b>{one.name}</b>
          <small>
            {one.is_away
              ? t('store.away')
              : one.open
                ? t('store.left', { n: one.open })
                : t('store.clear')}
            {one.urged_at && one.open > 0 && ` · ${t('store.urged', { ago: ago(one.urged_at) })}`}
            {soldFen > 0 && ` · ${t('store.credited', { paid: yuan(soldFen) })}`}
          </small>
        </span>
        <em className="num">
          {one.sent}
          <small>/{all}</small>
        </em>
      </header>
      <div className="meter" aria-hidden="true">
        {one.sent > 0 && <i style={{ flexGrow: one.sent }} />}
        {one.awaiting > 0 && <i className="awaiting" style={{ flexGrow: one.awaiting }} />}
        {(one.open > 0 || all === 0) && (
          <i className="rest" style={{ flexGrow: Math.max(one.open, 1) }} />
        )}
      </div>
      <footer>
        {one.open > 0 && !one.is_away && (
          <button
            type="button"
            disabled={act.isBusy}
            onClick={() => void act.urge({ staff: one.staff_id })}
          >
            {t('store.urge')}
          </button>
        )}
        {one.open > 0 && (
          <button
            type="button"
            className={one.is_away ? 'warm' : ''}
            disabled={act.isBusy}
            onClick={() => setChoosing(true)}
          >
            {t('store.reassign')}
          </button>
        )}
        <button
          type="button"
          disabled={act.isBusy}
          onClick={() => void act.setAway(one, !one.is_away)}
        >
          {t(one.is_away ? 'store.set_back' : 'store.set_away')}
        </button>
      </footer>
      {isChoosing && <Colleagues {...props} close={() => setChoosing(false)} />}
    </article>
  )
}

function Colleagues(props: { one: StaffTasks; others: StaffTasks[]; act: Act; close: () => void }) {
  const { one, act, close } = props
  const present = props.others
    .filter((other) => other.staff_id !== one.staff_id && !other.is_away)
    .sort((a, b) => a.open - b.open)
  return (
    <Sheet title={t('store.reassign_to', { name: one.name, n: one.open })} close={close}>
      {present.length === 0 && <None icon="book">{t('store.nobody')}</None>}
      <div className="choices">
        {present.map((other) => (
          <button
            type="button"
            key={other.staff_id}
            onClick={() => {
              close()
              void act.reassign(one.staff_id, other.staff_id)
            }}
          >
            <Face name={other.name} size={32} />
            <span>{other.name}</span>
            <small className="quiet">{t('store.left', { n: other.open })}</small>
          </button>
        ))}
      </div>
    </Sheet>
  )
}
