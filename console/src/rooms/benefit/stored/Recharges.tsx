import { Button, Input, Modal, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead, useWrite } from '@/client/query'
import type { Recharge } from '@/client/types'
import { CustomerName, CustomerPick } from '@/shell/customer'
import { Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Money } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

/** Money paid in, latest first; one of which nothing was used can be undone. */
export function Recharges() {
  const { t } = useTranslation()
  const mayUndo = useMay()('benefit.use')
  const [get, set] = useFilters()
  const customer = get('customer')
  const pages = usePages('/v1/recharges', { query: { customer }, keep: true })
  const units = useRead('/v1/units')
  const named = new Map(units.data?.items.map((unit) => [unit.id, unit.name]))
  const { rows } = useCustomersOf(pages.items.map((one) => one.customer_id))
  const [undoing, setUndoing] = useState<Recharge | null>(null)
  return (
    <Panel>
      <div className="filters">
        <CustomerPick value={customer} change={(next) => set({ customer: next })} />
      </div>
      <PagedTable<Recharge>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('stored.no_recharges')} />}
        columns={[
          { title: t('stored.at'), render: (_, one) => <Ago at={one.at} /> },
          {
            title: t('stored.customer'),
            render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
          },
          {
            title: t('stored.paid'),
            align: 'right',
            render: (_, one) => (
              <Link to={`/ledger?transaction=${one.principal_transaction_id}`}>
                <Money fen={one.paid_fen} isExact />
              </Link>
            ),
          },
          {
            title: t('stored.bonus'),
            align: 'right',
            render: (_, one) =>
              one.bonus_transaction_id ? (
                <Link to={`/ledger?transaction=${one.bonus_transaction_id}`}>
                  <Money fen={one.bonus_fen} isExact />
                </Link>
              ) : (
                '–'
              ),
          },
          {
            title: t('stored.unit'),
            render: (_, one) => named.get(one.unit_id) ?? <span className="quiet">–</span>,
          },
          {
            title: t('stored.payment_no'),
            render: (_, one) => <small className="quiet">{one.payment_no}</small>,
          },
          {
            title: '',
            render: (_, one) =>
              one.state === 'undone' ? (
                <Tag>{t('stored.undone')}</Tag>
              ) : (
                mayUndo && (
                  <Button size="small" type="link" danger onClick={() => setUndoing(one)}>
                    {t('stored.undo')}
                  </Button>
                )
              ),
          },
        ]}
      />
      {undoing && <Undo one={undoing} close={() => setUndoing(null)} />}
    </Panel>
  )
}

function Undo({ one, close }: { one: Recharge; close: () => void }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const undo = useWrite(['/v1/recharges', '/v1/prepaid', '/v1/customers/{customer_id}/balance'])
  return (
    <Modal
      open
      title={t('stored.undo')}
      okText={t('stored.undo')}
      okButtonProps={{ danger: true, disabled: !reason.trim(), loading: undo.isPending }}
      onCancel={close}
      onOk={() =>
        undo.mutate(
          {
            to: 'POST /v1/recharges/{recharge_id}/undo',
            id: one.id,
            body: { reason: reason.trim() },
          },
          { onSuccess: close },
        )
      }
    >
      <p className="quiet panel-hint">{t('stored.undo_hint')}</p>
      <Input
        value={reason}
        maxLength={200}
        placeholder={t('stored.reason')}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  )
}
