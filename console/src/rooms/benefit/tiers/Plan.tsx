import { App, Button, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { TierPlan, TierPlanVersion } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'
import { WouldMove } from './WouldMove'

const lists = ['/v1/tier-plans'] as const

/** The plan in force, the draft of the next, whom it would move, and those before. */
export function Plan() {
  const { t } = useTranslation()
  const plans = useRead('/v1/tier-plans')
  return (
    <Answer of={plans} rows={8}>
      {({ items }) => {
        const draft = items.find((one) => one.state === 'draft') ?? null
        const inForce = items.find((one) => one.state === 'published')
        const others = items.filter((one) => one !== draft)
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
              <Panel title={t('tier.versions')}>
                {others.length === 0 ? (
                  <Nothing title={t('tier.none')} />
                ) : (
                  <ul className="lines">
                    {others.map((one) => (
                      <li key={one.version}>
                        <Reading plan={one} />
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
            </div>
          </div>
        )
      }}
    </Answer>
  )
}

function Reading({ plan }: { plan: TierPlanVersion }) {
  const { t, i18n } = useTranslation()
  return (
    <>
      <p className="quiet num">
        {t('ui.version', { n: plan.version })} · {plan.plan.name}{' '}
        {plan.state === 'published' && <Tag color="green">{t('tier.in_force')}</Tag>}
        {plan.published_at && <Ago at={plan.published_at} />}
      </p>
      <p className="reading">{i18n.language === 'en' ? plan.sentence_en : plan.sentence_zh}</p>
    </>
  )
}

function Editor({ draft, start }: { draft: TierPlanVersion | null; start: TierPlan }) {
  const { t, i18n } = useTranslation()
  const { modal } = App.useApp()
  const mayEdit = useMay()('benefit.edit')
  const [plan, setPlan] = useState(start)
  const isChanged = JSON.stringify(plan) !== JSON.stringify(start)
  const save = useWrite<'POST /v1/tier-plans' | 'PUT /v1/tier-plans/{version}'>([...lists])
  const turn = useWrite([...lists, '/v1/tiers', '/v1/tier-plans/{version}/preview'])
  const keep = () =>
    save.mutate(
      draft
        ? {
            to: 'PUT /v1/tier-plans/{version}',
            id: String(draft.version),
            body: { plan, revision: draft.revision },
          }
        : { to: 'POST /v1/tier-plans', body: { plan } },
      { onSuccess: () => showDone(t('ui.saved')) },
    )
  const publish = (one: TierPlanVersion) =>
    modal.confirm({
      title: t('tier.publish_title'),
      content: (
        <>
          <p>{t('tier.publish_effect')}</p>
          <p className="reading">{i18n.language === 'en' ? one.sentence_en : one.sentence_zh}</p>
        </>
      ),
      okText: t('tier.publish'),
      onOk: () =>
        turn
          .mutateAsync({
            to: 'POST /v1/tier-plans/{version}/publish',
            id: String(one.version),
            body: { revision: one.revision },
          })
          .then(() => showDone(t('tier.publish_done')))
          .catch(() => undefined),
    })
  return (
    <div className="stack">
      <Panel
        title={t(draft ? 'tier.draft' : 'tier.next')}
        extra={
          mayEdit && (
            <span className="row">
              {draft && (
                <Button
                  size="small"
                  onClick={() =>
                    turn.mutate({
                      to: 'DELETE /v1/tier-plans/{version}',
                      id: String(draft.version),
                    })
                  }
                >
                  {t('tier.throw_away')}
                </Button>
              )}
              <Button
                size="small"
                disabled={draft !== null && !isChanged}
                loading={save.isPending}
                onClick={keep}
              >
                {t('tier.save_draft')}
              </Button>
              {draft && (
                <Button
                  size="small"
                  type="primary"
                  disabled={isChanged}
                  onClick={() => publish(draft)}
                >
                  {t('tier.publish')}
                </Button>
              )}
            </span>
          )
        }
      >
        {draft ? (
          <p className={`reading ${isChanged ? 'stale-view' : ''}`} aria-live="polite">
            {i18n.language === 'en' ? draft.sentence_en : draft.sentence_zh}
          </p>
        ) : (
          <p className="quiet">{t('tier.draft_hint')}</p>
        )}
      </Panel>
      <fieldset className="plain-fieldset" disabled={!mayEdit}>
        <PlanForm plan={plan} set={(next) => setPlan((before) => ({ ...before, ...next }))} />
      </fieldset>
    </div>
  )
}
