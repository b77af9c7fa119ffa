import { DatePicker, Select, Tag } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages } from '@/client/query'
import type { CustomerRow, LedgerTransaction } from '@/client/types'
import { CustomerName, CustomerPick } from '@/shell/customer'
import { useFilters } from '@/shell/router'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { assetName, assets, changeOf, netOf } from './amounts'
import { Holdings } from './Holdings'
import { TransactionDrawer } from './Transaction'
import { kinds, useKindName } from './kinds'

/** Any balance opens to its entries, any entry to its transaction; filters are in the address. */
export function Explorer() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const customer = get('customer')
  const asset = get('asset')
  const query = {
    customer,
    asset,
    kind: get('kind'),
    ref_kind: get('ref_kind'),
    ref_id: get('ref_id'),
    since: get('since'),
    until: get('until'),
  }
  const pages = usePages('/v1/ledger/transactions', { query, keep: true })
  const open = get('transaction')
  const show = (id: string | undefined) => set({ transaction: id })
  return (
    <div className="stack">
      <Filters />
      {customer && (
        <Holdings
          customer={customer}
          at={get('at')}
          chosen={asset}
          choose={(next) => set({ asset: next })}
          show={show}
        />
      )}
      <Panel title={t('ledger.transactions')}>
        <Transactions pages={pages} show={show} />
      </Panel>
      {open && <TransactionDrawer id={open} show={show} />}
    </div>
  )
}

function Filters() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const kindName = useKindName()
  const [since, until, at] = [get('since'), get('until'), get('at')]
  return (
    <div className="filters ledger-filters">
      <CustomerPick
        value={get('customer')}
        change={(customer) => set({ customer, at: customer && at })}
      />
      <Select
        allowClear
        className="filter"
        placeholder={t('ledger.any_asset')}
        value={get('asset')}
        onChange={(asset?: string) => set({ asset })}
        options={assets.map((value) => ({ value, label: t(`ledger.asset_${value}`) }))}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter"
        placeholder={t('ledger.any_kind')}
        value={get('kind')}
        onChange={(kind?: string) => set({ kind })}
        options={kinds.map((value) => ({ value, label: kindName(value) }))}
      />
      <DatePicker.RangePicker
        className="filter-wide"
        value={[since ? dayjs(since) : null, until ? dayjs(until).subtract(1, 'second') : null]}
        onChange={(days) =>
          set({
            since: days?.[0]?.startOf('day').toISOString(),
            until: days?.[1]?.startOf('day').add(1, 'day').toISOString(),
          })
        }
      />
      {get('customer') && (
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          className="filter"
          placeholder={t('ledger.balance_at')}
          maxDate={dayjs()}
          value={at ? dayjs(at) : null}
          onChange={(moment) => set({ at: moment?.toISOString() })}
        />
      )}
    </div>
  )
}

function Transactions({
  pages,
  show,
}: {
  pages: ReturnType<typeof usePages<'/v1/ledger/transactions'>>
  show: (id: string) => void
}) {
  const { t } = useTranslation()
  const kindName = useKindName()
  const { rows } = useCustomersOf([...new Set(pages.items.flatMap(customersIn))])
  return (
    <PagedTable<LedgerTransaction>
      pages={pages}
      rowKey="id"
      empty={<Nothing title={t('ledger.none')} hint={t('ledger.none_hint')} />}
      open={(row) => () => show(row.id)}
      columns={[
        { title: t('ledger.at'), width: 120, render: (_, row) => <Ago at={row.at} /> },
        {
          title: t('ledger.kind'),
          render: (_, row) => (
            <>
              {kindName(row.kind)}
              {row.reverses && <Tag className="ledger-tag">{t('ledger.takes_back')}</Tag>}
              {row.reversed_by.length > 0 && (
                <Tag className="ledger-tag" color="orange">
                  {t('ledger.taken_back')}
                </Tag>
              )}
            </>
          ),
        },
        { title: t('ledger.who'), render: (_, row) => <Who row={row} rows={rows} /> },
        {
          title: t('ledger.change'),
          align: 'right',
          render: (_, row) =>
            netOf(row).map(([asset, amount]) => (
              <div key={asset} className="num nowrap">
                <b className={amount < 0 ? 'up' : ''}>{changeOf(asset, amount)}</b>{' '}
                <small className="quiet">{assetName(asset, t)}</small>
              </div>
            )),
        },
        {
          title: t('ledger.for_what'),
          render: (_, row) => (
            <span className="quiet">
              {t(`ledger.ref_${row.ref_kind}`, { defaultValue: row.ref_kind })}
            </span>
          ),
        },
      ]}
    />
  )
}

function customersIn(row: LedgerTransaction): string[] {
  return row.legs.flatMap((leg) =>
    leg.owner_kind === 'customer' && leg.owner_id ? [leg.owner_id] : [],
  )
}

function Who({ row, rows }: { row: LedgerTransaction; rows: Map<string, CustomerRow> }) {
  const { t } = useTranslation()
  const customers = [...new Set(customersIn(row))]
  if (customers.length === 0)
    return (
      <span className="quiet">
        {row.legs.some((leg) => leg.owner_kind === 'staff')
          ? [...new Set(row.legs.flatMap((leg) => leg.staff_name ?? []))].join('、')
          : t('ledger.merchant')}
      </span>
    )
  return (
    <span className="row">
      {customers.slice(0, 3).map((id) => (
        <CustomerName key={id} id={id} rows={rows} />
      ))}
      {customers.length > 3 && <small className="quiet">+{customers.length - 3}</small>}
    </span>
  )
}
