import { yuan } from '../format'
import { Face } from '../parts/small'
import type { AtCounter } from '../types'
import { ours, t } from '../words'

/** The customer who showed their code: who, and what they may use here today. */
export function Visitor(props: {
  visitor: AtCounter
  isBusy: boolean
  redeem: (code: string) => void
  close: () => void
}) {
  const { visitor, isBusy, redeem, close } = props
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
      </dl>
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
