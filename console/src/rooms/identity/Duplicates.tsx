import { ReloadOutlined } from '@ant-design/icons'
import { App, Button, Progress, Skeleton, Tag, Tooltip } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead, useWrite } from '@/client/query'
import type { ItemOf } from '@/client/reads'
import type { CustomerRow } from '@/client/types'
import { percent } from '@/ui/format'
import { Answer, Fault, Nothing, Panel } from '@/ui/page'
import { Tags } from '@/ui/tag'
import { Ago } from '@/ui/time'
import './review.css'

type Suggestion = ItemOf<'/v1/identity/suggestions'>
type Verb = 'accept' | 'reject' | 'undo'

const touched = [
  '/v1/identity/suggestions',
  '/v1/identity/review',
  '/v1/customers/{customer_id}',
  '/v1/customers',
] as const

/** Two cards side by side: one person or two? j and k move, m merges, n keeps apart, u takes back. */
export function Duplicates() {
  const { t } = useTranslation()
  const pages = usePages('/v1/identity/suggestions', { query: { limit: 20 } })
  const { rows } = useCustomersOf(pages.items.flatMap((one) => [one.one_id, one.other_id]))
  const { decide, undoLast, isBusy } = useDecisions()
  const [at, setAt] = useState(0)
  const items = pages.items
  const here = Math.min(at, Math.max(items.length - 1, 0))
  const current = items[here]

  const press = useCallback(
    (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, [role=dialog]')
      if (typing || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.key === 'j') setAt(Math.min(here + 1, items.length - 1))
      else if (event.key === 'k') setAt(Math.max(here - 1, 0))
      else if (event.key === 'u') undoLast()
      else if (current && !isBusy && event.key === 'm') decide('accept', current)
      else if (current && !isBusy && event.key === 'n') decide('reject', current)
    },
    [here, items.length, current, decide, undoLast, isBusy],
  )
  useEffect(() => {
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [press])

  return (
    <div className="stack">
      <ReviewState />
      {pages.error ? (
        <Fault error={pages.error} again={() => void pages.refetch()} />
      ) : pages.isLoading ? (
        <Skeleton active />
      ) : items.length === 0 ? (
        <Panel>
          <Nothing title={t('identity.no_duplicates')} hint={t('identity.no_duplicates_hint')} />
        </Panel>
      ) : (
        <>
          <p className="quiet duplicate-keys">{t('identity.keys')}</p>
          <ol className="duplicates">
            {items.map((one, place) => (
              <Pair
                key={one.id}
                one={one}
                rows={rows}
                isHere={place === here}
                isBusy={isBusy}
                focus={() => setAt(place)}
                decide={decide}
              />
            ))}
          </ol>
          {pages.hasNextPage && (
            <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('ui.more')}
            </Button>
          )}
        </>
      )}
    </div>
  )
}

/** Decisions with a toast that takes the last one back. */
function useDecisions() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [last, setLast] = useState<string | null>(null)
  const { mutateAsync, isPending } = useWrite([...touched])
  const send = useCallback(
    (verb: Verb, id: string) =>
      mutateAsync({ to: `POST /v1/identity/suggestions/{suggestion_id}/${verb}`, id }),
    [mutateAsync],
  )
  const undo = useCallback(
    (id: string) => {
      setLast(null)
      message.destroy(id)
      void send('undo', id)
        .then(() => message.success(t('identity.taken_back')))
        .catch(() => undefined)
    },
    [message, send, t],
  )
  const decide = useCallback(
    (verb: 'accept' | 'reject', one: Suggestion) => {
      void send(verb, one.id)
        .then(() => {
          setLast(one.id)
          message.open({
            type: 'success',
            key: one.id,
            duration: 6,
            content: (
              <>
                {t(verb === 'accept' ? 'identity.was_merged' : 'identity.was_kept_apart')}
                <Button type="link" size="small" onClick={() => undo(one.id)}>
                  {t('identity.take_back')}
                </Button>
              </>
            ),
          })
        })
        .catch(() => undefined)
    },
    [message, send, t, undo],
  )
  const undoLast = useCallback(() => {
    if (last) undo(last)
  }, [last, undo])
  return { decide, undoLast, isBusy: isPending }
}

function Pair({
  one,
  rows,
  isHere,
  isBusy,
  focus,
  decide,
}: {
  one: Suggestion
  rows: Map<string, CustomerRow>
  isHere: boolean
  isBusy: boolean
  focus: () => void
  decide: (verb: 'accept' | 'reject', one: Suggestion) => void
}) {
  const { t, i18n } = useTranslation()
  const frame = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isHere) frame.current?.scrollIntoView({ block: 'nearest' })
  }, [isHere])
  return (
    <li
      ref={frame}
      className={`panel duplicate ${isHere ? 'duplicate-here' : ''}`}
      aria-current={isHere}
      onClick={focus}
    >
      <div className="duplicate-two">
        <Card row={rows.get(one.one_id)} id={one.one_id} />
        <span className="duplicate-or" aria-hidden>
          ≟
        </span>
        <Card row={rows.get(one.other_id)} id={one.other_id} />
      </div>
      <ul className="agreements">
        {one.agreements.map((said) => (
          <li key={said.field} className={`agreement agreement-${said.strength}`}>
            <span>{i18n.language === 'en' ? said.en : said.zh}</span>
            <small>{t(`identity.strength_${said.strength}`)}</small>
          </li>
        ))}
      </ul>
      <div className="row between duplicate-foot">
        <Tooltip title={t('identity.likely_hint')}>
          <span className="quiet num">
            {t('identity.likely', { share: likelihood(one.probability_bp) })}
          </span>
        </Tooltip>
        <div className="row">
          <Button disabled={isBusy} onClick={() => decide('reject', one)}>
            {t('identity.two_people')}
          </Button>
          <Button type="primary" disabled={isBusy} onClick={() => decide('accept', one)}>
            {t('identity.merge')}
          </Button>
        </div>
      </div>
    </li>
  )
}

function Card({ row, id }: { row: CustomerRow | undefined; id: string }) {
  const { t } = useTranslation()
  if (!row) return <Skeleton active title={false} paragraph={{ rows: 3 }} />
  const facts = [
    [t('identity.phone'), row.phone],
    [t('identity.home'), row.home_unit?.name],
    [t('identity.associate'), row.associate?.name],
    [t('identity.joined'), row.joined_on],
  ]
  return (
    <div className="duplicate-card">
      <a href={`#/customers/${id}`}>
        <b>{row.name ?? t('identity.nameless')}</b>
      </a>{' '}
      <small className="quiet num">#{row.ordinal}</small>
      {row.gender && <Tag>{t(`identity.gender_${row.gender}`)}</Tag>}
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="quiet">{name}</dt>
            <dd className="num">{value ?? '–'}</dd>
          </div>
        ))}
        <div>
          <dt className="quiet">{t('identity.seen')}</dt>
          <dd>
            <Ago at={row.last_seen_at} />
          </dd>
        </div>
      </dl>
      <Tags names={row.tags.slice(0, 4)} />
    </div>
  )
}

/** How far the comparison is, and how right suggestions proved to be. */
function ReviewState() {
  const { t } = useTranslation()
  const [isWaiting, setWaiting] = useState(false)
  const review = useRead('/v1/identity/review', { every: isWaiting ? 1_500 : false })
  const start = useWrite(['/v1/identity/review'])
  const state = review.data?.run?.state
  const isRunning = state === 'queued' || state === 'running'
  useEffect(() => setWaiting(isRunning), [isRunning])
  const refresh = usePages('/v1/identity/suggestions', { query: { limit: 20 } }).refetch
  useEffect(() => {
    if (state === 'done') void refresh()
  }, [state, refresh])
  return (
    <Panel
      title={t('identity.duplicates')}
      extra={
        <Button
          icon={<ReloadOutlined />}
          loading={isRunning || start.isPending}
          onClick={() =>
            void start
              .mutateAsync({ to: 'POST /v1/identity/suggestions/refresh' })
              .catch(() => undefined)
          }
        >
          {t('identity.compare')}
        </Button>
      }
    >
      <Answer of={review} rows={2}>
        {({ run, precision }) => (
          <>
            {isRunning && <Progress percent={state === 'running' ? 60 : 10} showInfo={false} />}
            <p className="quiet">
              {!run && t('identity.never_compared')}
              {run && isRunning && t('identity.comparing', { count: run.total })}
              {run && state === 'failed' && t('identity.compare_failed')}
              {run?.ended_at && state === 'done' && (
                <>
                  {t('identity.compared', { count: run.total })} <Ago at={run.ended_at} />
                </>
              )}
            </p>
            <ul className="bands">
              {precision
                .filter((band) => band.accepted + band.rejected > 0)
                .map((band) => (
                  <li key={band.from_bp}>
                    {t('identity.band', {
                      from: percent(band.from_bp / 10_000, 1),
                      right: band.accepted,
                      decided: band.accepted + band.rejected,
                      sure: percent(band.sure_bp / 10_000, 0),
                    })}{' '}
                    {band.is_automatic && <Tag color="green">{t('identity.automatic')}</Tag>}
                  </li>
                ))}
            </ul>
          </>
        )}
      </Answer>
    </Panel>
  )
}

/** Never certain: what rounds to all of it is told as above 99.9 %. */
function likelihood(bp: number): string {
  return bp >= 9_995 ? '> 99.9%' : percent(bp / 10_000, 1)
}
