import { Button, Modal, Popconfirm, Segmented, Select, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead, useWrite } from '@/client/query'
import type { MallExchange } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Count } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

const colours = { waiting: 'orange', done: 'green', cancelled: 'default' }
const touched = [
  '/v1/points-mall/exchanges',
  '/v1/points-mall/items',
  '/v1/customers/{customer_id}/points',
] as const

/** Exchanges: goods wait to be handed over, or are cancelled and everything goes back. */
export function Exchanges() {
  const { t } = useTranslation()
  const mayUse = useMay()('benefit.use')
  const [get, set] = useFilters()
  const state = get('state')
  const item = get('item')
  const pages = usePages('/v1/points-mall/exchanges', { query: { state, item }, keep: true })
  const items = useRead('/v1/points-mall/items')
  const { rows } = useCustomersOf(pages.items.map((one) => one.customer_id))
  const [handing, setHanding] = useState<MallExchange | null>(null)
  const cancel = useWrite([...touched])
  return (
    <Panel>
      <div className="filters">
        <Segmented
          value={state ?? 'all'}
          onChange={(next) => set({ state: next === 'all' ? undefined : next })}
          options={[
            { value: 'all', label: t('ui.all') },
            ...(['waiting', 'done', 'cancelled'] as const).map((value) => ({
              value,
              label: t(`points.exchange_${value}`),
            })),
          ]}
        />
        <Select
          allowClear
          className="filter"
          placeholder={t('points.all_items')}
          value={item}
          onChange={(next?: string) => set({ item: next })}
          options={items.data?.items.map((one) => ({ value: one.id, label: one.name }))}
        />
      </div>
      <PagedTable<MallExchange>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('points.no_exchanges')} />}
        columns={[
          { title: t('points.at'), render: (_, one) => <Ago at={one.at} /> },
          {
            title: t('points.customer'),
            render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
          },
          {
            title: t('points.item'),
            render: (_, one) => (
              <>
                {one.item_name} <span className="quiet num">× {one.quantity}</span>
              </>
            ),
          },
          {
            title: t('points.price'),
            align: 'right',
            render: (_, one) => (
              <Link to={`/ledger?transaction=${one.transaction_id}`}>
                <Count of={one.points} />
              </Link>
            ),
          },
          {
            title: t('points.state'),
            render: (_, one) => (
              <Tag color={colours[one.state]}>{t(`points.exchange_${one.state}`)}</Tag>
            ),
          },
          {
            title: '',
            render: (_, one) =>
              mayUse &&
              one.state === 'waiting' && (
                <span className="row">
                  <Button size="small" type="link" onClick={() => setHanding(one)}>
                    {t('points.hand_over')}
                  </Button>
                  <Popconfirm
                    title={t('points.cancel_ask', { points: one.points })}
                    onConfirm={() =>
                      cancel.mutate({
                        to: 'POST /v1/points-mall/exchanges/{exchange_id}/cancel',
                        id: one.id,
                      })
                    }
                  >
                    <Button size="small" type="link" danger>
                      {t('points.cancel')}
                    </Button>
                  </Popconfirm>
                </span>
              ),
          },
        ]}
      />
      {handing && <HandOver one={handing} close={() => setHanding(null)} />}
    </Panel>
  )
}

function HandOver({ one, close }: { one: MallExchange; close: () => void }) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const [unit, setUnit] = useState<string | undefined>()
  const hand = useWrite([...touched])
  return (
    <Modal
      open
      title={t('points.hand_over_title', { item: one.item_name })}
      okText={t('points.hand_over')}
      okButtonProps={{ disabled: !unit, loading: hand.isPending }}
      onCancel={close}
      onOk={() =>
        hand.mutate(
          {
            to: 'POST /v1/points-mall/exchanges/{exchange_id}/hand-over',
            id: one.id,
            body: { unit: unit ?? '' },
          },
          { onSuccess: close },
        )
      }
    >
      <Select
        className="wide"
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('points.at_unit')}
        value={unit}
        onChange={setUnit}
        options={units.data?.items.map((each) => ({ value: each.code, label: each.name }))}
      />
    </Modal>
  )
}
