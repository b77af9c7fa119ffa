import { CopyOutlined, DownloadOutlined, EditOutlined, PrinterOutlined } from '@ant-design/icons'
import { Alert, App, Button, Drawer, Tag } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { ContactCode } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { count } from '@/ui/format'
import { Answer } from '@/ui/page'
import { Came } from './Came'
import { StandingTag, whyOf } from './StandingTag'

const paths = ['/v1/codes', '/v1/codes/{code_id}'] as const

/** A code: its picture, whom it adds now, how friends were greeted and what came of them. */
export function CodeDetail({
  id,
  close,
  edit,
}: {
  id: string
  close: () => void
  edit: (code: ContactCode) => void
}) {
  const { t } = useTranslation()
  const mayEdit = useMay()('codes.edit')
  const answer = useRead('/v1/codes/{code_id}', {
    id,
    every: 2_000,
    keep: true,
  })
  const shown = answer.data
  return (
    <Drawer
      open
      size={560}
      onClose={close}
      title={shown?.code.name ?? t('code.one')}
      extra={
        shown &&
        mayEdit &&
        shown.code.standing !== 'stopped' && (
          <Button icon={<EditOutlined />} onClick={() => edit(shown)}>
            {t('ui.edit')}
          </Button>
        )
      }
    >
      <Answer of={answer} rows={8}>
        {(one) => (
          <div className="stack">
            <Picture of={one} />
            <Facts of={one} />
            <Came id={id} numbers={one.numbers} />
            <Greetings id={id} />
            {mayEdit && one.code.standing !== 'stopped' && <Stop of={one} />}
          </div>
        )}
      </Answer>
    </Drawer>
  )
}

function Picture({ of: { code, url } }: { of: ContactCode }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('codes.edit')
  const again = useWrite<'POST /v1/codes/{code_id}/retry'>([...paths])
  const picture = `/v1/codes/${code.id}/qr.png?surface=console`
  return (
    <>
      {code.standing === 'failed' && code.failure && (
        <Alert
          type="error"
          showIcon
          title={whyOf(code.failure, t)}
          description={code.failure_detail}
          action={
            mayEdit && (
              <Button
                size="small"
                loading={again.isPending}
                onClick={() => again.mutate({ to: 'POST /v1/codes/{code_id}/retry', id: code.id })}
              >
                {t('code.retry')}
              </Button>
            )
          }
        />
      )}
      <div className="code-picture">
        {code.has_picture ? (
          <img src={picture} alt={t('code.picture_of', { name: code.name })} />
        ) : (
          <span className="quiet">
            {t(code.standing === 'stopped' ? 'code.no_picture' : 'code.picture_coming')}
          </span>
        )}
        <div className="stack tight">
          <span>
            <StandingTag code={code} />
            <Tag>{t(`code.kind_${code.kind}`)}</Tag>
          </span>
          {code.has_picture && (
            <>
              <Button icon={<DownloadOutlined />} href={picture} download={`${code.name}.png`}>
                {t('code.download')}
              </Button>
              <Button
                icon={<PrinterOutlined />}
                href={`/v1/codes/sheet?ids=${code.id}&surface=console`}
                target="_blank"
              >
                {t('code.print')}
              </Button>
              <Button
                type="text"
                icon={<CopyOutlined />}
                onClick={() =>
                  void navigator.clipboard
                    .writeText(url)
                    .then(() => showDone(t('code.copied')))
                    .catch(() => window.prompt(t('code.copy_page'), url))
                }
              >
                {t('code.copy_page')}
              </Button>
            </>
          )}
        </div>
      </div>
    </>
  )
}

function Facts({ of: { code } }: { of: ContactCode }) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const staff = useRead('/v1/staff')
  const people = new Map(staff.data?.items.map((one) => [one.wecom_user, one.name]))
  const unit = units.data?.items.find((one) => one.id === code.unit_id)
  const rows: [string, ReactNode][] = [
    ['unit', unit?.name ?? '–'],
    ['behind', code.behind.map((user) => people.get(user) ?? user).join('、') || '–'],
    ['source', code.source || code.name],
    ['tags', code.tags.length > 0 ? code.tags.map((name) => <Tag key={name}>{name}</Tag>) : '–'],
    ['text', code.welcome.text || t('code.own_greeting')],
  ]
  if (code.day_limit !== null) rows.push(['day_limit', count(code.day_limit)])
  return (
    <dl className="code-facts">
      {rows.map(([key, value]) => (
        <div key={key}>
          <dt>{t(`code.${key}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const colours: Record<string, string> = { sent: 'green', failed: 'red', unknown: 'orange' }

/** How the greetings ended; a code that greeted nobody shows nothing. */
function Greetings({ id }: { id: string }) {
  const { t } = useTranslation()
  const greetings = useRead('/v1/greetings', { query: { code: id } })
  if (!greetings.data || greetings.data.length === 0) return null
  return (
    <section>
      <b>{t('code.greetings')}</b>
      <ul className="lines">
        {greetings.data.map((one) => (
          <li key={`${one.state}${one.failure}`} className="row between">
            <span>
              <Tag color={colours[one.state]}>{t(`code.greeting_${one.state}`)}</Tag>
              {one.text && <small className="quiet">{one.text}</small>}
            </span>
            <span className="num">{count(one.count)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Stop({ of: { code } }: { of: ContactCode }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const stop = useWrite<'POST /v1/codes/{code_id}/stop'>([...paths])
  return (
    <div>
      <Button
        danger
        type="text"
        loading={stop.isPending}
        onClick={() =>
          void modal.confirm({
            title: t('code.stop_title', { name: code.name }),
            content: t('code.stop_effect'),
            okText: t('code.stop'),
            okButtonProps: { danger: true },
            onOk: () =>
              stop
                .mutateAsync({ to: 'POST /v1/codes/{code_id}/stop', id: code.id })
                .catch(() => undefined),
          })
        }
      >
        {t('code.stop')}
      </Button>
    </div>
  )
}
