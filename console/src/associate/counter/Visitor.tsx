import { useState } from 'react'
import { yuan } from '../format'
import { newKey, tell } from '../http'
import { failed, Face, toast } from '../parts/small'
import { useMe } from '../session'
import type { AtCounter } from '../types'
import { ours, t } from '../words'
import { Till } from './Till'

/** The customer who showed their code: who, and what they may use here today. */
export function Visitor(props: {
  visitor: AtCounter
  changed: (next: AtCounter) => void
  isBusy: boolean
  redeem: (code: string) => void
  close: () => void
}) {
  const { visitor, changed, isBusy, redeem, close } = props
  return (
    <section className="visitor">
      <header>
        <Face name={visitor.name} size={52} />
        <span>
          <b>
            {visitor.name ?? t('app.somebody')}
            {visitor.tier && <em>{ours(visitor.tier, visitor.tier_en)}</em>}
          </b>
          <small className="num">{visitor.phone}</small>
        </span>
        <button type="button" className="soft" onClick={close}>
          {t('counter.next')}
        </button>
      </header>
      <dl className="figures">
        <div>
          <dt>{t('customer.orders')}</dt>
          <dd className="num">{t('customer.times', { n: visitor.order_count })}</dd>
        </div>
        <div>
          <dt>{t('customer.paid')}</dt>
          <dd className="num">{yuan(visitor.paid_fen)}</dd>
        </div>
        {visitor.points !== null && (
          <div>
            <dt>{t('counter.points')}</dt>
            <dd className="num">{visitor.points.toLocaleString('en-US')}</dd>
          </div>
        )}
        {visitor.principal_fen + visitor.bonus_fen > 0 && (
          <div>
            <dt>{t('counter.balance')}</dt>
            <dd className="num">{yuan(visitor.principal_fen + visitor.bonus_fen)}</dd>
          </div>
        )}
      </dl>
      <Till visitor={visitor} changed={changed} />
      <ToFetch visitor={visitor} />
      <h2>{t('counter.usable')}</h2>
      {visitor.coupons.length === 0 && <p className="nothing">{t('counter.no_coupons')}</p>}
      <ul className="tickets">
        {visitor.coupons.map(({ coupon, code, detail }) => (
          <li key={coupon.code} className={code ? 'not' : ''}>
            <span>
              <b>{coupon.template_name}</b>
              <small>{code ? detail : ours(coupon.sentence.zh, coupon.sentence.en)}</small>
            </span>
            {!code && (
              <button type="button" disabled={isBusy} onClick={() => redeem(coupon.code)}>
                {t('counter.redeem')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Goods they gave points for, to be handed over here. */
function ToFetch({ visitor }: { visitor: AtCounter }) {
  const unit = useMe().unit.code
  const [left, setLeft] = useState(visitor.to_fetch)
  const [key] = useState(newKey)
  if (left.length === 0) return null
  const hand = async (id: string) => {
    try {
      await tell('POST', `/v1/points-mall/exchanges/${id}/hand-over`, { unit }, `${key}-${id}`)
      setLeft(left.filter((one) => one.id !== id))
      toast(t('counter.handed'))
    } catch (error) {
      failed(error)
    }
  }
  return (
    <>
      <h2>{t('counter.to_fetch')}</h2>
      <ul className="tickets">
        {left.map((one) => (
          <li key={one.id}>
            <span>
              <b>
                {one.item_name}
                {one.quantity > 1 && ` × ${one.quantity}`}
              </b>
              <small className="num">−{one.points.toLocaleString('en-US')}</small>
            </span>
            <button type="button" onClick={() => void hand(one.id)}>
              {t('counter.hand')}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
