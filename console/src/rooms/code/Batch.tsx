import { PrinterOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Progress, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { ContactCodeBatch } from '@/client/types'
import { Units } from '@/shell/goods'
import { useMay } from '@/shell/session'
import { Field } from '@/ui/field'
import { Answer, Nothing } from '@/ui/page'
import { Ago } from '@/ui/time'
import { blank, bodyOf, missingOf } from './draft'
import { CodeForm } from './Form'
import { whyOf } from './StandingTag'

const paths = ['/v1/codes', '/v1/codes/batches'] as const

/** A code for each store in one go, and how far earlier ones are. */
export function BatchDrawer({ close, show }: { close: () => void; show: (batch: string) => void }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('codes.edit')
  const [tab, setTab] = useState(mayEdit ? 'new' : 'past')
  return (
    <Drawer open size={640} onClose={close} title={t('code.batch')}>
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          ...(mayEdit
            ? [
                {
                  key: 'new',
                  label: t('code.batch_new'),
                  children: <NewBatch done={() => setTab('past')} />,
                },
              ]
            : []),
          { key: 'past', label: t('code.batch_past'), children: <Batches show={show} /> },
        ]}
      />
    </Drawer>
  )
}

function NewBatch({ done }: { done: () => void }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(() => blank('', 'store'))
  const [units, setUnits] = useState<string[]>([])
  const missing = missingOf(draft, true)
  const make = useWrite<'POST /v1/codes/batches'>([...paths])
  const { name, source, tags, from_minute, until_minute, asks_first, day_limit } = draft
  const { welcome, fallback_staff_id } = bodyOf(draft)
  const what = { name, source, tags, from_minute, until_minute, asks_first, day_limit }
  const body = {
    code: { ...what, welcome, fallback_staff_id },
    units: units.length > 0 ? units : null,
  }
  return (
    <div className="stack">
      <Field label={t('code.batch_units')}>
        <Units codes={units} change={setUnits} />
      </Field>
      <CodeForm
        draft={draft}
        isForStores
        set={(next) => setDraft((before) => ({ ...before, ...next }))}
      />
      <div className="row between">
        <small className="quiet">{missing && t(missing)}</small>
        <Button
          type="primary"
          disabled={missing !== null}
          loading={make.isPending}
          onClick={() =>
            make
              .mutateAsync({ to: 'POST /v1/codes/batches', body })
              .then(done)
              .catch(() => undefined)
          }
        >
          {units.length > 0
            ? t('code.batch_make', { count: units.length })
            : t('code.batch_make_all')}
        </Button>
      </div>
    </div>
  )
}

function Batches({ show }: { show: (batch: string) => void }) {
  const { t } = useTranslation()
  const [isMoving, setMoving] = useState(true)
  const batches = useRead('/v1/codes/batches', { every: isMoving ? 1_500 : false })
  const moving = batches.data?.some((batch) => batch.making > 0) ?? true
  if (moving !== isMoving) setMoving(moving)
  return (
    <Answer of={batches}>
      {(items) =>
        items.length === 0 ? (
          <Nothing title={t('code.no_batch')} />
        ) : (
          <ul className="lines">
            {items.map((batch) => (
              <One key={batch.id} batch={batch} show={() => show(batch.id)} />
            ))}
          </ul>
        )
      }
    </Answer>
  )
}

function One({ batch, show }: { batch: ContactCodeBatch; show: () => void }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('codes.edit')
  const units = useRead('/v1/units', { enabled: batch.refused.length > 0 })
  const again = useWrite<'POST /v1/codes/batches/{batch_id}/retry'>([...paths])
  const ended = batch.total - batch.making
  const nameOf = new Map(units.data?.items.map((unit) => [unit.id, unit.name]))
  return (
    <li className="stack tight">
      <div className="row between">
        <span>
          <b>{batch.name}</b>{' '}
          <small className="quiet">
            <Ago at={batch.created_at} />
          </small>
        </span>
        <span className="row">
          <Button size="small" onClick={show}>
            {t('code.batch_see')}
          </Button>
          <Button
            size="small"
            icon={<PrinterOutlined />}
            disabled={batch.live === 0}
            href={`/v1/codes/sheet?batch=${batch.id}&surface=console`}
            target="_blank"
          >
            {t('code.print')}
          </Button>
        </span>
      </div>
      <Progress
        percent={batch.total > 0 ? Math.round((100 * ended) / batch.total) : 100}
        status={batch.failed > 0 ? 'exception' : batch.making > 0 ? 'active' : 'success'}
        format={() => `${batch.live}/${batch.total}`}
        aria-label={t('code.batch_progress', { name: batch.name })}
      />
      {batch.failed > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('code.batch_failed', { count: batch.failed })}
          action={
            mayEdit && (
              <Button
                size="small"
                loading={again.isPending}
                onClick={() =>
                  again.mutate({ to: 'POST /v1/codes/batches/{batch_id}/retry', id: batch.id })
                }
              >
                {t('code.retry')}
              </Button>
            )
          }
        />
      )}
      {batch.refused.length > 0 && (
        <details className="quiet">
          <summary>{t('code.batch_refused', { count: batch.refused.length })}</summary>
          {batch.refused.map((one) => (
            <div key={one.unit_id}>
              {nameOf.get(one.unit_id) ?? one.unit_id}：{whyOf(one.reason, t)}
            </div>
          ))}
        </details>
      )}
    </li>
  )
}
