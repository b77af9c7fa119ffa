import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { CustomerRow, Page } from '@/client/types'
import { ago, yuan } from '../format'
import { ask } from '../http'
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
  const book = useInfiniteQuery({
    queryKey: ['/v1/customers', 'book', q],
    queryFn: ({ pageParam, signal }) =>
      ask<Page<CustomerRow>>('/v1/customers', { q, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  })
  const people = book.data?.pages.flatMap((page) => page.items) ?? []
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
        {book.isPending && <Wait rows={6} />}
        {book.error && <Wrong error={book.error} again={() => void book.refetch()} />}
        {book.data && people.length === 0 && <None icon="search">{t('book.none')}</None>}
        <div className="rows">
          {book.data?.pages.map((page, index) => (
            <Rows key={index} people={page.items} />
          ))}
        </div>
        {book.hasNextPage && (
          <button
            type="button"
            className="link"
            disabled={book.isFetchingNextPage}
            onClick={() => void book.fetchNextPage()}
          >
            {t('book.more')}
          </button>
        )}
      </div>
    </>
  )
}

function Rows({ people }: { people: CustomerRow[] }) {
  const totals = useRead('/v1/totals', {
    query: { customers: people.map(({ id }) => id) },
    isOn: people.length > 0,
    staleMs: 30_000,
  })
  const known = new Map(totals.data?.items.map((one) => [one.customer_id, one]))
  return people.map((person) => (
    <Row key={person.id} person={person} totals={known.get(person.id)} />
  ))
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
        <small className="num">{person.phone ?? ''}</small>
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
