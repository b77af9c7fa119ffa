import { Button, Progress, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { usePages, useRead } from '@/client/query'
import type { Coupon } from '@/client/types'
import { Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { count, yuan } from '@/ui/format'
import { Answer, Fault, Panel } from '@/ui/page'
import { Ago, Day } from '@/ui/time'
import './assets.css'

const fewCoupons = 4

/** What a customer has: tier, points, stored value, coupons; each balance opens to its entries. */
export function CustomerAssets({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const may = useMay()
  if (!may('benefit.use')) return null
  return (
    <Panel
      title={t('assets.assets')}
      extra={
        may('benefit.read') && <Link to={`/ledger?customer=${customer}`}>{t('assets.ledger')}</Link>
      }
    >
      <div className="stack">
        <Tier customer={customer} />
        <Balances customer={customer} />
        <Coupons customer={customer} />
      </div>
    </Panel>
  )
}

function Tier({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const [isOpen, setOpen] = useState(false)
  const tier = useRead('/v1/customers/{customer_id}/tier', { id: customer })
  // Before a plan is published there are no tiers: nothing to show, and nothing wrong.
  if (tier.error instanceof Problem && tier.error.status === 409) return null
  if (tier.error) return <Fault error={tier.error} />
  if (!tier.data) return null
  const { standing } = tier.data
  const reached = standing.evidence.sum
  const next = standing.to_next === null ? null : reached + standing.to_next
  return (
    <div className="asset-tier">
      <div className="row between">
        <b>{isEnglish ? tier.data.en : tier.data.zh}</b>
        <Button size="small" type="link" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
          {t('assets.changes')}
        </Button>
      </div>
      {next !== null && next > 0 && (
        <Progress
          percent={Math.min(99, Math.round((reached / next) * 100))}
          showInfo={false}
          size="small"
        />
      )}
      <small className="quiet">{isEnglish ? tier.data.sentence_en : tier.data.sentence_zh}</small>
      {isOpen && <Changes customer={customer} />}
    </div>
  )
}

function Changes({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const pages = usePages('/v1/customers/{customer_id}/tier/changes', { id: customer })
  const ladder = useRead('/v1/tiers')
  const named = new Map(
    ladder.data?.tiers.map((step) => [step.code, isEnglish ? step.en : step.zh]),
  )
  if (pages.items.length === 0)
    return pages.isLoading ? null : <small className="quiet">{t('assets.no_changes')}</small>
  return (
    <ul className="lines">
      {pages.items.map((one) => (
        <li key={one.id}>
          {one.from_tier && (
            <span className="quiet">{named.get(one.from_tier) ?? one.from_tier} → </span>
          )}
          <b>{named.get(one.to_tier) ?? one.to_tier}</b>{' '}
          <small className="quiet">
            <Ago at={one.at} />
          </small>
        </li>
      ))}
    </ul>
  )
}

function Balances({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const mayOpen = useMay()('benefit.read')
  const balance = useRead('/v1/customers/{customer_id}/balance', { id: customer })
  return (
    <Answer of={balance} rows={2}>
      {(has) => {
        const rows = [
          {
            asset: 'points',
            shown: count(has.points),
            notes: [
              has.points_pending > 0 && t('assets.pending', { amount: count(has.points_pending) }),
              has.points_held > 0 && t('assets.held', { amount: count(has.points_held) }),
            ],
            ending: has.points_next_expiring,
            endsAt: has.points_next_expiry_at,
            amount: count(has.points_next_expiring),
          },
          {
            asset: 'principal',
            shown: yuan(has.stored_fen),
            notes: [
              has.bonus_fen > 0 && t('assets.with_bonus', { amount: yuan(has.bonus_fen) }),
              has.stored_held_fen > 0 && t('assets.held', { amount: yuan(has.stored_held_fen) }),
            ],
            ending: has.bonus_next_expiring_fen,
            endsAt: has.bonus_next_expiry_at,
            amount: yuan(has.bonus_next_expiring_fen),
          },
        ]
        return (
          <div className="asset-balances">
            {rows.map((row) => (
              <div key={row.asset}>
                <span className="quiet">{t(`assets.${row.asset}`)}</span>
                {mayOpen ? (
                  <Link
                    className="asset-figure num"
                    to={`/ledger?customer=${customer}&asset=${row.asset}`}
                  >
                    {row.shown}
                  </Link>
                ) : (
                  <span className="asset-figure num">{row.shown}</span>
                )}
                <small className="quiet num">{row.notes.filter(Boolean).join(' · ')}</small>
                {row.ending > 0 && row.endsAt && !row.endsAt.startsWith('9999') && (
                  <small className="quiet num">
                    {t('assets.ending', { amount: row.amount })} <Day at={row.endsAt} />
                  </small>
                )}
              </div>
            ))}
          </div>
        )
      }}
    </Answer>
  )
}

function Coupons({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation()
  const mayOpen = useMay()('benefit.read')
  const [isAll, setAll] = useState(false)
  const coupons = useRead('/v1/customers/{customer_id}/coupons', {
    id: customer,
    query: { all: isAll },
    keep: true,
  })
  const say = (one: Coupon) => (i18n.language === 'en' ? one.sentence.en : one.sentence.zh)
  return (
    <Answer of={coupons} rows={2}>
      {(items) => (
        <div>
          <div className="row between">
            <span className="quiet">
              {t(isAll ? 'assets.all_coupons' : 'assets.coupons', { count: items.length })}
            </span>
            <Button size="small" type="link" onClick={() => setAll(!isAll)}>
              {t(isAll ? 'assets.usable_only' : 'assets.with_past')}
            </Button>
          </div>
          <ul className="lines">
            {items.slice(0, isAll ? 30 : fewCoupons).map((one) => (
              <li key={one.code} className="row between" title={say(one)}>
                {mayOpen ? (
                  <Link to={`/coupons/${one.template_id}`}>{one.template_name}</Link>
                ) : (
                  <span>{one.template_name}</span>
                )}
                {one.shown_state === 'available' ? (
                  <small className="quiet num">
                    {one.days_left === null
                      ? t('assets.no_end')
                      : one.days_left === 0
                        ? t('assets.last_day')
                        : t('assets.days_left', { days: one.days_left })}
                  </small>
                ) : (
                  <Tag>{t(`coupon.is_${one.shown_state}`)}</Tag>
                )}
              </li>
            ))}
          </ul>
          {!isAll && items.length > fewCoupons && (
            <small className="quiet num">+{items.length - fewCoupons}</small>
          )}
        </div>
      )}
    </Answer>
  )
}
