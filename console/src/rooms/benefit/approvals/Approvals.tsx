import { Button, Input, Modal, Popconfirm, Segmented, Tag } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useWrite } from '@/client/query'
import type { Approval } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { showDone } from '@/shell/notify'
import { Link, useFilters } from '@/shell/router'
import { useMay, useMe } from '@/shell/session'
import { count, yuan } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { amountOf } from './amounts'
import { useWho } from './who'

const states: Approval['state'][] = ['open', 'approved', 'refused', 'withdrawn', 'lapsed']
const colours = {
  open: 'orange',
  approved: 'green',
  refused: 'red',
  withdrawn: 'default',
  lapsed: 'default',
}
const touched = [
  '/v1/approvals',
  '/v1/adjustments',
  '/v1/customers/{customer_id}/balance',
  '/v1/prepaid',
  '/v1/offers',
  '/v1/offers/{offer_id}',
  '/v1/campaigns',
  '/v1/campaigns/{campaign_id}',
] as const

/** What waits for a second person; who asked can only take it back. */
export function Approvals() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const state = get('state') ?? 'open'
  const pages = usePages('/v1/approvals', {
    query: { state: state === 'all' ? undefined : state },
    keep: true,
  })
  const { rows } = useCustomersOf(
    pages.items.flatMap((one) => (one.customer_id ? [one.customer_id] : [])),
  )
  const who = useWho()
  return (
    <Panel>
      <p className="quiet panel-hint">{t('approval.two_people')}</p>
      <div className="filters scroll-x">
        <Segmented
          value={state}
          onChange={(next) => set({ state: next === 'open' ? undefined : next })}
          options={[...states, 'all'].map((value) => ({
            value,
            label: value === 'all' ? t('ui.all') : t(`approval.state_${value}`),
          }))}
        />
      </div>
      <PagedTable<Approval>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t(state === 'open' ? 'approval.none_open' : 'approval.none')} />}
        columns={[
          {
            title: t('approval.what'),
            render: (_, one) => (
              <>
                <b className="name">{t(`approval.kind_${one.kind}`, { defaultValue: one.kind })}</b>
                <br />
                <Asked one={one} />
              </>
            ),
          },
          {
            title: t('approval.customer'),
            render: (_, one) =>
              one.customer_id ? <CustomerName id={one.customer_id} rows={rows} /> : '–',
          },
          {
            title: t('approval.asked'),
            render: (_, one) => (
              <>
                {who(one.asked_by)}
                <br />
                <small className="quiet">
                  <Ago at={one.asked_at} />
                </small>
              </>
            ),
          },
          {
            title: t('approval.state'),
            render: (_, one) => (
              <>
                <Tag color={colours[one.state]}>{t(`approval.state_${one.state}`)}</Tag>
                {one.state === 'open' ? (
                  <small className="quiet">
                    {t('approval.lapses')} <Ago at={one.expires_at} />
                  </small>
                ) : (
                  <small className="quiet">
                    {one.decided_by && who(one.decided_by)} {one.reason}
                  </small>
                )}
              </>
            ),
          },
          { title: '', render: (_, one) => one.state === 'open' && <Decide one={one} /> },
        ]}
      />
    </Panel>
  )
}

/** What is asked for, in a line: the amounts and the reason that was given. */
function Asked({ one }: { one: Approval }) {
  const { t } = useTranslation()
  const body = one.body as Record<string, unknown>
  const said = [
    typeof body.asset === 'string' && typeof body.amount === 'number'
      ? `${t(`approval.asset_${body.asset}`, { defaultValue: body.asset })} ${amountOf(body.asset, body.amount)}`
      : null,
    typeof body.payout_fen === 'number'
      ? t('approval.payout', { amount: yuan(body.payout_fen) })
      : null,
    typeof body.reason === 'string' ? body.reason : null,
  ].filter(Boolean)
  if (one.kind === 'offer') return <AskedOffer body={body} />
  if (one.kind === 'campaign') return <AskedCampaign body={body} />
  return <span className="quiet">{said.join(' · ')}</span>
}

/** Which offer, with a way to it and to its check, and why it takes two. */
function AskedOffer({ body }: { body: Record<string, unknown> }) {
  const { i18n } = useTranslation()
  const why = body.why as { zh: string; en: string }[]
  return (
    <>
      <Link to={`/offers/${String(body.offer)}`}>{String(body.name)}</Link>
      <br />
      <span className="quiet">
        {why.map((each) => (i18n.language === 'en' ? each.en : each.zh)).join(' · ')}
      </span>
    </>
  )
}

/** Which campaign, how many it is about, and when it would begin. */
function AskedCampaign({ body }: { body: Record<string, unknown> }) {
  const { t } = useTranslation()
  const starts = body.starts_at
  return (
    <>
      <Link to={`/campaigns/${String(body.campaign)}`}>{String(body.name)}</Link>
      <br />
      <span className="quiet num">
        {t('approval.campaign_size', { shown: count(Number(body.candidates)) })}
        {typeof starts === 'string' && (
          <> · {t('approval.campaign_starts', { at: dayjs(starts).format('MM-DD HH:mm') })}</>
        )}
      </span>
    </>
  )
}

function Decide({ one }: { one: Approval }) {
  const { t } = useTranslation()
  const may = useMay()
  const me = useMe()
  const [isRefusing, setRefusing] = useState(false)
  const [reason, setReason] = useState('')
  const decide = useWrite([...touched])
  const isMine = one.asked_by.endsWith(me.staff.id)
  const settle = (verb: 'approve' | 'withdraw') =>
    decide.mutate(
      { to: `POST /v1/approvals/{approval_id}/${verb}`, id: one.id },
      { onSuccess: () => showDone(t(`approval.${verb}_done`)) },
    )
  if (isMine)
    return (
      <span className="row">
        <small className="quiet">{t('approval.mine')}</small>
        <Button size="small" loading={decide.isPending} onClick={() => settle('withdraw')}>
          {t('approval.withdraw')}
        </Button>
      </span>
    )
  if (!may('benefit.approve') || (one.kind === 'offer' && !may('offer.publish'))) return null
  return (
    <span className="row">
      <Popconfirm title={t('approval.approve_ask')} onConfirm={() => settle('approve')}>
        <Button size="small" type="primary" loading={decide.isPending}>
          {t('approval.approve')}
        </Button>
      </Popconfirm>
      <Button size="small" danger onClick={() => setRefusing(true)}>
        {t('approval.refuse')}
      </Button>
      {isRefusing && (
        <Modal
          open
          title={t('approval.refuse')}
          okText={t('approval.refuse')}
          okButtonProps={{ danger: true, disabled: !reason.trim(), loading: decide.isPending }}
          onCancel={() => setRefusing(false)}
          onOk={() =>
            decide.mutate(
              {
                to: 'POST /v1/approvals/{approval_id}/refuse',
                id: one.id,
                body: { reason: reason.trim() },
              },
              { onSuccess: () => setRefusing(false) },
            )
          }
        >
          <Input
            value={reason}
            maxLength={200}
            placeholder={t('approval.reason')}
            onChange={(event) => setReason(event.target.value)}
          />
        </Modal>
      )}
    </span>
  )
}
