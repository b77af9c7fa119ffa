import { CheckCircleTwoTone, UndoOutlined } from '@ant-design/icons'
import { App, Button, Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Identifier, Merging } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Answer, Nothing } from '@/ui/page'
import { Ago } from '@/ui/time'

/** 为什么是同一个人: every identifier with its evidence, every merge with its way back. */
export function WhyOne({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const why = useRead('/v1/customers/{id}/why-one', { id: customer })
  return (
    <Answer of={why}>
      {({ links, merges }) => (
        <div className="stack">
          <p className="quiet">{t('identity.why_hint')}</p>
          <ul className="lines">
            {links.map((link) => (
              <LinkLine key={`${link.kind}-${link.scope ?? ''}-${link.value}`} link={link} />
            ))}
          </ul>
          <h3 className="sub">{t('identity.merges', { count: merges.length })}</h3>
          {merges.length === 0 && <Nothing title={t('identity.no_merges')} />}
          <ul className="lines">
            {merges.map((merge) => (
              <MergeLine key={merge.id} merge={merge} customer={customer} />
            ))}
          </ul>
        </div>
      )}
    </Answer>
  )
}

function LinkLine({ link }: { link: Identifier }) {
  const { t } = useTranslation()
  return (
    <li className="link-line">
      <Tooltip title={t(`identity.grade_${link.grade}`, { defaultValue: link.grade })}>
        <span className={`grade grade-${link.grade}`}>{link.grade}</span>
      </Tooltip>
      <div>
        <div className="row">
          <b>{t(`identity.kind_${link.kind}`, { defaultValue: link.kind })}</b>
          <span className="num">{link.value}</span>
          {link.is_verified && <CheckCircleTwoTone twoToneColor="#2b8a57" title={t('identity.verified')} />}
          {link.scope && <Tag>{link.scope}</Tag>}
          {link.quarantine && <Tag color="orange">{t('identity.quarantine')}</Tag>}
        </div>
        <small className="quiet">
          {t('identity.from', { source: t(`order.source_${link.source}`, { defaultValue: link.source }) })}{' '}
          · <Ago at={link.linked_at} />
        </small>
      </div>
    </li>
  )
}

function MergeLine({ merge, customer }: { merge: Merging; customer: string }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()
  const undo = useWrite([
    '/v1/customers/{id}',
    '/v1/customers/{id}/why-one',
    '/v1/customers/{id}/timeline',
    '/v1/customers/{id}/totals',
    '/v1/customers/{id}/orders',
  ])
  const ask = () =>
    modal.confirm({
      title: t('identity.undo_title'),
      content: t('identity.undo_effect', { count: merge.moved_count }),
      okText: t('identity.undo'),
      onOk: () =>
        undo.mutateAsync({ path: `/v1/customers/${customer}/split`, body: { merging: merge.id } }).then(() =>
          showDone(t('identity.undone')),
        ),
    })
  return (
    <li className="row between">
      <div>
        <div>{t(`identity.reason_${merge.reason}`, { defaultValue: merge.reason })}</div>
        <small className="quiet">
          {merge.by ?? t('identity.by_rule')} · <Ago at={merge.at} />
        </small>
      </div>
      {merge.undone_at ? (
        <Tag>{t('identity.undone')}</Tag>
      ) : (
        may('customer.edit') && (
          <Button size="small" icon={<UndoOutlined />} onClick={ask}>
            {t('identity.undo')}
          </Button>
        )
      )}
    </li>
  )
}
