import { useState } from 'react'
import { moment } from '../format'
import { failed, toast } from '../parts/small'
import { t } from '../words'
import { useOutbox } from './outbox'
import { sync } from './sync'

const SHOWN_MAX = 12

/** What this phone redeemed without a network, and what the server made of each. */
export function Outbox() {
  const kept = useOutbox()
  const [isBusy, setBusy] = useState(false)
  if (kept.length === 0) return null
  const left = kept.filter(({ state }) => state === 'waiting').length
  const push = async () => {
    setBusy(true)
    try {
      if (!(await sync())) toast(t('counter.still_offline'))
    } catch (error) {
      failed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="outbox">
      <h2>
        {t('counter.outbox')}
        {left > 0 && (
          <button type="button" className="soft" disabled={isBusy} onClick={() => void push()}>
            {t('counter.sync', { n: left })}
          </button>
        )}
      </h2>
      <ul className="rows">
        {kept.slice(0, SHOWN_MAX).map((one) => (
          <li key={one.key} className={one.state}>
            <span>
              <b>{one.name}</b>
              <small className="num">
                {moment(one.used_at)} · {one.code.slice(-4)}
                {one.detail && ` · ${one.detail}`}
              </small>
            </span>
            <em>{t(`counter.state.${one.state}`)}</em>
          </li>
        ))}
      </ul>
    </section>
  )
}
