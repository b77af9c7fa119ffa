import { CheckCircleFilled } from '@ant-design/icons'
import { Button, Progress } from 'antd'
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
import { Wordmark } from '@/ui/mark'
import { Answer, PageHead, Panel } from '@/ui/page'

/** Steps that leave no trace of their own in the data are ticked in this browser. */
const kept = 'huitou.start'

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

function useTicked(): [string[], (code: string) => void] {
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
  const units = useRead('/v1/units').data?.items ?? []
  const staff = useRead('/v1/staff').data?.items ?? []
  const customers = useRead('/v1/customers', { query: { limit: 1 } }).data?.items ?? []
  const imports = useRead('/v1/imports').data?.items ?? []
  const channels = useRead('/v1/channels').data?.items ?? []
  const segments = useRead('/v1/segments').data?.items ?? []
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
      isDone: has('orders'),
      content: <ImportWizard only={['orders', 'products']} />,
    },
    {
      code: 'channel',
      isDone: ticked.includes('channel') || channels.some((one) => one.state === 'ready'),
      content: <Channels done={() => tick('channel')} />,
    },
    {
      code: 'test',
      isDone: ticked.includes('test'),
      content: (
        <div className="stack">
          {channels.map((channel) => (
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
  return <Steps steps={steps} title={t('merchant.start_title')} />
}

function Steps({ steps, title }: { steps: Step[]; title: string }) {
  const { t } = useTranslation()
  const done = steps.filter((step) => step.isDone).length
  const next = steps.find((step) => !step.isDone)?.code ?? null
  const [chosen, setChosen] = useState<string | null>(null)
  const open = chosen ?? next
  return (
    <>
      <PageHead
        title={title}
        hint={t('merchant.start_hint')}
        actions={
          next === null && (
            <Button type="primary" onClick={() => go('/')}>
              {t('merchant.to_overview')}
            </Button>
          )
        }
      />
      <Progress
        percent={Math.round((done / steps.length) * 100)}
        format={() => `${done} / ${steps.length}`}
      />
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
              onClick={() => setChosen(open === step.code ? '' : step.code)}
            >
              <span className="start-mark">{step.isDone ? <CheckCircleFilled /> : index + 1}</span>
              <span>
                <b>{t(`merchant.step_${step.code}`)}</b>
                <small className="quiet">{t(`merchant.step_${step.code}_hint`)}</small>
              </span>
            </button>
            {open === step.code && step.content}
          </li>
        ))}
      </ol>
    </>
  )
}
