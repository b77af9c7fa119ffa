import { CheckCircleTwoTone, UndoOutlined } from '@ant-design/icons'
import { App, Button, Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Customer, Evidence, Identifier } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Answer, Nothing } from '@/ui/page'
import { Ago } from '@/ui/time'

/** 为什么是同一个人: every identifier with its evidence, every merge with its way back. */
export function WhyOne({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const why = useRead('/v1/customers/{customer_id}/why-one', { id: customer.id })
  return (
    <div className="stack">
      <p className="quiet">{t('identity.why_hint')}</p>
      <ul className="lines">
        {customer.identifiers.map((one) => (
          <IdentifierLine key={one.id} one={one} />
        ))}
      </ul>
      <h3 className="sub">{t('identity.evidence')}</h3>
      <Answer of={why} rows={3}>
        {({ evidence, members }) =>
          evidence.length === 0 ? (
            <Nothing title={t('identity.no_evidence')} />
          ) : (
            <ul className="lines evidence">
              {evidence.map((one) => (
                <EvidenceLine
                  key={`${one.kind}-${one.id}`}
                  one={one}
                  customer={customer}
                  members={members.length}
                />
              ))}
            </ul>
          )
        }
      </Answer>
    </div>
  )
}

function IdentifierLine({ one }: { one: Identifier }) {
  const { t } = useTranslation()
  return (
    <li className="link-line">
      <Tooltip title={t(`identity.grade_${one.grade}`, { defaultValue: one.grade })}>
        <span className={`grade grade-${one.grade}`}>{one.grade}</span>
      </Tooltip>
      <div>
        <div className="row">
          <b>{t(`identity.kind_${one.kind}`, { defaultValue: one.kind })}</b>
          <span className="num">{one.value}</span>
          {one.is_verified && (
            <CheckCircleTwoTone twoToneColor="#2b8a57" title={t('identity.verified')} />
          )}
          {one.scope && one.scope !== 'default' && <Tag>{one.scope}</Tag>}
          {one.quarantine && (
            <Tag color="orange">
              {t(`identity.quarantine_${one.quarantine}`, { defaultValue: one.quarantine })}
            </Tag>
          )}
        </div>
        <small className="quiet">
          {t('identity.from', {
            source: t(`order.source_${one.source}`, { defaultValue: one.source }),
          })}{' '}
          · <Ago at={one.linked_at} />
        </small>
      </div>
    </li>
  )
}

function EvidenceLine({
  one,
  customer,
  members,
}: {
  one: Evidence
  customer: Customer
  members: number
}) {
  const { t, i18n } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()
  const undo = useWrite([
    '/v1/customers/{customer_id}',
    '/v1/customers/{customer_id}/why-one',
    '/v1/customers/{customer_id}/timeline',
    '/v1/customers/{customer_id}/totals',
    '/v1/customers/{customer_id}/orders',
  ])
  const ask = () =>
    modal.confirm({
      title: t('identity.undo_title'),
      content: t('identity.undo_effect', { members, identifiers: customer.identifiers.length }),
      okText: t('identity.undo'),
      onOk: () =>
        undo
          .mutateAsync({
            to: 'POST /v1/customers/{customer_id}/split',
            id: customer.id,
            body: { merging: one.id },
          })
          .then(() => showDone(t('identity.undone')))
          .catch(() => undefined),
    })
  return (
    <li className="row between evidence-line">
      <div>
        <div>{i18n.language === 'en' ? one.sentence_en : one.sentence_zh}</div>
        <small className="quiet">
          <Ago at={one.at} />
        </small>
      </div>
      {one.is_undone && <Tag>{t('identity.undone')}</Tag>}
      {one.may_undo && !one.is_undone && may('customer.edit') && (
        <Button size="small" icon={<UndoOutlined />} onClick={ask}>
          {t('identity.undo')}
        </Button>
      )}
    </li>
  )
}
