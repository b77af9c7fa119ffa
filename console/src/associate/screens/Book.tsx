import { useDeferredValue, useState } from 'react'
import type { CustomerRow } from '@/client/types'
import { ago, yuan } from '../format'
import { Icon } from '../parts/icons'
import { Face, None, Wait, Wrong } from '../parts/small'
import { useRead } from '../reads'
import { useMe } from '../session'
import type { CustomerTotals } from '../types'
import { ours, t } from '../words'

const PAGE = 30

export function BookScreen() {
  const isAssociate = useMe().staff.role === 'associate'
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  return (
    <>
      <h1 className="head">{t(isAssociate ? 'book.title' : 'book.title_store')}</h1>
      <div className="inset">
        <label className="search">
          <Icon name="search" size={18} />
          <input
            type="search"
            value={typed}
            placeholder={t('book.search')}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <Rows q={q} />
      </div>
    </>
  )
}

/** One page of the book, and the next one below it when it is asked for. */
function Rows({ q, cursor }: { q: string; cursor?: string }) {
  const [isMore, setMore] = useState(false)
  const page = useRead('/v1/customers', { query: { q, limit: PAGE, cursor }, keep: true })
  const people = page.data?.items ?? []
  const totals = useRead('/v1/totals', {
    query: { customers: people.map(({ id }) => id) },
    isOn: people.length > 0,
    staleMs: 30_000,
    keep: true,
  })
  const known = new Map(totals.data?.items.map((one) => [one.customer_id, one]))
  const next = page.data?.next
  if (page.isPending) return <Wait rows={6} />
  if (page.error) return <Wrong error={page.error} again={page.again} />
  if (people.length === 0) return <None icon="search">{t('book.none')}</None>
  return (
    <>
      <div className="rows">
        {people.map((person) => (
          <Row key={person.id} person={person} totals={known.get(person.id)} />
        ))}
      </div>
      {next && !isMore && (
        <button type="button" className="link" onClick={() => setMore(true)}>
          {t('book.more')}
        </button>
      )}
      {next && isMore && <Rows key={next} q={q} cursor={next} />}
    </>
  )
}

function Row({ person, totals }: { person: CustomerRow; totals: CustomerTotals | undefined }) {
  return (
    <a className="person" href={`#/customer/${person.id}`}>
      <Face name={person.name} />
      <span>
        <b>
          {person.name ?? t('app.somebody')}
          {totals?.stage_zh && <em>{ours(totals.stage_zh, totals.stage_en)}</em>}
        </b>
        <small className="num">
          {person.phone ?? (totals && !totals.total ? t('task.never') : '')}
        </small>
      </span>
      {totals?.total && (
        <span className="right">
          <b className="num">{yuan(totals.total.paid_fen)}</b>
          <small>{ago(totals.total.last_paid_at)}</small>
        </span>
      )}
    </a>
  )
}
