import { App, Alert, Button, InputNumber, Select, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { useRead, useWrite } from '@/client/query'
import type { Reads } from '@/client/reads'
import type { CustomerRow } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { count } from '@/ui/format'
import { Answer, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import './review.css'

type InForce = Reads['/v1/identity/policy']
type Policy = InForce['policy']
type Foreseen = NonNullable<InForce['preview']>
type WhatIf = NonNullable<Foreseen['found']>

const kinds = ['card', 'openid', 'external_userid', 'ouid'] as const
const grades = ['A', 'B', 'C'] as const

/** The rule by which identifiers join customers: changed only after seeing what it would do. */
export function Rule() {
  const { t } = useTranslation()
  const [isWaiting, setWaiting] = useState(false)
  const rule = useRead('/v1/identity/policy', { every: isWaiting ? 1_500 : false })
  const isApplying = isUnderWay(rule.data?.run)
  const isBusy = isApplying || isUnderWay(rule.data?.preview)
  useEffect(() => setWaiting(isBusy), [isBusy])
  return (
    <Panel title={t('identity.rule')}>
      <p className="quiet">{t('identity.rule_hint')}</p>
      <Answer of={rule}>
        {(data) => (
          <>
            {isApplying && <Alert type="info" showIcon title={t('identity.applying')} />}
            {data.at && (
              <p className="quiet">
                {t('identity.in_force', { version: data.version })} <Ago at={data.at} />
              </p>
            )}
            <Editor key={data.version} inForce={data} isApplying={isApplying} />
          </>
        )}
      </Answer>
    </Panel>
  )
}

function isUnderWay(run: { state: string } | null | undefined) {
  return run?.state === 'queued' || run?.state === 'running'
}

function Editor({ inForce, isApplying }: { inForce: InForce; isApplying: boolean }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const may = useMay()
  const [draft, setDraft] = useState<Policy>(inForce.policy)
  const [asked, setAsked] = useState<string | null>(null)
  const preview = inForce.preview?.id === asked ? inForce.preview : null
  const found = preview?.found
  const isAnother = JSON.stringify(draft) !== JSON.stringify(inForce.policy)
  const ask = useWrite<'POST /v1/identity/policy/preview'>(['/v1/identity/policy'])
  const put = useWrite(['/v1/identity/policy', '/v1/identity/quarantine', '/v1/customers'])
  const change = (next: Partial<Policy>) => {
    setAsked(null)
    setDraft({ ...draft, ...next })
  }
  const look = (policy: Policy) => {
    setDraft(policy)
    ask
      .mutateAsync({ to: 'POST /v1/identity/policy/preview', body: { policy } })
      .then(({ id }) => setAsked(id))
      .catch(() => undefined)
  }
  const apply = () =>
    modal.confirm({
      title: t('identity.apply_title'),
      content: t('identity.apply_effect'),
      okText: t('identity.apply'),
      onOk: () =>
        put
          .mutateAsync({ to: 'PUT /v1/identity/policy', body: { policy: draft } })
          .then(() => {
            setAsked(null)
            showDone(t('identity.apply_begun'))
          })
          .catch(() => undefined),
    })
  return (
    <div className="stack">
      <dl className="rule">
        <dt>{t('identity.shared_after')}</dt>
        <dd>
          <InputNumber
            min={2}
            max={1_000}
            value={draft.shared_after}
            onChange={(value) => change({ shared_after: value ?? 3 })}
            suffix={t('identity.cards')}
          />
        </dd>
        <dt>{t('identity.verified_merges')}</dt>
        <dd>
          <Switch
            checked={draft.verified_phone_merges}
            onChange={(verified_phone_merges) => change({ verified_phone_merges })}
          />
        </dd>
        <dt>{t('identity.silence')}</dt>
        <dd>
          <InputNumber
            min={0}
            max={120}
            value={draft.silence_months}
            onChange={(value) => change({ silence_months: value ?? 0 })}
            suffix={t('identity.months')}
          />
        </dd>
        {kinds.map((kind) => (
          <GradeOf key={kind} kind={kind} draft={draft} change={change} />
        ))}
      </dl>
      <div className="row">
        <Button
          type="primary"
          loading={ask.isPending || isUnderWay(preview)}
          onClick={() => look(draft)}
        >
          {t('identity.look')}
        </Button>
        {inForce.previous && (
          <Button onClick={() => inForce.previous && look(inForce.previous)}>
            {t('identity.former')}
          </Button>
        )}
      </div>
      {preview?.state === 'running' && (
        <p className="quiet num">{t('identity.looking', { count: preview.total })}</p>
      )}
      {preview?.state === 'failed' && <Alert type="warning" title={t('identity.look_failed')} />}
      {found && (
        <Preview found={found}>
          {isAnother && may('setting.edit') && (
            <Button danger disabled={isApplying} loading={put.isPending} onClick={apply}>
              {t('identity.apply')}
            </Button>
          )}
        </Preview>
      )}
    </div>
  )
}

function GradeOf({
  kind,
  draft,
  change,
}: {
  kind: string
  draft: Policy
  change: (next: Partial<Policy>) => void
}) {
  const { t } = useTranslation()
  const usual = kind === 'card' ? 'A' : 'B'
  return (
    <>
      <dt>{t('identity.grade_of', { kind: t(`identity.kind_${kind}`) })}</dt>
      <dd>
        <Select
          value={draft.grades[kind] ?? usual}
          onChange={(grade: 'A' | 'B' | 'C') => {
            const { [kind]: _, ...others } = draft.grades
            change({ grades: grade === usual ? others : { ...others, [kind]: grade } })
          }}
          options={grades.map((grade) => ({ value: grade, label: t(`identity.grade_${grade}`) }))}
        />
      </dd>
    </>
  )
}

function Preview({ found, children }: { found: WhatIf; children: React.ReactNode }) {
  const { t, i18n } = useTranslation()
  const { rows } = useCustomersOf([...new Set(found.examples.flatMap((one) => one.customer_ids))])
  return (
    <div className="what-if">
      <p className="what-if-sentence">{i18n.language === 'en' ? found.en : found.zh}</p>
      <p className="quiet num">
        {t('identity.counts', {
          before: count(found.customers_before, i18n.language),
          after: count(found.customers_after, i18n.language),
        })}
      </p>
      <ul className="lines">
        {found.examples.map((one) => (
          <li key={one.customer_ids.join()}>
            {one.kind === 'merge'
              ? t('identity.example_merge', { count: one.customer_ids.length })
              : t('identity.example_split', { count: one.into })}{' '}
            {one.customer_ids.map((id) => (
              <a key={id} className="what-if-one" href={`#/customers/${id}`}>
                {named(rows.get(id))}
              </a>
            ))}
          </li>
        ))}
      </ul>
      {children}
    </div>
  )
}

/** Whom an example is about: enough to see who that is without going there. */
function named(row: CustomerRow | undefined): string {
  if (!row) return '…'
  return [row.name ?? `#${row.ordinal}`, row.phone, row.home_unit?.name].filter(Boolean).join(' · ')
}
