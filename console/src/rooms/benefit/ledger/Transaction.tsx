import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { LedgerTransaction } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Day } from '@/ui/time'
import { assetName, changeOf } from './amounts'
import { useKindName } from './kinds'

/** One transaction: all its legs, what it was for, what it takes back and what takes it back. */
export function TransactionDrawer({
  id,
  show,
}: {
  id: string
  show: (id: string | undefined) => void
}) {
  const { t } = useTranslation()
  const found = useRead('/v1/ledger/transactions/{transaction_id}', { id })
  return (
    <Drawer open onClose={() => show(undefined)} title={t('ledger.transaction')} size={640}>
      <Answer of={found} rows={6}>
        {(one) => (
          <div className="stack">
            <Facts one={one} show={show} />
            <Panel title={t('ledger.legs')}>
              <Legs one={one} />
            </Panel>
          </div>
        )}
      </Answer>
    </Drawer>
  )
}

function Facts({ one, show }: { one: LedgerTransaction; show: (id: string) => void }) {
  const { t } = useTranslation()
  const kindName = useKindName()
  const other = (id: string) => (
    <button key={id} type="button" className="opens teal num" onClick={() => show(id)}>
      {id.slice(-12)}
    </button>
  )
  const detail = Object.entries(one.detail).filter(([, value]) => value !== null)
  return (
    <dl className="facts">
      <dt>{t('ledger.kind')}</dt>
      <dd>{kindName(one.kind)}</dd>
      <dt>{t('ledger.at')}</dt>
      <dd>
        <time className="num">{new Date(one.at).toLocaleString()}</time>
      </dd>
      <dt>{t('ledger.for_what')}</dt>
      <dd className="ledger-ref">
        {t(`ledger.ref_${one.ref_kind}`, { defaultValue: one.ref_kind })}{' '}
        <small className="quiet">{one.ref_id}</small>
      </dd>
      {one.reverses && (
        <>
          <dt>{t('ledger.takes_back')}</dt>
          <dd>{other(one.reverses)}</dd>
        </>
      )}
      {one.reversed_by.length > 0 && (
        <>
          <dt>{t('ledger.taken_back')}</dt>
          <dd className="row">{one.reversed_by.map(other)}</dd>
        </>
      )}
      <dt>{t('ledger.number')}</dt>
      <dd className="ledger-ref">
        <small>{one.id}</small>
      </dd>
      {detail.length > 0 && (
        <>
          <dt>{t('ledger.detail')}</dt>
          <dd className="ledger-ref">
            {detail.map(([name, value]) => (
              <div key={name}>
                <small className="quiet">{name}</small>{' '}
                <small>{typeof value === 'string' ? value : JSON.stringify(value)}</small>
              </div>
            ))}
          </dd>
        </>
      )}
    </dl>
  )
}

function Legs({ one }: { one: LedgerTransaction }) {
  const { t } = useTranslation()
  const { rows } = useCustomersOf([
    ...new Set(
      one.legs.flatMap((leg) =>
        leg.owner_kind === 'customer' && leg.owner_id ? [leg.owner_id] : [],
      ),
    ),
  ])
  return (
    <>
      <Rows<LedgerTransaction['legs'][number]>
        size="small"
        rowKey={(leg) => one.legs.indexOf(leg)}
        pagination={false}
        dataSource={one.legs}
        columns={[
          {
            title: t('ledger.who'),
            render: (_, leg) =>
              leg.owner_kind === 'customer' && leg.owner_id ? (
                <CustomerName id={leg.owner_id} rows={rows} />
              ) : (
                (leg.staff_name ?? t('ledger.merchant'))
              ),
          },
          { title: t('ledger.asset'), render: (_, leg) => assetName(leg.asset, t) },
          {
            title: t('ledger.change'),
            align: 'right',
            className: 'num',
            render: (_, leg) => (
              <b className={leg.amount < 0 ? 'up' : ''}>{changeOf(leg.asset, leg.amount)}</b>
            ),
          },
          {
            title: t('ledger.lot_until'),
            render: (_, leg) =>
              leg.expires_at?.startsWith('9999') ? t('ledger.never') : <Day at={leg.expires_at} />,
          },
        ]}
      />
      <p className="quiet ledger-zero">{t('ledger.zero')}</p>
    </>
  )
}
