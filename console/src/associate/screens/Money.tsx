import { moment, yuan } from '../format'
import { Face, None, Running, Wait, Wrong } from '../parts/small'
import { monthStart, useMessages, useName, useRead } from '../reads'
import { useMe } from '../session'
import type { CommissionLine, Message } from '../types'
import { t } from '../words'

/** What the month brought, and where each line comes from. */
export function MoneyScreen() {
  const me = useMe()
  const isAssociate = me.staff.role === 'associate'
  const lines = useRead('/v1/commissions', {
    query: { associate: isAssociate ? me.staff.id : undefined, since: monthStart(), limit: 200 },
  })
  const messages = useMessages(me.staff.id)
  return (
    <>
      <h1 className="head">{t('money.title')}</h1>
      <div className="inset">
        {isAssociate && <Total />}
        <h2>{t('money.lines')}</h2>
        {lines.isPending && <Wait />}
        {lines.error && <Wrong error={lines.error} again={lines.again} />}
        {lines.data?.items.length === 0 && <None icon="money">{t('money.none')}</None>}
        <div className="rows">
          {lines.data?.items.map((line) => (
            <Line
              key={line.id}
              line={line}
              message={messages.get(line.message_id)}
              isNamed={!isAssociate}
            />
          ))}
        </div>
      </div>
    </>
  )
}

function Total() {
  const me = useMe()
  const money = useRead('/v1/associates/{staff_id}/money', { id: me.staff.id })
  if (!money.data) return <Wait rows={1} />
  const { month, today, balance_fen } = money.data
  return (
    <section className="total">
      <p>{t('money.commission')}</p>
      <b>
        <Running fen={month.commission_fen} />
      </b>
      <small className="num">
        {t('money.sales', { sales: yuan(month.sales_fen) })} ·{' '}
        {t('money.orders', { n: month.orders })}
      </small>
      <footer className="num">
        <span>{t('money.today', { commission: yuan(today.commission_fen) })}</span>
        <span>{t('money.balance', { balance: yuan(balance_fen) })}</span>
      </footer>
    </section>
  )
}

function Line(props: { line: CommissionLine; message: Message | undefined; isNamed: boolean }) {
  const { line, message, isNamed } = props
  const name = useName(line.customer_id) ?? t('app.somebody')
  const left = line.amount_fen - line.reversed_fen
  return (
    <div className="earning">
      <Face name={name} />
      <span>
        <b>
          {name}
          {isNamed && <small>{line.staff_name}</small>}
          <em className={line.state}>{t(`money.state.${line.state}`)}</em>
        </b>
        <small className="num">
          {yuan(line.base_fen)} · {t('money.rate', { rate: `${line.rate_bp / 100}%` })}
        </small>
        {message?.delivered_at && (
          <small className="num trail">
            <i>{t('money.sent_at', { at: moment(message.delivered_at) })} →</i>{' '}
            <i>
              {message.opened_at
                ? t('money.opened_at', { at: moment(message.opened_at) })
                : t('money.not_opened')}{' '}
              →
            </i>{' '}
            <i>{t('money.bought_at', { at: moment(line.at) })}</i>
          </small>
        )}
        {line.reversed_fen > 0 && (
          <small className="loss num">
            {t('money.taken', { amount: yuan(line.reversed_fen) })}
          </small>
        )}
      </span>
      <b className={left > 0 ? 'gain num' : 'nil num'}>
        {left > 0 ? '+' : ''}
        {yuan(left)}
      </b>
    </div>
  )
}
