import { CheckCircleFilled } from '@ant-design/icons'
import { Alert, Button, Progress, Skeleton } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { ImportWizard } from '@/rooms/event/ImportWizard'
import { Channels, TestMessage } from '@/rooms/merchant/Channels'
import { Owner } from '@/rooms/merchant/Owner'
import { StaffList } from '@/rooms/merchant/StaffList'
import { Units } from '@/rooms/merchant/Units'
import { Templates } from '@/rooms/segment/Templates'
import { LanguageSwitch } from '@/shell/frame'
import { go } from '@/shell/router'
import { useMe } from '@/shell/session'
import { Wordmark } from '@/ui/mark'
import { Answer, PageHead, Panel } from '@/ui/page'

interface Step {
  code: string
  isDone: boolean
  content: ReactNode
}

export default function StartPage() {
  const setup = useRead('/v1/setup')
  return <Answer of={setup}>{({ needed }) => (needed ? <First /> : <Checklist />)}</Answer>
}

function First() {
  const { t } = useTranslation()
  return (
    <Panel className="first">
      <div className="row between">
        <Wordmark size={36} />
        <LanguageSwitch />
      </div>
      <h1>{t('merchant.welcome')}</h1>
      <p className="quiet">{t('merchant.welcome_hint')}</p>
      <Owner />
    </Panel>
  )
}

/** Steps that leave no trace of their own in the data are ticked in this browser. */
function useTicked(): [string[], (code: string) => void] {
  const kept = `huitou.start.${useMe().merchant.id}`
  const [ticked, setTicked] = useState<string[]>(
    () => JSON.parse(window.localStorage.getItem(kept) ?? '[]') as string[],
  )
  const tick = (code: string) => {
    const next = [...new Set([...ticked, code])]
    window.localStorage.setItem(kept, JSON.stringify(next))
    setTicked(next)
  }
  return [ticked, tick]
}

/** From an empty merchant to the first segment; every step can be left and taken up again. */
function Checklist() {
  const { t } = useTranslation()
  const [ticked, tick] = useTicked()
  const reads = {
    units: useRead('/v1/units'),
    staff: useRead('/v1/staff'),
    customers: useRead('/v1/customers', { query: { limit: 1 } }),
    products: useRead('/v1/products', { query: { limit: 1 } }),
    imports: useRead('/v1/imports'),
    orders: useRead('/v1/orders', { query: { limit: 1 } }),
    channels: useRead('/v1/channels'),
    segments: useRead('/v1/segments'),
  }
  const isLoading = Object.values(reads).some((one) => one.isLoading)
  const units = reads.units.data?.items ?? []
  const staff = reads.staff.data?.items ?? []
  const customers = reads.customers.data?.items ?? []
  const imports = reads.imports.data?.items ?? []
  const orders = reads.orders.data?.items ?? []
  const ready = (reads.channels.data?.items ?? []).filter((one) => one.state === 'ready')
  const segments = reads.segments.data?.items ?? []
  const has = (kind: string) =>
    imports.some((one) => one.kind === kind && one.state === 'done' && !one.is_dry_run)
  const steps: Step[] = [
    { code: 'owner', isDone: true, content: null },
    {
      code: 'staff',
      isDone: units.length > 1 && staff.length > 1,
      content: (
        <div className="stack">
          <ImportWizard only={['units', 'staff']} />
          <Units />
          <StaffList />
        </div>
      ),
    },
    {
      code: 'customers',
      isDone: customers.length > 0 || has('customers'),
      content: <ImportWizard only={['customers']} />,
    },
    {
      code: 'orders',
      isDone: orders.length > 0 || has('orders'),
      content: (
        <div className="stack">
          {reads.products.data?.items.length === 0 && (
            <span className="quiet">{t('merchant.products_missing')}</span>
          )}
          <ImportWizard only={['products', 'orders']} />
        </div>
      ),
    },
    {
      code: 'channel',
      isDone: ready.length > 0,
      content: <Channels />,
    },
    {
      code: 'test',
      isDone: ticked.includes('test'),
      content: (
        <div className="stack">
          {ready.length === 0 && <span className="quiet">{t('merchant.no_channel')}</span>}
          {ready.map((channel) => (
            <div key={channel.kind} className="row">
              <b>{channel.title}</b>
              <TestMessage channel={channel} done={() => tick('test')} />
            </div>
          ))}
        </div>
      ),
    },
    { code: 'segment', isDone: segments.length > 0, content: <Templates /> },
  ]
  return isLoading ? (
    <Skeleton active paragraph={{ rows: 12 }} />
  ) : (
    <Steps steps={steps} title={t('merchant.start_title')} />
  )
}

function Steps({ steps, title }: { steps: Step[]; title: string }) {
  const { t } = useTranslation()
  const done = steps.filter((step) => step.isDone).length
  const next = steps.find((step) => !step.isDone)?.code ?? null
  // A step stays open when it is done: what became of the file is still to be read.
  const [open, setOpen] = useState(next)
  const after = (code: string) => steps.slice(steps.findIndex((one) => one.code === code) + 1)[0]
  return (
    <>
      <PageHead
        title={title}
        hint={t('merchant.start_hint')}
        actions={
          next === null && <Button onClick={() => go('/')}>{t('merchant.to_overview')}</Button>
        }
      />
      <Progress
        percent={Math.round((done / steps.length) * 100)}
        format={() => `${done} / ${steps.length}`}
      />
      {next === null && (
        <Alert
          className="start-done"
          type="success"
          showIcon
          title={t('merchant.start_done')}
          action={
            <Button type="primary" onClick={() => go('/campaigns/new')}>
              {t('merchant.first_campaign')}
            </Button>
          }
        />
      )}
      <ol className="start">
        {steps.map((step, index) => (
          <li
            key={step.code}
            className={`panel ${step.isDone ? 'done' : ''} ${open === step.code ? 'open' : ''}`}
          >
            <button
              type="button"
              className="start-head"
              disabled={step.content === null}
              onClick={() => setOpen(open === step.code ? null : step.code)}
            >
              <span className="start-mark">{step.isDone ? <CheckCircleFilled /> : index + 1}</span>
              <span>
                <b>{t(`merchant.step_${step.code}`)}</b>
                <small className="quiet">{t(`merchant.step_${step.code}_hint`)}</small>
              </span>
            </button>
            {open === step.code && (
              <div className="stack">
                {step.content}
                <Onward step={step} next={after(step.code)} open={setOpen} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  )
}

/** Where to go from a step, done or not. */
function Onward({
  step,
  next,
  open,
}: {
  step: Step
  next: Step | undefined
  open: (code: string) => void
}) {
  const { t } = useTranslation()
  if (!next) return null
  return (
    <div className="row start-onward">
      {step.isDone ? (
        <Button type="primary" onClick={() => open(next.code)}>
          {t('merchant.next_step', { step: t(`merchant.step_${next.code}`) })}
        </Button>
      ) : (
        <Button type="link" onClick={() => open(next.code)}>
          {t('merchant.skip_step')}
        </Button>
      )}
    </div>
  )
}
