import { UploadOutlined } from '@ant-design/icons'
import { App, Button, Input, Modal, Progress, Select, Tag, Upload } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive, type LiveNote } from '@/client/live'
import { usePages, useRead, useWrite } from '@/client/query'
import type { SuppressionList } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { Field } from '@/ui/field'
import { Nothing, PageHead, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'
import { channels } from './policy'
import './reach.css'

const reasons = ['complaint', 'hard_bounce', 'risk', 'regulator', 'own'] as const
type Reason = (typeof reasons)[number]

/** 黑名单: numbers that are not to be written to, as they were uploaded. */
export function Lists({ tabs }: { tabs: ReactNode }) {
  const { t } = useTranslation()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const pages = usePages('/v1/reach/lists')
  const client = useQueryClient()
  useLive(
    useCallback(
      (note: LiveNote) => {
        if (note.kind === 'suppression_list')
          void client.invalidateQueries({ queryKey: ['/v1/reach/lists'] })
      },
      [client],
    ),
  )
  const channelOf = (code: string) => (code ? t(`reach.channel_${code}`) : t('reach.every_channel'))
  const mayUpload = may('import.write')
  return (
    <>
      <PageHead
        title={t('shell.nav_policy')}
        tabs={tabs}
        hint={t('blocked.hint')}
        actions={
          mayUpload && (
            <Button type="primary" icon={<UploadOutlined />} onClick={() => setOpen(true)}>
              {t('blocked.upload')}
            </Button>
          )
        }
      />
      <div className="stack">
        <Search channelOf={channelOf} />
        <Panel>
          <PagedTable<SuppressionList>
            pages={pages}
            rowKey="id"
            empty={<Nothing title={t('blocked.none')} hint={t('blocked.none_hint')} />}
            columns={[
              { title: t('blocked.file'), dataIndex: 'file_name' },
              { title: t('blocked.reason'), render: (_, one) => t(`blocked.reason_${one.reason}`) },
              { title: t('reach.channel'), render: (_, one) => channelOf(one.channel) },
              { title: t('blocked.state'), render: (_, one) => <State list={one} /> },
              { title: t('blocked.added'), align: 'right', dataIndex: 'added' },
              {
                title: t('blocked.failed'),
                align: 'right',
                render: (_, one) =>
                  one.failed > 0 && one.state === 'done' && mayUpload ? (
                    <a href={`/v1/reach/lists/${one.id}/errors.csv`} download>
                      {t('blocked.errors', { count: one.failed })}
                    </a>
                  ) : (
                    one.failed
                  ),
              },
              {
                title: t('blocked.at'),
                className: 'after-number',
                render: (_, one) => <Ago at={one.at} />,
              },
              {
                title: '',
                render: (_, one) => one.state === 'done' && <Verbs list={one} />,
              },
            ]}
          />
        </Panel>
      </div>
      {isOpen && <NewList close={() => setOpen(false)} />}
    </>
  )
}

function State({ list }: { list: SuppressionList }) {
  const { t } = useTranslation()
  if (list.state === 'running')
    return (
      <Progress size="small" percent={Math.round((100 * list.done) / Math.max(1, list.total))} />
    )
  return (
    <Tag color={list.state === 'done' ? 'green' : 'default'}>
      {t(`blocked.state_${list.state}`)}
    </Tag>
  )
}

function Verbs({ list }: { list: SuppressionList }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const undo = useWrite<'DELETE /v1/reach/lists/{list_id}'>(['/v1/reach/lists'])
  const ask = () =>
    modal.confirm({
      title: t('blocked.undo_title'),
      content: t('blocked.undo_hint', { count: list.added }),
      okText: t('blocked.undo'),
      onOk: () =>
        undo
          .mutateAsync({ to: 'DELETE /v1/reach/lists/{list_id}', id: list.id })
          .then(() => showDone(t('blocked.undone'))),
    })
  return (
    <div className="row">
      {may('export.read') && may('customer.reveal') && (
        <Button size="small" href={`/v1/reach/lists/${list.id}/export.csv`} download>
          {t('blocked.export')}
        </Button>
      )}
      {may('import.write') && (
        <Button size="small" onClick={ask}>
          {t('blocked.undo')}
        </Button>
      )}
    </div>
  )
}

function Search({ channelOf }: { channelOf: (code: string) => string }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const number = useDebounced(words.trim(), 300)
  const isAsked = number.length >= 4
  const found = useRead('/v1/reach/lists/search', { query: { number }, enabled: isAsked })
  return (
    <Panel>
      <Input.Search
        allowClear
        className="list-search"
        aria-label={t('blocked.search')}
        placeholder={t('blocked.search')}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {isAsked && found.data && (
        <ul className="lines" aria-live="polite">
          {found.data.length === 0 && <li>{t('blocked.not_on')}</li>}
          {found.data.map((one) => (
            <li key={`${one.list_id}${one.channel}`}>
              {t(`blocked.reason_${one.reason}`)} · {channelOf(one.channel)} · {one.file_name} ·{' '}
              <Ago at={one.at} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function NewList({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [file, setFile] = useState<File>()
  const [reason, setReason] = useState<Reason>('complaint')
  const [channel, setChannel] = useState('')
  const add = useWrite<'POST /v1/reach/lists'>(['/v1/reach/lists'])
  const send = () => {
    if (!file) return
    const form = new FormData()
    form.append('file', file)
    form.append('reason', reason)
    form.append('channel', channel)
    add.mutate(
      { to: 'POST /v1/reach/lists', body: form },
      {
        onSuccess: () => {
          showDone(t('blocked.uploaded'))
          close()
        },
      },
    )
  }
  return (
    <Modal
      open
      title={t('blocked.upload')}
      okText={t('blocked.upload')}
      okButtonProps={{ disabled: !file, loading: add.isPending }}
      onCancel={close}
      onOk={send}
    >
      <p className="quiet panel-hint">{t('blocked.upload_hint')}</p>
      <Field label={t('blocked.file')}>
        <Upload
          accept=".csv,.txt"
          maxCount={1}
          beforeUpload={(chosen) => {
            setFile(chosen)
            return false
          }}
          onRemove={() => setFile(undefined)}
        >
          <Button icon={<UploadOutlined />}>{t('blocked.choose')}</Button>
        </Upload>
      </Field>
      <Field label={t('blocked.reason')} hint={t(`blocked.means_${reason}`)}>
        <Select<Reason>
          className="wide"
          aria-label={t('blocked.reason')}
          value={reason}
          onChange={setReason}
          options={reasons.map((value) => ({ value, label: t(`blocked.reason_${value}`) }))}
        />
      </Field>
      <Field label={t('reach.channel')}>
        <Select
          className="wide"
          aria-label={t('reach.channel')}
          value={channel}
          onChange={setChannel}
          options={['', ...channels].map((value) => ({
            value,
            label: value ? t(`reach.channel_${value}`) : t('reach.every_channel'),
          }))}
        />
      </Field>
    </Modal>
  )
}
