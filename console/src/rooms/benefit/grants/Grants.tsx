import { PlusOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Drawer, Progress, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead, useWrite } from '@/client/query'
import type { ItemOf } from '@/client/reads'
import type { Grant } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { showDone } from '@/shell/notify'
import { Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { count, yuan } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { NewGrant } from './NewGrant'

type State = Grant['run']['state']
const colours: Record<State, string> = {
  draft: 'default',
  running: 'processing',
  paused: 'orange',
  done: 'green',
  undoing: 'processing',
  undone: 'default',
}
const touched = ['/v1/grants', '/v1/grants/{grant_id}', '/v1/grants/{grant_id}/given'] as const

function isUnderWay(state: State): boolean {
  return state === 'running' || state === 'undoing'
}

/** How much, in what the grant gives. */
function useAmount(grant: Grant): (amount: number) => string {
  const { t } = useTranslation()
  const gift = grant.run.document.gift as { kind: string }
  return (amount) =>
    gift.kind === 'red_packet'
      ? yuan(amount)
      : t(`grant.amount_${gift.kind}`, { count: count(amount) })
}

/** Mass grants and red packets: what each gives, how far it is, and how to stop or take it back. */
export function Grants() {
  const { t, i18n } = useTranslation()
  const mayGrant = useMay()('benefit.grant')
  const [get, set] = useFilters()
  const [isMaking, setMaking] = useState(false)
  const pages = usePages('/v1/grants')
  const add = mayGrant && (
    <Button size="small" type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {t('grant.new')}
    </Button>
  )
  const open = get('grant')
  const show = (id: string | undefined) => set({ grant: id })
  return (
    <Panel title={t('grant.grants')} extra={add}>
      <PagedTable<Grant>
        pages={pages}
        rowKey={(one) => one.run.id}
        empty={<Nothing title={t('grant.none')} hint={t('grant.none_hint')} />}
        open={(one) => () => show(one.run.id)}
        columns={[
          {
            title: t('grant.name'),
            render: (_, one) => (
              <>
                <b className="name">{one.run.name}</b>
                <br />
                <Tag color={colours[one.run.state]}>{t(`grant.state_${one.run.state}`)}</Tag>
              </>
            ),
          },
          {
            title: t('grant.means'),
            render: (_, one) => (
              <span className="quiet sentence">
                {i18n.language === 'en' ? one.sentence_en : one.sentence_zh}
              </span>
            ),
          },
          {
            title: t('grant.given'),
            align: 'right',
            className: 'num',
            render: (_, one) => (
              <>
                {count(one.run.given)}
                <small className="quiet"> / {count(one.run.total)}</small>
              </>
            ),
          },
          { title: t('grant.at'), render: (_, one) => <Ago at={one.run.created_at} /> },
        ]}
      />
      {isMaking && (
        <NewGrant
          close={() => setMaking(false)}
          done={(id) => {
            setMaking(false)
            show(id)
          }}
        />
      )}
      {open && <GrantDrawer id={open} close={() => show(undefined)} />}
    </Panel>
  )
}

function GrantDrawer({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const grant = useRead('/v1/grants/{grant_id}', { id, every: 1_500 })
  const run = grant.data?.run
  const step = `${run?.state ?? ''} ${run?.given ?? 0} ${run?.taken_back ?? 0}`
  // The job goes on by itself: the lists follow each block it writes.
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['/v1/grants'] })
    void client.invalidateQueries({ queryKey: ['/v1/grants/{grant_id}/given'] })
  }, [client, step])
  return (
    <Drawer open onClose={close} title={grant.data?.run.name ?? t('grant.grants')} size={640}>
      <Answer of={grant} rows={6}>
        {(one) => <Inside grant={one} />}
      </Answer>
    </Drawer>
  )
}

function Inside({ grant }: { grant: Grant }) {
  const { t, i18n } = useTranslation()
  const { run } = grant
  const amount = useAmount(grant)
  const passed = Object.entries(run.passed_over).filter(([, number]) => number > 0)
  return (
    <div className="stack">
      <p className="reading">{i18n.language === 'en' ? grant.sentence_en : grant.sentence_zh}</p>
      <div className="row">
        <Tag color={colours[run.state]}>{t(`grant.state_${run.state}`)}</Tag>
        <Turns grant={grant} />
      </div>
      {run.state !== 'draft' && (
        <Progress
          percent={run.total ? Math.min(100, Math.round((run.seen / run.total) * 100)) : 100}
          status={isUnderWay(run.state) ? 'active' : 'normal'}
        />
      )}
      <dl className="facts num">
        <dt>{t('grant.at_most')}</dt>
        <dd>{amount(grant.most_amount)}</dd>
        <dt>{t('grant.given')}</dt>
        <dd>{t('grant.given_to', { count: count(run.given), amount: amount(run.amount) })}</dd>
        {run.taken_back > 0 && (
          <>
            <dt>{t('grant.taken_back')}</dt>
            <dd>{amount(run.taken_back)}</dd>
          </>
        )}
        {passed.length > 0 && (
          <>
            <dt>{t('grant.passed_over')}</dt>
            <dd>
              {passed.map(([why, number]) => (
                <div key={why}>
                  {t(`grant.why_${why}`, { defaultValue: why })} {count(number)}
                </div>
              ))}
            </dd>
          </>
        )}
      </dl>
      <Panel title={t('grant.who')}>
        <Given grant={grant} />
      </Panel>
    </div>
  )
}

/** Start, pause, go on, undo: each says first what it does, and to how many. */
function Turns({ grant }: { grant: Grant }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const mayGrant = useMay()('benefit.grant')
  const amount = useAmount(grant)
  const turn = useWrite([...touched])
  const { id, state, total, given } = grant.run
  if (!mayGrant) return null
  const run = (verb: 'start' | 'pause' | 'undo') =>
    turn
      .mutateAsync({ to: `POST /v1/grants/{grant_id}/${verb}`, id })
      .then(() => showDone(t(`grant.${verb}_done`)))
      .catch(() => undefined)
  const ask = (verb: 'start' | 'undo') =>
    modal.confirm({
      title: t(`grant.${verb}_title`),
      content: t(`grant.${verb}_effect`, {
        count: count(verb === 'start' ? total : given),
        amount: amount(grant.most_amount),
      }),
      okText: t(`grant.${verb}`),
      okButtonProps: { danger: verb === 'undo' },
      onOk: () => run(verb),
    })
  return (
    <>
      {(state === 'draft' || state === 'paused') && (
        <Button size="small" type="primary" onClick={() => ask('start')}>
          {t(state === 'paused' ? 'grant.go_on' : 'grant.start')}
        </Button>
      )}
      {state === 'running' && (
        <Button size="small" loading={turn.isPending} onClick={() => void run('pause')}>
          {t('grant.pause')}
        </Button>
      )}
      {(state === 'paused' || state === 'done') && given > 0 && (
        <Button size="small" danger onClick={() => ask('undo')}>
          {t('grant.undo')}
        </Button>
      )}
    </>
  )
}

function Given({ grant }: { grant: Grant }) {
  const { t } = useTranslation()
  const amount = useAmount(grant)
  const pages = usePages('/v1/grants/{grant_id}/given', { id: grant.run.id })
  const { rows } = useCustomersOf(pages.items.map((one) => one.customer_id))
  return (
    <PagedTable<ItemOf<'/v1/grants/{grant_id}/given'>>
      pages={pages}
      rowKey="customer_id"
      size="small"
      empty={<Nothing title={t('grant.nobody')} />}
      columns={[
        {
          title: t('grant.customer'),
          render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
        },
        {
          title: t('grant.amount'),
          align: 'right',
          className: 'num',
          render: (_, one) =>
            one.transaction_id ? (
              <Link to={`/ledger?transaction=${one.transaction_id}`}>{amount(one.amount)}</Link>
            ) : (
              amount(one.amount)
            ),
        },
        {
          title: t('grant.taken_back'),
          align: 'right',
          className: 'num',
          render: (_, one) => (one.taken_back ? amount(one.taken_back) : '–'),
        },
      ]}
    />
  )
}
