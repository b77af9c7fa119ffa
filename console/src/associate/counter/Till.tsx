import { useEffect, useState } from 'react'
import { yuan } from '../format'
import { newKey, tell } from '../http'
import { failed, Sheet, toast } from '../parts/small'
import type { AtCounter, PaymentShown, Quote, Recharged } from '../types'
import { t } from '../words'
import { fenOf } from './amount'
import { Prices } from './Prices'

const QUOTE_AFTER_MS = 250

/** Paying with points and stored value, and paying stored value in, while the customer is here. */
export function Till(props: { visitor: AtCounter; changed: (next: AtCounter) => void }) {
  const { visitor } = props
  const [open, setOpen] = useState<'pay' | 'recharge' | 'prices' | null>(null)
  const close = () => setOpen(null)
  const mayPay = (visitor.points ?? 0) + visitor.principal_fen + visitor.bonus_fen > 0
  return (
    <div className="till">
      {mayPay && (
        <button type="button" className="soft" onClick={() => setOpen('pay')}>
          {t('till.pay')}
        </button>
      )}
      {visitor.offer && (
        <button type="button" className="soft" onClick={() => setOpen('recharge')}>
          {t('till.recharge')}
        </button>
      )}
      <button type="button" className="soft" onClick={() => setOpen('prices')}>
        {t('price.open')}
      </button>
      {open === 'prices' && <Prices visitor={visitor} close={close} />}
      {open === 'pay' && <Pay {...props} close={close} />}
      {open === 'recharge' && <Recharge {...props} close={close} />}
    </div>
  )
}

interface Inside {
  visitor: AtCounter
  changed: (next: AtCounter) => void
  close: () => void
}

function Pay({ visitor, changed, close }: Inside) {
  const [typed, setTyped] = useState('')
  const [orderNo, setOrderNo] = useState('')
  const [made] = useState(() => `C-${newKey().slice(0, 12)}`)
  const [quote, setQuote] = useState<Quote | null>(null)
  const [withPoints, setWithPoints] = useState(true)
  const [withStored, setWithStored] = useState(true)
  const [isBusy, setBusy] = useState(false)
  const fen = fenOf(typed)
  useEffect(() => {
    if (!fen) return
    let isOld = false
    const timer = window.setTimeout(() => {
      tell<Quote>('POST', '/v1/counter/quote', { visit: visitor.visit_id, order_fen: fen })
        .then((answer) => isOld || setQuote(answer))
        .catch(failed)
    }, QUOTE_AFTER_MS)
    return () => {
      isOld = true
      window.clearTimeout(timer)
    }
  }, [fen, visitor.visit_id])
  const known = fen && quote?.order_fen === fen ? quote : null
  const pointsFen = known && withPoints ? known.points.usable_fen : 0
  const has = known ? known.stored.principal_fen + known.stored.bonus_fen : 0
  const storedFen =
    known && withStored ? Math.max(0, Math.min(has, known.order_fen - pointsFen)) : 0
  const rest = known ? known.order_fen - pointsFen - storedFen : 0
  const pay = async () => {
    if (!known) return
    setBusy(true)
    const body = {
      visit: visitor.visit_id,
      order_fen: known.order_fen,
      order_no: orderNo.trim() || made,
      points: pointsFen > 0 ? known.points.usable : 0,
      stored_fen: storedFen,
    }
    try {
      const paid = await tell<PaymentShown>('POST', '/v1/counter/pay', body)
      changed({
        ...visitor,
        points: visitor.points === null ? null : visitor.points - paid.points,
        principal_fen: visitor.principal_fen - paid.principal_fen,
        bonus_fen: visitor.bonus_fen - paid.bonus_fen,
      })
      toast(t('till.paid', { rest: yuan(rest) }))
      close()
    } catch (error) {
      failed(error)
      setBusy(false)
    }
  }
  return (
    <Sheet title={t('till.pay')} close={close}>
      <Amount value={typed} set={setTyped} label={t('till.due')} />
      {known && known.points.usable > 0 && (
        <label className="way">
          <input
            type="checkbox"
            checked={withPoints}
            onChange={(event) => setWithPoints(event.target.checked)}
          />
          <span>{t('till.points', { n: known.points.usable.toLocaleString('en-US') })}</span>
          <b className="num">−{yuan(known.points.usable_fen)}</b>
        </label>
      )}
      {known && has > 0 && (
        <label className="way">
          <input
            type="checkbox"
            checked={withStored}
            onChange={(event) => setWithStored(event.target.checked)}
          />
          <span>{t('till.stored', { has: yuan(has) })}</span>
          <b className="num">−{yuan(storedFen)}</b>
        </label>
      )}
      <label className="way">
        <span>{t('till.number')}</span>
        <input
          value={orderNo}
          placeholder={t('till.number_note')}
          onChange={(event) => setOrderNo(event.target.value)}
        />
      </label>
      {known && (
        <p className="to-pay">
          {t('till.rest')} <b className="num">{yuan(rest)}</b>
        </p>
      )}
      <button
        type="button"
        className="big"
        disabled={isBusy || !known || pointsFen + storedFen === 0}
        onClick={() => void pay()}
      >
        {isBusy ? <i className="spin" /> : t('till.take', { paid: yuan(pointsFen + storedFen) })}
      </button>
    </Sheet>
  )
}

function Recharge({ visitor, changed, close }: Inside) {
  const [typed, setTyped] = useState('')
  const [receipt, setReceipt] = useState('')
  const [made] = useState(() => `R-${newKey().slice(0, 12)}`)
  const [isBusy, setBusy] = useState(false)
  const fen = fenOf(typed)
  const offer = visitor.offer
  if (!offer) return null
  const recharge = async () => {
    setBusy(true)
    const body = {
      visit: visitor.visit_id,
      paid_fen: fen,
      payment_no: receipt.trim() || made,
    }
    try {
      const { balance, recharge: booked } = await tell<Recharged>(
        'POST',
        '/v1/counter/recharge',
        body,
      )
      changed({ ...visitor, principal_fen: balance.principal_fen, bonus_fen: balance.bonus_fen })
      toast(t('till.recharged', { paid: yuan(booked.paid_fen), bonus: yuan(booked.bonus_fen) }))
      close()
    } catch (error) {
      failed(error)
      setBusy(false)
    }
  }
  return (
    <Sheet title={t('till.recharge')} close={close}>
      <div className="steps">
        {offer.steps.map((step) => (
          <button
            type="button"
            key={step.pay_fen}
            aria-pressed={fen === step.pay_fen}
            onClick={() => setTyped(String(step.pay_fen / 100))}
          >
            <b className="num">{yuan(step.pay_fen)}</b>
            {(step.bonus_fen ?? 0) > 0 && (
              <small className="num">{t('till.bonus', { bonus: yuan(step.bonus_fen ?? 0) })}</small>
            )}
          </button>
        ))}
      </div>
      {offer.is_any_amount && <Amount value={typed} set={setTyped} label={t('till.other')} />}
      <label className="way">
        <span>{t('till.receipt')}</span>
        <input
          value={receipt}
          placeholder={t('till.number_note')}
          onChange={(event) => setReceipt(event.target.value)}
        />
      </label>
      <p className="quiet">{t('till.collect_first')}</p>
      <button
        type="button"
        className="big"
        disabled={isBusy || !fen}
        onClick={() => void recharge()}
      >
        {isBusy ? <i className="spin" /> : t('till.book', { paid: yuan(fen ?? 0) })}
      </button>
    </Sheet>
  )
}

function Amount(props: { value: string; set: (next: string) => void; label: string }) {
  return (
    <label className="amount">
      <span>{props.label}</span>
      <i>¥</i>
      <input
        inputMode="decimal"
        value={props.value}
        placeholder="0.00"
        aria-label={props.label}
        onChange={(event) => props.set(event.target.value)}
      />
    </label>
  )
}
