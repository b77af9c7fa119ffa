import { useEffect, useState } from 'react'
import { useArrivals, type Arrival } from '../feed'
import { ago, yuan } from '../format'
import { useName } from '../reads'
import { t } from '../words'
import { Face, Say } from './small'

const SHOWN_MS = 7_000
const FRESH_MS = 60_000

/** `李** 刚刚买了 ¥86.50，提成 +¥2.60`, or what a refund took back. */
export function ArrivalLine({ line, isLive }: { line: Arrival; isLive: boolean }) {
  const name = useName(line.customer) ?? t('app.somebody')
  const isRefund = line.amountFen < 0
  const [isFresh, setFresh] = useState(isLive && Date.now() - Date.parse(line.at) < FRESH_MS)
  useEffect(() => {
    const timer = window.setTimeout(() => setFresh(false), FRESH_MS)
    return () => window.clearTimeout(timer)
  }, [])
  const commission = (
    <b className={isRefund ? 'loss num' : 'gain num'}>
      {isRefund ? '' : '+'}
      {yuan(line.amountFen)}
    </b>
  )
  return (
    <li className={`${isLive ? 'live' : ''} ${isRefund ? 'refund' : ''}`}>
      <Face name={name} size={30} />
      <p>
        {isRefund ? (
          <Say k="feed.refund" name={name} commission={commission} />
        ) : (
          <Say
            k={isFresh ? 'feed.bought_now' : 'feed.bought'}
            name={name}
            paid={<b className="num">{yuan(line.paidFen)}</b>}
            commission={commission}
          />
        )}
      </p>
      <small>{ago(line.at)}</small>
    </li>
  )
}

/** On pages without the list of arrivals, a sale comes in from above and goes again. */
export function Arrived() {
  const [latest] = useArrivals()
  const [gone, setGone] = useState<string | undefined>(latest?.key)
  const key = latest?.key
  useEffect(() => {
    if (key === undefined) return
    const timer = window.setTimeout(() => setGone(key), SHOWN_MS)
    return () => window.clearTimeout(timer)
  }, [key])
  if (!latest || gone === latest.key) return null
  return (
    <ol className="arrivals arrived" role="status">
      <ArrivalLine key={latest.key} line={latest} isLive />
    </ol>
  )
}
