import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { PointsPlan, PointsPlanVersion } from '@/client/types'
import { useMay } from '@/shell/session'
import { Answer } from '@/ui/page'
import { DraftPanel, Versions } from '@/shell/plans'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'

/** The draft of the next plan, the one in force and those before. */
export function Plan() {
  const plans = useRead('/v1/points-plans')
  const told = useTold()
  return (
    <Answer of={plans} rows={8}>
      {({ items }) => {
        const draft = items.find((one) => one.state === 'draft') ?? null
        const inForce = items.find((one) => one.state === 'published')
        return (
          <div className="cols-editor">
            <Editor
              key={draft ? `draft-${draft.revision}` : (inForce?.version ?? 0)}
              draft={draft}
              start={((draft ?? inForce)?.document as PointsPlan | undefined) ?? blankPlan()}
            />
            <Versions kind="points" items={items.map(told)} />
          </div>
        )
      }}
    </Answer>
  )
}

function useTold() {
  const isEnglish = useTranslation().i18n.language === 'en'
  return (one: PointsPlanVersion) => ({
    ...one,
    name: one.document.name,
    said: isEnglish ? one.sentence_en : one.sentence_zh,
  })
}

function Editor({ draft, start }: { draft: PointsPlanVersion | null; start: PointsPlan }) {
  const mayEdit = useMay()('benefit.edit')
  const told = useTold()
  const [plan, setPlan] = useState(start)
  const turn = useWrite(['/v1/points-plans'])
  const revision = draft?.revision ?? 0
  return (
    <div className="stack">
      <DraftPanel
        kind="points"
        draft={draft && told(draft)}
        isChanged={JSON.stringify(plan) !== JSON.stringify(start)}
        turns={{
          save: () =>
            turn.mutateAsync({ to: 'PUT /v1/points-plans/draft', body: { plan, revision } }),
          drop: () => turn.mutateAsync({ to: 'DELETE /v1/points-plans/draft' }),
          publish: () =>
            turn.mutateAsync({
              to: 'POST /v1/points-plans/{version}/publish',
              id: String(draft?.version),
              body: { revision },
            }),
        }}
      />
      <fieldset className="plain-fieldset" disabled={!mayEdit}>
        <PlanForm plan={plan} set={(next) => setPlan((before) => ({ ...before, ...next }))} />
      </fieldset>
    </div>
  )
}
