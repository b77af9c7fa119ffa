import { Alert, App, Button, Skeleton, Tag } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite, write } from '@/client/query'
import type { StoredPlan, StoredPlanVersion } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { Answer, Fault, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'

/** The recharge plan: a draft with its sentence and the rules it breaks, and what is in force. */
export function Plan() {
  const { t, i18n } = useTranslation()
  const plans = useRead('/v1/stored-plans')
  return (
    <Answer of={plans} rows={8}>
      {({ items }) => {
        const draft = items.find((one) => one.state === 'draft') ?? null
        const inForce = items.find((one) => one.state === 'published')
        const start = (draft ?? inForce)?.plan
        return (
          <Editor
            key={draft ? `draft-${draft.revision}` : (inForce?.version ?? 0)}
            draft={draft}
            start={start ?? blankPlan()}
          >
            <Panel title={t('stored.versions')}>
              {items.every((one) => one.state === 'draft') ? (
                <Nothing title={t('stored.none')} />
              ) : (
                <ul className="lines">
                  {items
                    .filter((one) => one.state !== 'draft')
                    .map((one) => (
                      <li key={one.version}>
                        <p className="quiet num">
                          {t('ui.version', { n: one.version })} · {one.plan.name}{' '}
                          {one.state === 'published' && (
                            <Tag color="green">{t('stored.in_force')}</Tag>
                          )}
                          <Ago at={one.published_at} />
                        </p>
                        <p className="reading">
                          {i18n.language === 'en' ? one.sentence.en : one.sentence.zh}
                        </p>
                      </li>
                    ))}
                </ul>
              )}
            </Panel>
          </Editor>
        )
      }}
    </Answer>
  )
}

function usePreview(plan: StoredPlan, mayAsk: boolean) {
  const still = useDebounced(plan, 350)
  return useQuery({
    queryKey: ['/v1/stored-plans/preview', still],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/stored-plans/preview', body: { plan: still } }, signal),
    enabled: mayAsk && still.name.trim() !== '' && still.steps.length > 0,
    placeholderData: (before) => before,
    retry: false,
  })
}

function Editor({
  draft,
  start,
  children,
}: {
  draft: StoredPlanVersion | null
  start: StoredPlan
  children: React.ReactNode
}) {
  const { t } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  const [plan, setPlan] = useState(start)
  const preview = usePreview(plan, mayEdit)
  const isChanged = JSON.stringify(plan) !== JSON.stringify(start)
  return (
    <div className="cols-editor">
      <fieldset className="plain-fieldset" disabled={!mayEdit}>
        <PlanForm plan={plan} set={(next) => setPlan((before) => ({ ...before, ...next }))} />
      </fieldset>
      <div className="stack reach-side">
        <Panel
          title={t(draft ? 'stored.draft' : 'stored.next')}
          extra={
            mayEdit && (
              <Turns
                plan={plan}
                draft={draft}
                isChanged={isChanged}
                isLawful={preview.data !== undefined && preview.data.unlawful.length === 0}
              />
            )
          }
        >
          {mayEdit && <Means preview={preview} isNamed={plan.name.trim() !== ''} />}
        </Panel>
        {children}
      </div>
    </div>
  )
}

function Means({ preview, isNamed }: { preview: ReturnType<typeof usePreview>; isNamed: boolean }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  if (!isNamed) return <p className="quiet">{t('stored.unfinished')}</p>
  if (preview.error) return <Fault error={preview.error} />
  if (!preview.data) return <Skeleton active title={false} paragraph={{ rows: 2 }} />
  const { sentence, unlawful, warnings } = preview.data
  return (
    <div className="stack" aria-live="polite">
      <p className="reading">{isEnglish ? sentence.en : sentence.zh}</p>
      {unlawful.map((one) => (
        <Alert
          key={one.code}
          type="error"
          showIcon
          title={t('stored.unlawful')}
          description={isEnglish ? one.en : one.zh}
        />
      ))}
      {warnings.map((one) => (
        <Alert key={one.code} type="warning" showIcon title={isEnglish ? one.en : one.zh} />
      ))}
    </div>
  )
}

function Turns({
  plan,
  draft,
  isChanged,
  isLawful,
}: {
  plan: StoredPlan
  draft: StoredPlanVersion | null
  isChanged: boolean
  isLawful: boolean
}) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const save = useWrite<'POST /v1/stored-plans' | 'PUT /v1/stored-plans/{version}'>([
    '/v1/stored-plans',
  ])
  const turn = useWrite(['/v1/stored-plans', '/v1/stored-plans/offered'])
  const keep = () =>
    save.mutate(
      draft
        ? {
            to: 'PUT /v1/stored-plans/{version}',
            id: String(draft.version),
            body: { plan, revision: draft.revision },
          }
        : { to: 'POST /v1/stored-plans', body: { plan } },
      { onSuccess: () => showDone(t('ui.saved')) },
    )
  const publish = (one: StoredPlanVersion) =>
    modal.confirm({
      title: t('stored.publish_title'),
      content: t('stored.publish_effect'),
      okText: t('stored.publish'),
      onOk: () =>
        turn
          .mutateAsync({
            to: 'POST /v1/stored-plans/{version}/publish',
            id: String(one.version),
            body: { revision: one.revision },
          })
          .then(() => showDone(t('stored.publish_done')))
          .catch(() => undefined),
    })
  return (
    <span className="row">
      <Button
        size="small"
        disabled={draft !== null && !isChanged}
        loading={save.isPending}
        onClick={keep}
      >
        {t('stored.save_draft')}
      </Button>
      {draft && (
        <Button
          size="small"
          type="primary"
          disabled={isChanged || !isLawful}
          onClick={() => publish(draft)}
        >
          {t('stored.publish')}
        </Button>
      )}
    </span>
  )
}
