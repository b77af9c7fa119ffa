import { Alert, Button, Collapse, Progress, Segmented, Tag } from 'antd'
import { DownloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { useRead, useWrite } from '@/client/query'
import type { OfferCheck } from '@/client/types'
import { useMay } from '@/shell/session'
import { count } from '@/ui/format'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Conflicts } from './Conflicts'
import { Exposure } from './Exposure'
import { Prices } from './Prices'
import { Replay } from './Replay'
import { useSaid } from './said'
import './check.css'

const lookMs = 1500
const sizes = [200, 1_000, 5_000]
const stale = ['/v1/offers/{offer_id}/check', '/v1/offers/{offer_id}'] as const

const isOver = (check: OfferCheck) => check.state === 'done' || check.state === 'cancelled'

/** What an offer would do, before it is published: begin, follow, stop, read. */
export function CheckPanel({ offerId, version }: { offerId: string; version: number }) {
  const { t } = useTranslation()
  const may = useMay()
  const [isBusy, setBusy] = useState(false)
  const check = useRead('/v1/offers/{offer_id}/check', {
    id: offerId,
    query: { version },
    enabled: may('offer.edit'),
    every: isBusy ? lookMs : false,
  })
  const busy = check.data !== undefined && !isOver(check.data)
  if (busy !== isBusy) setBusy(busy)
  if (!may('offer.edit')) return <Nothing title={t('ui.not_allowed')} />
  if (check.error instanceof Problem && check.error.code === 'offer.no_check')
    return (
      <Panel>
        <Nothing
          title={t('check.none')}
          hint={t('check.none_hint')}
          action={<Start offerId={offerId} version={version} label={t('check.start')} />}
        />
      </Panel>
    )
  return <Answer of={check}>{(data) => <Checked check={data} />}</Answer>
}

function Checked({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Head check={check} />
      <Findings check={check} />
      {check.replay.orders > 0 && <Replay check={check} />}
      {check.exposure && <Exposure exposure={check.exposure} />}
      <Prices check={check} />
      <Conflicts check={check} />
      <Notes check={check} />
      {check.replay.orders === 0 && isOver(check) && (
        <Panel title={t('check.replay')}>
          <Nothing title={t('check.no_orders')} />
        </Panel>
      )}
    </div>
  )
}

/** How far it is; begin anew, stop, take the file. */
function Head({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const cancel = useWrite<'POST /v1/offers/{offer_id}/check/cancel'>([...stale])
  const colours = { queued: 'default', running: 'cyan', done: 'green', cancelled: 'default' }
  const share = check.total ? Math.floor((check.done / check.total) * 100) : 0
  return (
    <Panel>
      <div className="row between">
        <span className="row">
          <Tag color={colours[check.state]}>{t(`check.state_${check.state}`)}</Tag>
          <span className="quiet">
            {t('ui.version', { n: check.version })} · <Ago at={check.ended_at ?? check.queued_at} />
          </span>
        </span>
        <span className="row">
          {check.replay.orders > 0 && (
            <Button
              icon={<DownloadOutlined />}
              href={`/v1/offers/${check.offer_id}/check.csv?version=${check.version}&surface=console`}
            >
              {t('check.csv')}
            </Button>
          )}
          {isOver(check) ? (
            <Start offerId={check.offer_id} version={check.version} label={t('check.again')} />
          ) : (
            <Button
              loading={cancel.isPending}
              onClick={() =>
                cancel.mutate({ to: 'POST /v1/offers/{offer_id}/check/cancel', id: check.offer_id })
              }
            >
              {t('check.cancel')}
            </Button>
          )}
        </span>
      </div>
      {!isOver(check) && (
        <div className="check-progress" role="status">
          <Progress percent={share} status="active" />
          <small className="quiet num">
            {t(`check.stage_${check.stage}`)} {count(check.done)} / {count(check.total)}
          </small>
        </div>
      )}
    </Panel>
  )
}

function Start({ offerId, version, label }: { offerId: string; version: number; label: string }) {
  const { t } = useTranslation()
  const [size, setSize] = useState(1_000)
  const start = useWrite<'POST /v1/offers/{offer_id}/check'>([...stale])
  return (
    <span className="row check-start">
      <Segmented
        aria-label={t('check.size')}
        value={size}
        onChange={setSize}
        options={sizes.map((value) => ({
          value,
          label: t('check.orders', { count: value, said: count(value) }),
        }))}
      />
      <Button
        type="primary"
        icon={<SafetyCertificateOutlined />}
        loading={start.isPending}
        onClick={() =>
          start.mutate({
            to: 'POST /v1/offers/{offer_id}/check',
            id: offerId,
            body: { version, carts_max: size },
          })
        }
      >
        {label}
      </Button>
    </span>
  )
}

function Findings({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const said = useSaid()
  const colours = { block: 'red', warn: 'orange', info: 'default' }
  return (
    <Panel title={t('check.findings')}>
      {!check.is_current && (
        <Alert type="warning" showIcon className="check-alert" title={t('check.not_current')} />
      )}
      {check.takes_two.length > 0 && (
        <Alert
          type="warning"
          showIcon
          className="check-alert"
          title={t('check.takes_two')}
          description={
            <ul>
              {check.takes_two.map((why) => (
                <li key={why.en}>{said(why)}</li>
              ))}
            </ul>
          }
        />
      )}
      {check.findings.length === 0 ? (
        <p className="quiet">{t(isOver(check) ? 'check.nothing' : 'check.looking')}</p>
      ) : (
        <ul className="plain-list">
          {check.findings.map((finding) => (
            <li key={finding.code} className="check-finding">
              <Tag color={colours[finding.severity]}>{t(`check.severity_${finding.severity}`)}</Tag>
              <span>{said(finding)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Notes({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <Collapse
      ghost
      items={[
        {
          key: 'notes',
          label: t('check.notes'),
          children: (
            <ul className="concerns quiet">
              {check.notes.map((note) => (
                <li key={note.en}>{said(note)}</li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  )
}
