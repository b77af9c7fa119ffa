import { Button, DatePicker, Input, InputNumber, Modal, Radio, Select, Tag } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useWrite } from '@/client/query'
import type { Adjustment } from '@/client/types'
import { CustomerName, CustomerPick } from '@/shell/customer'
import { showDone } from '@/shell/notify'
import { Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Field, YuanInput } from '@/ui/field'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { amountOf } from './amounts'
import { useWho } from './who'

const assets: Adjustment['asset'][] = ['points', 'principal', 'bonus', 'growth']

/** Everything that was given or taken by hand: by whom, why, and the entry it became. */
export function Adjustments() {
  const { t } = useTranslation()
  const mayGrant = useMay()('benefit.grant')
  const [get, set] = useFilters()
  const customer = get('customer')
  const [isMaking, setMaking] = useState(false)
  const pages = usePages('/v1/adjustments', { query: { customer }, keep: true })
  const { rows } = useCustomersOf(pages.items.map((one) => one.customer_id))
  const who = useWho()
  return (
    <Panel>
      <div className="filters">
        <CustomerPick value={customer} change={(next) => set({ customer: next })} />
        {mayGrant && (
          <Button type="primary" onClick={() => setMaking(true)}>
            {t('approval.adjust')}
          </Button>
        )}
      </div>
      <PagedTable<Adjustment>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('approval.no_adjustments')} />}
        columns={[
          { title: t('approval.at'), render: (_, one) => <Ago at={one.asked_at} /> },
          {
            title: t('approval.customer'),
            render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
          },
          {
            title: t('approval.amount'),
            align: 'right',
            className: 'num',
            render: (_, one) => (
              <>
                <b className={one.amount < 0 ? 'up' : ''}>{amountOf(one.asset, one.amount)}</b>{' '}
                <small className="quiet">{t(`approval.asset_${one.asset}`)}</small>
              </>
            ),
          },
          { title: t('approval.reason'), render: (_, one) => one.reason },
          { title: t('approval.asked'), render: (_, one) => who(one.asked_by) },
          {
            title: t('approval.state'),
            render: (_, one) =>
              one.transaction_id ? (
                <Link to={`/ledger?transaction=${one.transaction_id}`}>{t('approval.posted')}</Link>
              ) : (
                <Tag color="orange">{t('approval.waits')}</Tag>
              ),
          },
        ]}
      />
      {isMaking && <Make customer={customer} close={() => setMaking(false)} />}
    </Panel>
  )
}

function Make({ customer: start, close }: { customer?: string; close: () => void }) {
  const { t } = useTranslation()
  const [customer, setCustomer] = useState(start)
  const [asset, setAsset] = useState<Adjustment['asset']>('points')
  const [direction, setDirection] = useState<'give' | 'take'>('give')
  const [amount, setAmount] = useState<number | null>(null)
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState<string | null>(null)
  const make = useWrite<'POST /v1/adjustments'>([
    '/v1/adjustments',
    '/v1/approvals',
    '/v1/customers/{customer_id}/balance',
    '/v1/ledger/transactions',
  ])
  const mayEnd = direction === 'give' && (asset === 'points' || asset === 'bonus')
  return (
    <Modal
      open
      title={t('approval.adjust')}
      okText={t('approval.adjust_ok')}
      okButtonProps={{
        disabled: !customer || !amount || !reason.trim(),
        loading: make.isPending,
      }}
      onCancel={close}
      onOk={() =>
        make.mutate(
          {
            to: 'POST /v1/adjustments',
            body: {
              customer: customer ?? '',
              asset,
              direction,
              amount: amount ?? 0,
              reason: reason.trim(),
              expires_at: mayEnd ? until : null,
            },
          },
          {
            onSuccess: ({ approval }) => {
              showDone(t(approval ? 'approval.sent' : 'approval.posted_now'))
              close()
            },
          },
        )
      }
    >
      <p className="quiet panel-hint">{t('approval.adjust_hint')}</p>
      <Field label={t('approval.customer')}>
        <CustomerPick value={customer} change={setCustomer} />
      </Field>
      <div className="fields">
        <Field label={t('approval.asset')}>
          <Select
            className="wide"
            aria-label={t('approval.asset')}
            value={asset}
            onChange={(next) => {
              setAsset(next)
              setAmount(null)
            }}
            options={assets.map((value) => ({ value, label: t(`approval.asset_${value}`) }))}
          />
        </Field>
        <Field label={t('approval.direction')}>
          <Radio.Group
            optionType="button"
            value={direction}
            onChange={(event) => setDirection(event.target.value)}
            options={(['give', 'take'] as const).map((value) => ({
              value,
              label: t(`approval.${value}`),
            }))}
          />
        </Field>
        <Field label={t('approval.amount')}>
          {asset === 'principal' || asset === 'bonus' ? (
            <YuanInput min={1} label={t('approval.amount')} fen={amount} change={setAmount} />
          ) : (
            <InputNumber
              className="number-input"
              min={1}
              precision={0}
              aria-label={t('approval.amount')}
              value={amount}
              onChange={setAmount}
            />
          )}
        </Field>
        {mayEnd && (
          <Field label={t('approval.until')}>
            <DatePicker
              minDate={dayjs()}
              placeholder={t('ui.no_limit')}
              onChange={(day) => setUntil(day?.endOf('day').toISOString() ?? null)}
            />
          </Field>
        )}
      </div>
      <Field label={t('approval.reason')}>
        <Input
          value={reason}
          maxLength={200}
          aria-label={t('approval.reason')}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
    </Modal>
  )
}
