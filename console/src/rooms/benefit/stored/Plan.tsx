import { Alert, Skeleton } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite, write } from '@/client/query'
import type { StoredPlan, StoredPlanVersion } from '@/client/types'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { Answer, Fault } from '@/ui/page'
import { DraftPanel, Versions } from '@/shell/plans'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'

/** The recharge plan: a draft with its sentence and the rules it breaks, and what is in force. */
export function Plan() {
  const plans = useRead('/v1/stored-plans')
  const told = useTold()
  return (
    <Answer of={plans} rows={8}>
      {({ items }) => {
        const draft = items.find((one) => one.state === 'draft') ?? null
        const inForce = items.find((one) => one.state === 'published')
        return (
          <Editor
            key={draft ? `draft-${draft.revision}` : (inForce?.version ?? 0)}
            draft={draft}
            start={(draft ?? inForce)?.plan ?? blankPlan()}
          >
            <Versions kind="stored" items={items.map(told)} />
          </Editor>
        )
      }}
    </Answer>
  )
}

function useTold() {
  const isEnglish = useTranslation().i18n.language === 'en'
  return (one: StoredPlanVersion) => ({
    ...one,
    name: one.plan.name,
    said: isEnglish ? one.sentence.en : one.sentence.zh,
  })
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
  children: ReactNode
}) {
  const mayEdit = useMay()('benefit.edit')
  const told = useTold()
  const [plan, setPlan] = useState(start)
  const preview = usePreview(plan, mayEdit)
  const turn = useWrite(['/v1/stored-plans', '/v1/stored-plans/offered'])
  const id = String(draft?.version)
  const revision = draft?.revision ?? 0
  return (
    <div className="cols-editor">
      <fieldset className="plain-fieldset" disabled={!mayEdit}>
        <PlanForm plan={plan} set={(next) => setPlan((before) => ({ ...before, ...next }))} />
      </fieldset>
      <div className="stack reach-side">
        <DraftPanel
          kind="stored"
          draft={draft && told(draft)}
          isChanged={JSON.stringify(plan) !== JSON.stringify(start)}
          isFit={preview.data !== undefined && preview.data.unlawful.length === 0}
          turns={{
            save: () =>
              turn.mutateAsync(
                draft
                  ? { to: 'PUT /v1/stored-plans/{version}', id, body: { plan, revision } }
                  : { to: 'POST /v1/stored-plans', body: { plan } },
              ),
            drop: () => turn.mutateAsync({ to: 'DELETE /v1/stored-plans/{version}', id }),
            publish: () =>
              turn.mutateAsync({
                to: 'POST /v1/stored-plans/{version}/publish',
                id,
                body: { revision },
              }),
          }}
        >
          {mayEdit && <Means preview={preview} isNamed={plan.name.trim() !== ''} />}
        </DraftPanel>
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
