import { useEffect, useState } from 'react'
import { yuan } from '../format'
import { failed, toast } from '../parts/small'
import { Icon } from '../parts/icons'
import { t } from '../words'
import type { Outcome, Undo } from './take'

/** What happened, large enough to be read across the counter. */
export function Result({ outcome, clear }: { outcome: Outcome; clear: () => void }) {
  if (outcome.kind === 'visitor') return null
  if (outcome.kind === 'refused')
    return (
      <section className="result no" role="alert">
        <span>
          <Icon name="close" size={34} />
        </span>
        <b>{t('counter.refused')}</b>
        <p>{outcome.why}</p>
        <button type="button" className="soft" onClick={clear}>
          {t('counter.next')}
        </button>
      </section>
    )
  const isKept = outcome.kind === 'kept'
  return (
    <section className={isKept ? 'result kept' : 'result yes'} role="status">
      <span>
        <Icon name={isKept ? 'clock' : 'check'} size={34} />
      </span>
      <b>{t(isKept ? 'counter.kept' : 'counter.done')}</b>
      <h3>{outcome.name}</h3>
      <p>{outcome.sentence}</p>
      {outcome.kind === 'done' && outcome.offFen !== null && (
        <em className="num">−{yuan(outcome.offFen)}</em>
      )}
      {isKept && <small>{t('counter.kept_note')}</small>}
      <footer>
        <Back undo={outcome.undo} done={clear} />
        <button type="button" className="soft" onClick={clear}>
          {t('counter.next')}
        </button>
      </footer>
    </section>
  )
}

function Back({ undo, done }: { undo: Undo; done: () => void }) {
  const [now, setNow] = useState(Date.now)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000)
    return () => window.clearInterval(timer)
  }, [])
  const left = Math.ceil((undo.until - now) / 1000)
  if (left <= 0) return null
  const back = async () => {
    setBusy(true)
    try {
      await undo.back()
      toast(t('counter.undone'))
      done()
    } catch (error) {
      failed(error)
      setBusy(false)
    }
  }
  return (
    <button type="button" className="soft num" disabled={isBusy} onClick={() => void back()}>
      {t('counter.undo', { n: left })}
    </button>
  )
}
