import { App, Button, Skeleton, Tag, Tooltip } from 'antd'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { useRead, write } from '@/client/query'
import type { Cart, Priced } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go, usePlace } from '@/shell/router'
import { useMe } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { yuan } from '@/ui/format'
import { Fault, Nothing, Panel } from '@/ui/page'
import { addressOf, askedOf, cartOf, wished, withMore, type Asked } from './asked'
import { AskedForm } from './AskedForm'
import { Receipt } from './Receipt'
import { UnusedList } from './Unused'
import './offer.css'

/** What a cart costs somebody, somewhere, at a moment: the cheapest way to buy it, as a receipt. */
export function Sandbox() {
  const { t } = useTranslation()
  const me = useMe()
  const { query } = usePlace()
  const asked = useMemo(() => askedOf(query), [query])
  const change = (next: Asked) => go(addressOf(next), { isReplacing: true })
  const cart = useMemo(() => cartOf(asked, me.unit.code), [asked, me.unit.code])
  const still = useDebounced(JSON.stringify(cart), 300)
  const best = useQuery({
    queryKey: ['/v1/offers/best', still],
    queryFn: ({ signal }) =>
      write(
        { to: 'POST /v1/offers/best', body: { ...(JSON.parse(still) as Cart), budget_ms: 300 } },
        signal,
      ),
    enabled: (JSON.parse(still) as Cart).lines.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const wish = (id: string, next: 'pinned' | 'refused' | null) => change(wished(asked, id, next))
  return (
    <div className="cols-sandbox">
      <div className="stack">
        <AskedForm asked={asked} change={change} />
        {asked.lines.length > 0 && (
          <More cart={still} add={(sku, pieces) => change(withMore(asked, sku, pieces))} />
        )}
      </div>
      {asked.lines.length === 0 ? (
        <Panel>
          <Nothing title={t('offer.sandbox_empty')} hint={t('offer.sandbox_empty_hint')} />
        </Panel>
      ) : (
        <div className={`stack ${best.isPlaceholderData ? 'stale-view' : ''}`} aria-live="polite">
          {best.error ? (
            <Refused error={best.error} asked={asked} change={change} />
          ) : best.data ? (
            <Answered priced={best.data} asked={asked} cart={cart} wish={wish} />
          ) : (
            <Panel>
              <Skeleton active title={false} paragraph={{ rows: 8 }} />
            </Panel>
          )}
        </div>
      )}
    </div>
  )
}

function Answered({
  priced,
  asked,
  cart,
  wish,
}: {
  priced: Priced
  asked: Asked
  cart: Cart
  wish: (id: string, wish: 'pinned' | 'refused' | null) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <Receipt
        bill={priced}
        head={<Head priced={priced} unit={cart.unit} />}
        foot={<Foot priced={priced} />}
        turn={{ pinned: asked.pinned, wish }}
      />
      <div className="row">
        <Copy text={window.location.href} label={t('offer.copy_link')} />
        <Copy text={JSON.stringify(cart, null, 2)} label={t('offer.copy_asked')} />
        <Copy text={JSON.stringify(priced, null, 2)} label={t('offer.copy_answer')} />
        <small className="quiet">{t('offer.copy_hint')}</small>
      </div>
      <Panel title={t('offer.unused')}>
        <UnusedList unused={priced.unused} pinned={asked.pinned} wish={wish} />
      </Panel>
    </>
  )
}

function Head({ priced, unit }: { priced: Priced; unit: string }) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const { rows } = useCustomersOf(priced.customer_id ? [priced.customer_id] : [])
  const row = priced.customer_id ? rows.get(priced.customer_id) : undefined
  return (
    <>
      <b>{units.data?.items.find((one) => one.code === unit)?.name ?? unit}</b>
      <div className="quiet num">
        {dayjs(priced.at).format('YYYY-MM-DD HH:mm')} ·{' '}
        {priced.customer_id
          ? row
            ? (row.name ?? `#${row.ordinal}`)
            : '…'
          : t('offer.nobody_known')}
      </div>
    </>
  )
}

/** Whether it is proven, and what points and stored value could pay of it. */
function Foot({ priced }: { priced: Priced }) {
  const { t } = useTranslation()
  const { payment } = priced
  return (
    <>
      <Tooltip title={t(priced.proven ? 'offer.proven_hint' : 'offer.unproven_hint')}>
        <Tag color={priced.proven ? 'green' : 'orange'}>
          {priced.proven
            ? t('offer.proven')
            : t('offer.unproven', { gap: yuan(priced.gap_fen ?? 0) })}
        </Tag>
      </Tooltip>
      {payment && (payment.points.usable_fen > 0 || payment.stored.usable_fen > 0) && (
        <dl className="receipt-sums">
          {payment.points.usable_fen > 0 && (
            <>
              <dt>{t('offer.by_points', { points: payment.points.usable })}</dt>
              <dd className="num">{yuan(payment.points.usable_fen)}</dd>
            </>
          )}
          {payment.stored.usable_fen > 0 && (
            <>
              <dt>{t('offer.by_stored')}</dt>
              <dd className="num">{yuan(payment.stored.usable_fen)}</dd>
            </>
          )}
          <dt>{t('offer.by_rest')}</dt>
          <dd className="num">{yuan(payment.rest_fen)}</dd>
        </dl>
      )}
    </>
  )
}

/** A wish that cannot be kept is taken back with one button. */
function Refused({
  error,
  asked,
  change,
}: {
  error: Error
  asked: Asked
  change: (asked: Asked) => void
}) {
  const { t } = useTranslation()
  const hasWish = asked.pinned.length + asked.refused.length > 0
  return (
    <Panel>
      <Fault error={error} />
      {hasWish && (
        <Button className="verdict" onClick={() => change({ ...asked, pinned: [], refused: [] })}>
          {t('offer.forget_wishes')}
        </Button>
      )}
    </Panel>
  )
}

/** What is one step away: a little more of which product, and what that changes. */
function More({ cart, add }: { cart: string; add: (sku: string, pieces: number) => void }) {
  const { t, i18n } = useTranslation()
  const body = JSON.parse(cart) as Cart
  const { pinned: _pinned, refused: _refused, ...plain } = body
  const more = useQuery({
    queryKey: ['/v1/offers/suggest', plain],
    queryFn: ({ signal }) => write({ to: 'POST /v1/offers/suggest', body: plain }, signal),
    enabled: body.lines.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (more.error || !more.data) return null
  return (
    <Panel title={t('offer.one_step')}>
      {more.data.suggestions.length === 0 ? (
        <p className="quiet">{t('offer.no_step')}</p>
      ) : (
        <ul className="why-list">
          {more.data.suggestions.map((one) => (
            <li key={one.id}>
              <div>{i18n.language === 'en' ? one.en : one.zh}</div>
              <Button type="link" size="small" onClick={() => add(one.sku, one.pieces)}>
                {t('offer.add_it')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** Copied; where the browser has no clipboard (plain http) shown to be copied by hand. */
function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const clipboard = navigator.clipboard as Clipboard | undefined
  return (
    <Button
      size="small"
      onClick={() => {
        if (clipboard) void clipboard.writeText(text).then(() => showDone(t('ui.copied')))
        else modal.info({ title: label, content: <pre className="copied">{text}</pre>, width: 640 })
      }}
    >
      {label}
    </Button>
  )
}
