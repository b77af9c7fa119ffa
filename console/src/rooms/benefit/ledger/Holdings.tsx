import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Holding } from '@/client/types'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Ago, Day } from '@/ui/time'
import { amountOf, assets } from './amounts'

const forEver = '9999'

/** What a customer has of each asset, now and at a moment; chosen, it opens to its lots. */
export function Holdings({
  customer,
  at,
  chosen,
  choose,
  show,
}: {
  customer: string
  at?: string
  chosen?: string
  choose: (asset: string | undefined) => void
  show: (transaction: string) => void
}) {
  const { t } = useTranslation()
  const holdings = useRead('/v1/customers/{customer_id}/holdings', {
    id: customer,
    query: { at },
    keep: true,
  })
  return (
    <Answer of={holdings} rows={3}>
      {(items) => (
        <>
          <div className="holdings">
            {[...items].sort(byUse).map((one) => (
              <Card
                key={one.standing.asset}
                one={one}
                at={at}
                isChosen={chosen === one.standing.asset}
                choose={choose}
              />
            ))}
          </div>
          {items
            .filter((one) => one.standing.asset === chosen)
            .map((one) => (
              <Panel
                key={one.standing.asset}
                title={t('ledger.lots_of', { asset: t(`ledger.asset_${one.standing.asset}`) })}
              >
                <Lots one={one} show={show} />
              </Panel>
            ))}
        </>
      )}
    </Answer>
  )
}

function byUse(one: Holding, other: Holding): number {
  const place = (asset: string) => assets.findIndex((known) => known === asset)
  return place(one.standing.asset) - place(other.standing.asset)
}

function Card({
  one,
  at,
  isChosen,
  choose,
}: {
  one: Holding
  at?: string
  isChosen: boolean
  choose: (asset: string | undefined) => void
}) {
  const { t } = useTranslation()
  const { asset, available, pending, held, owed, next_expiring, next_expiry_at } = one.standing
  const parts: [string, number][] = [
    ['pending', pending],
    ['held', held],
    ['owed', owed],
  ]
  return (
    <button
      type="button"
      className={`panel holding ${isChosen ? 'chosen' : ''}`}
      aria-pressed={isChosen}
      onClick={() => choose(isChosen ? undefined : asset)}
    >
      <span className="quiet">{t(`ledger.asset_${asset}`)}</span>
      <b className="num">{amountOf(asset, one.balance)}</b>
      <small className="quiet num">
        {t('ledger.available', { amount: amountOf(asset, available) })}
        {parts
          .filter(([, amount]) => amount > 0)
          .map(
            ([name, amount]) => ` · ${t(`ledger.${name}`, { amount: amountOf(asset, amount) })}`,
          )}
      </small>
      {next_expiring > 0 && next_expiry_at && !next_expiry_at.startsWith(forEver) && (
        <small className="quiet num">
          {t('ledger.expiring', { amount: amountOf(asset, next_expiring) })}{' '}
          <Day at={next_expiry_at} />
        </small>
      )}
      {at && one.balance_at !== null && (
        <small className="num teal">
          <Day at={at} /> {t('ledger.was', { amount: amountOf(asset, one.balance_at) })}
        </small>
      )}
    </button>
  )
}

function Lots({ one, show }: { one: Holding; show: (transaction: string) => void }) {
  const { t } = useTranslation()
  const { asset } = one.standing
  return (
    <Rows<Holding['lots'][number]>
      size="small"
      rowKey="id"
      pagination={{ pageSize: 10, hideOnSinglePage: true }}
      dataSource={one.lots}
      locale={{ emptyText: t('ledger.no_lots') }}
      open={(lot) => () => show(lot.transaction_id)}
      columns={[
        { title: t('ledger.from'), render: (_, lot) => <Ago at={lot.active_at} /> },
        {
          title: t('ledger.until'),
          render: (_, lot) =>
            lot.expires_at.startsWith(forEver) ? t('ledger.never') : <Day at={lot.expires_at} />,
        },
        {
          title: t('ledger.quantity'),
          align: 'right',
          className: 'num',
          render: (_, lot) => amountOf(asset, lot.quantity),
        },
        {
          title: t('ledger.remaining'),
          align: 'right',
          className: 'num',
          render: (_, lot) => <b>{amountOf(asset, lot.remaining)}</b>,
        },
        {
          title: t('ledger.of_it_held'),
          align: 'right',
          className: 'num',
          render: (_, lot) => (lot.held ? amountOf(asset, lot.held) : '–'),
        },
      ]}
    />
  )
}
