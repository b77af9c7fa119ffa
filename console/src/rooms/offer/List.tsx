import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { Offer } from '@/client/types'
import { go, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { count, yuan } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { families, kindOf, phaseOf, wholeOf } from './document'
import { StateTag } from './StateTag'
import { BudgetBar } from './Taken'
import { useTurn, verbsOf } from './Turns'
import './offer.css'
import { Search } from '@/ui/search'

const states: Offer['state'][] = ['published', 'draft', 'paused', 'ended']

/** All offers: what each says, when, and what orders took of it. */
export function OfferList({ create }: { create: ReactNode }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const [get, set] = useFilters()
  const [state, kind, q] = [get('state'), get('kind'), get('q')]
  const pages = usePages('/v1/offers', { query: { state, kind, q }, keep: true })
  const isFiltered = Boolean(state ?? kind ?? q)
  return (
    <Panel>
      <div className="filters">
        <div className="scroll-x">
          <Segmented
            value={state ?? 'all'}
            onChange={(next) => set({ state: next === 'all' ? undefined : next })}
            options={[
              { value: 'all', label: t('ui.all') },
              ...states.map((value) => ({ value, label: t(`offer.state_${value}`) })),
            ]}
          />
        </div>
        <Select
          className="filter"
          allowClear
          aria-label={t('offer.kind')}
          placeholder={t('offer.every_kind')}
          value={kind}
          onChange={(next?: string) => set({ kind: next })}
          options={families.map((value) => ({ value, label: t(`offer.family_${value}`) }))}
        />
        <Search
          label={t('offer.search')}
          className="offer-search"
          value={q ?? ''}
          change={(words) => set({ q: words || undefined })}
        />
      </div>
      <PagedTable<Offer>
        pages={pages}
        rowKey="id"
        empty={
          isFiltered ? (
            <Nothing title={t('offer.none_found')} hint={t('offer.none_found_hint')} />
          ) : (
            <Nothing title={t('offer.none_yet')} hint={t('offer.none_yet_hint')} action={create} />
          )
        }
        open={(row) => () => go(`/offers/${row.id}`)}
        columns={[
          {
            title: t('offer.name'),
            width: 190,
            render: (_, row) => (
              <>
                <b className="name">{row.document.name}</b>
                <div className="offer-tags">
                  <StateTag offer={row} />
                  <small className="quiet">{t(`offer.kind_${kindOf(row.document.terms)}`)}</small>
                </div>
              </>
            ),
          },
          {
            title: t('offer.means'),
            render: (_, row) => {
              const said = isEnglish ? row.sentence.en : row.sentence.zh
              return (
                <span className="quiet sentence" title={said}>
                  {said}
                </span>
              )
            },
          },
          { title: t('offer.when'), width: 150, render: (_, row) => <Times offer={row} /> },
          {
            title: t('offer.taken'),
            width: 210,
            render: (_, row) =>
              row.in_force === null ? (
                <span className="quiet">–</span>
              ) : (
                <>
                  <span className="num">
                    {t('offer.took', { orders: count(row.orders), fen: yuan(row.cost_fen) })}
                  </span>
                  <BudgetBar offer={row} />
                </>
              ),
          },
          { title: '', width: 48, render: (_, row) => <RowMenu offer={row} /> },
        ]}
      />
    </Panel>
  )
}

function Times({ offer }: { offer: Offer }) {
  const { t } = useTranslation()
  const { from_at: from, until_at: until } = wholeOf(offer.document).when
  const phase = phaseOf(offer, dayjs())
  return (
    <span className="num nowrap">
      {!from && !until && <span className="quiet">{t('offer.always')}</span>}
      {from && <div>{t('offer.since', { at: shortOf(from) })}</div>}
      {until && <div className="quiet">{t('offer.until', { at: shortOf(until) })}</div>}
      {offer.state === 'published' && phase !== 'within' && (
        <small className={phase === 'over' ? 'warm' : 'teal'}>{t(`offer.phase_${phase}`)}</small>
      )}
    </span>
  )
}

/** `12-01 08:00`; with the year where it is another one, without a clock at midnight. */
function shortOf(at: string): string {
  const then = dayjs(at)
  const day = then.format(then.year() === dayjs().year() ? 'MM-DD' : 'YYYY-MM-DD')
  return then.hour() + then.minute() === 0 ? day : `${day} ${then.format('HH:mm')}`
}

function RowMenu({ offer }: { offer: Offer }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useTurn(offer)
  const verbs = may('offer.publish') ? verbsOf(offer) : []
  const items = [
    ...(may('offer.edit') ? [{ key: 'copy', label: t('offer.duplicate') }] : []),
    { key: 'calendar', label: t('offer.see_calendar') },
    ...verbs.map((verb) => ({ key: verb, label: t(`offer.${verb}`), danger: verb === 'end' })),
  ]
  return (
    <span
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <Dropdown
        trigger={['click']}
        menu={{
          items,
          onClick: ({ key }) => {
            if (key === 'copy') go(`/offers/new?from=${offer.id}`)
            else if (key === 'calendar') go(`/offers/calendar?offer=${offer.id}`)
            else ask(key as (typeof verbs)[number])
          },
        }}
      >
        <Button
          type="text"
          size="small"
          icon={<MoreOutlined />}
          aria-label={t('offer.more_of', { name: offer.document.name })}
        />
      </Dropdown>
    </span>
  )
}
