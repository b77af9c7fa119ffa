import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { TierPlan, TierPlanVersion } from '@/client/types'
import { useMay } from '@/shell/session'
import { Answer } from '@/ui/page'
import { DraftPanel, Versions } from '@/shell/plans'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'
import { WouldMove } from './WouldMove'

/** The draft of the next plan, whom it would move, the one in force and those before. */
export function Plan() {
  const { t } = useTranslation()
  const plans = useRead('/v1/tier-plans')
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
              start={
                (draft ?? inForce)?.plan ??
                blankPlan({
                  base: t('tier.blank_base'),
                  silver: t('tier.blank_silver'),
                  gold: t('tier.blank_gold'),
                })
              }
            />
            <div className="stack">
              {draft && <WouldMove plan={draft} />}
              <Versions kind="tier" items={items.map(told)} />
            </div>
          </div>
        )
      }}
    </Answer>
  )
}

function useTold() {
  const isEnglish = useTranslation().i18n.language === 'en'
  return (one: TierPlanVersion) => ({
    ...one,
    name: one.plan.name,
    said: isEnglish ? one.sentence_en : one.sentence_zh,
  })
}

function Editor({ draft, start }: { draft: TierPlanVersion | null; start: TierPlan }) {
  const mayEdit = useMay()('benefit.edit')
  const told = useTold()
  const [plan, setPlan] = useState(start)
  const turn = useWrite(['/v1/tier-plans', '/v1/tiers', '/v1/tier-plans/{version}/preview'])
  const id = String(draft?.version)
  const revision = draft?.revision ?? 0
  return (
    <div className="stack">
      <DraftPanel
        kind="tier"
        draft={draft && told(draft)}
        isChanged={JSON.stringify(plan) !== JSON.stringify(start)}
        turns={{
          save: () =>
            turn.mutateAsync(
              draft
                ? { to: 'PUT /v1/tier-plans/{version}', id, body: { plan, revision } }
                : { to: 'POST /v1/tier-plans', body: { plan } },
            ),
          drop: () => turn.mutateAsync({ to: 'DELETE /v1/tier-plans/{version}', id }),
          publish: () =>
            turn.mutateAsync({
              to: 'POST /v1/tier-plans/{version}/publish',
              id,
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
