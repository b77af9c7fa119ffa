import { useEffect, useState, type FormEvent } from 'react'
import { keptKit, refreshKit } from '../counter/kit'
import { Outbox } from '../counter/Outbox'
import { Result } from '../counter/Result'
import { canScan, Scanner } from '../counter/Scanner'
import { useSync } from '../counter/sync'
import { take, type Outcome } from '../counter/take'
import { Visitor } from '../counter/Visitor'
import { Icon } from '../parts/icons'
import { useMe } from '../session'
import { t } from '../words'

const KIT_EVERY_MS = 10 * 60_000

/** The counter: scan a customer's code or a coupon, with or without a network. */
export function CounterScreen() {
  const me = useMe()
  const [typed, setTyped] = useState('')
  const [isScanning, setScanning] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const hasKit = useKit()
  useSync()
  const present = async (text: string) => {
    setScanning(false)
    setBusy(true)
    setOutcome(await take(text, me).finally(() => setBusy(false)))
    setTyped('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() && !isBusy) void present(typed)
  }
  const clear = () => setOutcome(null)
  return (
    <>
      <h1 className="head">{t('counter.title')}</h1>
      <div className="inset counter">
        {outcome ? (
          <Result outcome={outcome} clear={clear} />
        ) : (
          canScan() && (
            <button type="button" className="scan" onClick={() => setScanning(true)}>
              <Icon name="scan" size={44} />
              <b>{t('counter.scan')}</b>
              <small>{t('counter.scan_note')}</small>
            </button>
          )
        )}
        {outcome?.kind === 'visitor' && (
          <Visitor
            visitor={outcome.visitor}
            changed={(visitor) => setOutcome({ kind: 'visitor', visitor })}
            isBusy={isBusy}
            redeem={(code) => void present(code)}
            close={clear}
          />
        )}
        {!outcome && (
          <form className="typed" onSubmit={submit}>
            <input
              value={typed}
              placeholder={t('counter.type')}
              aria-label={t('counter.type')}
              autoCapitalize="characters"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
            <button type="submit" className="big" disabled={isBusy || !typed.trim()}>
              {isBusy ? <i className="spin" /> : t('counter.confirm')}
            </button>
          </form>
        )}
        <Outbox />
        <p className="quiet ready">{t(hasKit ? 'counter.ready' : 'counter.not_ready')}</p>
      </div>
      {isScanning && (
        <Scanner seen={(text) => void present(text)} close={() => setScanning(false)} />
      )}
    </>
  )
}

/** Keeps what is needed without a network fresh while there is one. */
function useKit(): boolean {
  const [hasKit, setKit] = useState(() => keptKit() !== null)
  useEffect(() => {
    const run = () =>
      void refreshKit()
        .then(() => setKit(true))
        .catch(() => undefined)
    run()
    const timer = window.setInterval(run, KIT_EVERY_MS)
    return () => window.clearInterval(timer)
  }, [])
  return hasKit && Boolean(window.crypto?.subtle)
}
