import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button, Popover, Segmented, Skeleton } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Offer } from '@/client/types'
import { go, Link, useFilters } from '@/shell/router'
import { Fault, Nothing, Panel } from '@/ui/page'
import { barOf, meetingsOf, type Bar, type Meeting, type Relation } from './calendar'
import { families, wholeOf } from './document'
import './offer.css'

const relations: Relation[] = ['together', 'one_each', 'apart']

interface Row {
  offer: Offer
  bar: Bar
}

/** Offers over a month or a quarter, by kind or by store; those that meet are marked. */
export function Calendar() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const months = get('span') === 'quarter' ? 3 : 1
  const by = get('by') === 'unit' ? 'unit' : 'kind'
  const from = useMemo(() => dayjs(get('from') ?? undefined).startOf('month'), [get])
  const until = from.add(months, 'month')
  const chosen = get('offer')
  const [pointed, setPointed] = useState<string | null>(null)
  const { offers, isLoading, error, refetch } = useAll()
  const units = useRead('/v1/units')
  const paths = useMemo(
    () => new Map(units.data?.items.map((unit) => [unit.code, unit.path])),
    [units.data],
  )
  const rows = offers.flatMap((offer): Row[] => {
    const bar = barOf(offer, from, until)
    return bar ? [{ offer, bar }] : []
  })
  const shown = rows.map((row) => row.offer)
  const looked = shown.find((one) => one.id === (pointed ?? chosen))
  const beside = new Map(
    (looked ? meetingsOf(looked, shown, paths) : []).map((one) => [one.offer.id, one.relation]),
  )
  const turn = (by: number) => set({ from: from.add(by * months, 'month').format('YYYY-MM-DD') })
  if (error) return <Fault error={error} again={refetch} />
  return (
    <Panel>
      <div className="filters between">
        <div className="row">
          <Button
            icon={<LeftOutlined />}
            aria-label={t('offer.earlier')}
            onClick={() => turn(-1)}
          />
          <b className="num calendar-title">
            {from.format('YYYY-MM')}
            {months > 1 && ` – ${until.subtract(1, 'day').format('YYYY-MM')}`}
          </b>
          <Button icon={<RightOutlined />} aria-label={t('offer.later')} onClick={() => turn(1)} />
          <Button type="text" onClick={() => set({ from: undefined })}>
            {t('offer.this_month')}
          </Button>
        </div>
        <div className="row">
          <Segmented
            value={by}
            onChange={(next) => set({ by: next === 'kind' ? undefined : next })}
            options={[
              { value: 'kind', label: t('offer.by_kind') },
              { value: 'unit', label: t('offer.by_unit') },
            ]}
          />
          <Segmented
            value={months === 3 ? 'quarter' : 'month'}
            onChange={(next) => set({ span: next === 'month' ? undefined : next })}
            options={[
              { value: 'month', label: t('offer.month') },
              { value: 'quarter', label: t('offer.quarter') },
            ]}
          />
        </div>
      </div>
      <p className="calendar-legend quiet">
        {t('offer.calendar_hint')}
        {relations.map((relation) => (
          <span key={relation}>
            <i className={relation} /> {t(`offer.relation_${relation}`)}
          </span>
        ))}
      </p>
      {isLoading ? (
        <Skeleton active title={false} paragraph={{ rows: 8 }} />
      ) : rows.length === 0 ? (
        <Nothing title={t('offer.calendar_empty')} hint={t('offer.calendar_empty_hint')} />
      ) : (
        <div className="calendar">
          <Scale from={from} until={until} />
          {groupsOf(rows, by, units.data?.items ?? []).map((group) => (
            <section key={group.key}>
              <h3>
                {group.name ??
                  t(group.key === 'all' ? 'coupon.all_units' : `offer.family_${group.key}`)}
              </h3>
              {group.rows.map(({ offer, bar }) => (
                <Line
                  key={offer.id}
                  offer={offer}
                  bar={bar}
                  relation={beside.get(offer.id)}
                  isLooked={looked?.id === offer.id}
                  meetings={meetingsOf(offer, shown, paths)}
                  point={setPointed}
                />
              ))}
            </section>
          ))}
          <Today from={from} until={until} />
        </div>
      )}
    </Panel>
  )
}

/** Every offer that is not over, page after page. */
function useAll() {
  const pages = usePages('/v1/offers', { query: { limit: 200 } })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return {
    offers: pages.items.filter((offer) => offer.state !== 'ended'),
    isLoading: pages.isLoading || hasNextPage,
    error: pages.items.length === 0 ? pages.error : null,
    refetch: () => void pages.refetch(),
  }
}

interface Group {
  key: string
  name?: string
  rows: Row[]
}

function groupsOf(
  rows: Row[],
  by: 'kind' | 'unit',
  units: { code: string; name: string }[],
): Group[] {
  if (by === 'kind')
    return families
      .map((key) => ({ key, rows: rows.filter((row) => row.offer.document.terms.kind === key) }))
      .filter((group) => group.rows.length > 0)
  const isOf = (row: Row, code: string) => wholeOf(row.offer.document).units.includes(code)
  return [
    { key: 'all', rows: rows.filter((row) => wholeOf(row.offer.document).units.length === 0) },
    ...units.map((unit) => ({
      key: unit.code,
      name: unit.name,
      rows: rows.filter((row) => isOf(row, unit.code)),
    })),
  ].filter((group) => group.rows.length > 0)
}

function Scale({ from, until }: { from: dayjs.Dayjs; until: dayjs.Dayjs }) {
  const days = until.diff(from, 'day')
  const step = days > 40 ? 7 : 1
  const marks = Array.from({ length: Math.ceil(days / step) }, (_, at) =>
    from.add(at * step, 'day'),
  )
  return (
    <div className="calendar-scale num" aria-hidden="true">
      {marks.map((day) => (
        <span
          key={day.valueOf()}
          className={step === 1 && [0, 6].includes(day.day()) ? 'rest' : ''}
          style={{ width: `${(Math.min(step, until.diff(day, 'day')) / days) * 100}%` }}
        >
          {step === 1 ? day.date() : day.format('M-D')}
        </span>
      ))}
    </div>
  )
}

function Today({ from, until }: { from: dayjs.Dayjs; until: dayjs.Dayjs }) {
  const { t } = useTranslation()
  const share = dayjs().diff(from) / until.diff(from)
  if (share < 0 || share > 1) return null
  return (
    <div className="calendar-now" aria-hidden="true">
      <i style={{ left: `${share * 100}%` }} title={t('offer.now')} />
    </div>
  )
}

function Line({
  offer,
  bar,
  relation,
  isLooked,
  meetings,
  point,
}: {
  offer: Offer
  bar: Bar
  relation: Relation | undefined
  isLooked: boolean
  meetings: Meeting[]
  point: (id: string | null) => void
}) {
  const { t, i18n } = useTranslation()
  const said = i18n.language === 'en' ? offer.sentence.en : offer.sentence.zh
  return (
    <div
      className={`calendar-line ${isLooked ? 'looked' : ''}`}
      onMouseEnter={() => point(offer.id)}
      onMouseLeave={() => point(null)}
    >
      <div className="calendar-name">
        <Link to={`/offers/${offer.id}`} title={said}>
          {offer.document.name}
        </Link>
        <Meetings of={meetings} name={offer.document.name} />
      </div>
      <div className="calendar-track">
        <button
          type="button"
          className={[
            'calendar-bar',
            offer.document.terms.kind,
            offer.state,
            relation ?? '',
            bar.startsBefore ? 'from-before' : '',
            bar.endsAfter ? 'goes-on' : '',
          ].join(' ')}
          style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
          title={`${said}${offer.state === 'published' ? '' : ` · ${t(`offer.state_${offer.state}`)}`}`}
          aria-label={t('offer.open', { name: offer.document.name })}
          onFocus={() => point(offer.id)}
          onBlur={() => point(null)}
          onClick={() => go(`/offers/${offer.id}`)}
        >
          <span>
            {offer.state !== 'published' && `${t(`offer.state_${offer.state}`)} · `}
            {said}
          </span>
        </button>
      </div>
    </div>
  )
}

/** With how many it meets; opened, with which, and whether they go together. */
function Meetings({ of, name }: { of: Meeting[]; name: string }) {
  const { t } = useTranslation()
  if (of.length === 0) return null
  return (
    <Popover
      trigger="click"
      title={t('offer.meets', { name })}
      content={
        <div className="calendar-meetings">
          {relations
            .map((relation) => ({ relation, met: of.filter((one) => one.relation === relation) }))
            .filter(({ met }) => met.length > 0)
            .map(({ relation, met }) => (
              <section key={relation}>
                <b>
                  <i className={relation} /> {t(`offer.relation_${relation}`)}
                </b>
                <small className="quiet">{t(`offer.relation_${relation}_hint`)}</small>
                <ul>
                  {met.map((one) => (
                    <li key={one.offer.id}>
                      <Link to={`/offers/${one.offer.id}`}>{one.offer.document.name}</Link>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
        </div>
      }
    >
      <button type="button" className="calendar-count num">
        {t('offer.meets_count', { count: of.length })}
      </button>
    </Popover>
  )
}
