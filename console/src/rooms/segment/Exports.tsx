import { DownloadOutlined } from '@ant-design/icons'
import { Button, Checkbox, Drawer, Input, Progress, Segmented, Switch, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Export, Segment } from '@/client/types'
import { useMay } from '@/shell/session'
import { Count } from '@/ui/figure'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

const usual = ['ordinal', 'name', 'phone', 'home_unit', 'associate', 'order_count', 'paid_yuan']
const lookMs = 1500

function isOver(one: Export): boolean {
  return one.state !== 'waiting' && one.state !== 'running'
}

/** The members of a segment as a file: which columns, in which form, and what for. */
export function ExportDrawer({ segment, close }: { segment: Segment; close: () => void }) {
  const { t } = useTranslation()
  return (
    <Drawer
      open
      onClose={close}
      title={t('segment.export_title', { name: segment.name })}
      size={640}
    >
      <div className="stack">
        <ExportForm segment={segment} />
        <Panel title={t('segment.exports')}>
          <ExportList segment={segment.id} />
        </Panel>
      </div>
    </Drawer>
  )
}

function ExportForm({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const may = useMay()
  const fields = useRead('/v1/exports/fields')
  const start = useWrite<'POST /v1/exports'>(['/v1/exports'])
  const [chosen, setChosen] = useState(usual)
  const [format, setFormat] = useState<Export['format']>('xlsx')
  const [reveal, setReveal] = useState(false)
  const [reason, setReason] = useState('')
  const isReady = chosen.length > 0 && (!reveal || reason.trim() !== '')
  return (
    <div className="stack">
      <Answer of={fields}>
        {({ items }) => (
          <Checkbox.Group
            className="export-fields"
            value={chosen}
            onChange={setChosen}
            options={items.map((field) => ({
              value: field.name,
              label: field.is_personal && !reveal ? `${field.title} ***` : field.title,
            }))}
          />
        )}
      </Answer>
      <div className="row">
        <Segmented
          value={format}
          onChange={setFormat}
          options={[
            { value: 'xlsx', label: 'Excel' },
            { value: 'csv', label: 'CSV' },
          ]}
        />
        {may('customer.reveal') && (
          <label className="row">
            <Switch size="small" checked={reveal} onChange={setReveal} />
            {t('segment.export_reveal')}
          </label>
        )}
      </div>
      <Input
        value={reason}
        maxLength={200}
        aria-label={t('segment.export_reason')}
        placeholder={t(reveal ? 'segment.export_reason_needed' : 'segment.export_reason')}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="row">
        <Button
          type="primary"
          disabled={!isReady}
          loading={start.isPending}
          onClick={() =>
            start.mutate({
              to: 'POST /v1/exports',
              body: { segment: segment.id, fields: chosen, format, reveal, reason },
            })
          }
        >
          {t('segment.export_start', { count: segment.member_count })}
        </Button>
        <small className="quiet">{t('segment.export_audited')}</small>
      </div>
    </div>
  )
}

/** Who exported what, when, how many and what for; finished files can be fetched for seven days. */
export function ExportList({ segment }: { segment?: string }) {
  const { t } = useTranslation()
  const [isBusy, setBusy] = useState(false)
  const exports = useRead('/v1/exports', {
    query: { segment },
    every: isBusy ? lookMs : false,
  })
  const busy = exports.data?.items.some((one) => !isOver(one)) ?? false
  if (busy !== isBusy) setBusy(busy)
  return (
    <Answer of={exports}>
      {({ items }) =>
        items.length === 0 ? (
          <Nothing title={t('segment.no_exports')} />
        ) : (
          <ul className="plain-list">
            {items.map((one) => (
              <ExportLine key={one.id} one={one} isNamed={segment === undefined} />
            ))}
          </ul>
        )
      }
    </Answer>
  )
}

const colours: Record<Export['state'], string> = {
  waiting: 'default',
  running: 'processing',
  done: 'green',
  failed: 'red',
  cancelled: 'default',
}

function ExportLine({ one, isNamed }: { one: Export; isNamed: boolean }) {
  const { t } = useTranslation()
  const cancel = useWrite(['/v1/exports'])
  const share = one.total ? Math.min(99, Math.round((one.done / one.total) * 100)) : 0
  return (
    <li className="export-line">
      <div className="row between">
        <span className="row">
          {isNamed && <b>{one.segment_name}</b>}
          <Tag color={colours[one.state]}>{t(`event.state_${one.state}`)}</Tag>
          <span className="num">
            <Count of={one.done} /> {t('segment.people')}
          </span>
          <small className="quiet">{one.format.toUpperCase()}</small>
          {one.is_revealed && <Tag color="orange">{t('segment.export_full')}</Tag>}
        </span>
        {isOver(one) ? (
          <FileLink one={one} />
        ) : (
          <Button
            size="small"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ to: 'POST /v1/exports/{export_id}/cancel', id: one.id })}
          >
            {t('segment.export_cancel')}
          </Button>
        )}
      </div>
      {!isOver(one) && <Progress percent={share} size="small" status="active" />}
      <small className="quiet">
        {one.created_by_name ?? t('merchant.by_key')} · <Ago at={one.created_at} />
        {one.reason && ` · ${one.reason}`}
      </small>
    </li>
  )
}

function FileLink({ one }: { one: Export }) {
  const { t } = useTranslation()
  const [openedAt] = useState(Date.now)
  if (one.expires_at === null) return null
  if (Date.parse(one.expires_at) <= openedAt)
    return <small className="quiet">{t('segment.export_gone')}</small>
  return (
    <Button
      size="small"
      icon={<DownloadOutlined />}
      href={`/v1/exports/${one.id}/file?surface=console`}
    >
      {t('segment.export_fetch')}
    </Button>
  )
}
