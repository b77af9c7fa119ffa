import { App, Button, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { OfferOrder } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Link } from '@/shell/router'
import { useCustomersOf } from '@/client/names'
import { yuan } from '@/ui/format'
import { Answer, PageHead, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Receipt } from './Receipt'
import './offer.css'

const colours: Record<string, string> = { placed: 'blue', paid: 'green', cancelled: 'default' }

/** What was kept of an order's price: the receipt, what each offer cost and who bears it, and a replay. */
export function OrderReceipt({ unit, orderNo }: { unit: string; orderNo: string }) {
  const { t } = useTranslation()
  const order = useRead('/v1/offers/orders', { query: { unit, order_no: orderNo } })
  return (
    <>
      <PageHead
        title={t('offer.order_title', { no: orderNo })}
        hint={t('offer.order_hint')}
        actions={
          <>
            <Button href="#/offers/orders">{t('offer.other_order')}</Button>
            {order.data && <Replay unit={unit} orderNo={orderNo} />}
          </>
        }
      />
      <Answer of={order} rows={10}>
        {(data) => (
          <div className="cols-editor">
            <Receipt bill={data} head={<Head order={data} />} foot={<Foot order={data} />} />
            <Uses order={data} />
          </div>
        )}
      </Answer>
    </>
  )
}

function Head({ order }: { order: OfferOrder }) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const { rows } = useCustomersOf(order.customer_id ? [order.customer_id] : [])
  return (
    <>
      <b>{units.data?.items.find((unit) => unit.id === order.unit_id)?.name ?? '…'}</b>
      <Tag color={colours[order.state]}>{t(`offer.order_${order.state}`)}</Tag>
      <div className="quiet num">
        {order.order_no} · <Ago at={order.placed_at} />
      </div>
      {order.customer_id && <CustomerName id={order.customer_id} rows={rows} />}
    </>
  )
}

function Foot({ order }: { order: OfferOrder }) {
  const { t } = useTranslation()
  return (
    <small className="quiet num">
      {t('offer.kept', { engine: order.engine, hash: order.rules_hash.slice(0, 12) })}
    </small>
  )
}

function Uses({ order }: { order: OfferOrder }) {
  const { t } = useTranslation()
  const names = new Map(order.steps.map((step) => [step.id, step.name]))
  return (
    <Panel title={t('offer.who_bears')}>
      {order.uses.length === 0 && <p className="quiet">{t('offer.no_uses')}</p>}
      <ul className="plain-list">
        {order.uses.map((use) => (
          <li key={use.offer_id}>
            <div className="row between">
              <Link to={`/offers/${use.offer_id}`}>{names.get(use.offer_id) ?? use.offer_id}</Link>
              <span className="num">{yuan(use.cost_fen)}</span>
            </div>
            <small className="quiet num">
              {t('ui.version', { n: use.version })} · {t(`offer.refund_${use.refund_policy}`)} ·{' '}
              {use.funding
                .map((one) => `${t(`offer.party_${one.party}`)} ${yuan(one.fen)}`)
                .join(' · ')}
            </small>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** Prices the order again from what was kept, and says whether that is the same. */
function Replay({ unit, orderNo }: { unit: string; orderNo: string }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const replay = useWrite<'POST /v1/offers/orders/replay'>()
  return (
    <Button
      loading={replay.isPending}
      onClick={() =>
        replay.mutate(
          { to: 'POST /v1/offers/orders/replay', body: { unit, order_no: orderNo } },
          {
            onSuccess: (told) =>
              modal[told.is_same ? 'success' : 'error']({
                title: t(told.is_same ? 'offer.replay_same' : 'offer.replay_other'),
                content: t('offer.replay_told', {
                  now: yuan(told.payable_fen),
                  kept: yuan(told.kept_payable_fen),
                }),
              }),
          },
        )
      }
    >
      {t('offer.replay')}
    </Button>
  )
}
