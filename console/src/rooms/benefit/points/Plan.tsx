import { App, Button, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { PointsPlan, PointsPlanVersion } from '@/client/types'
import { showDone } from '@/shell/notify'
import { useMay } from '@/shell/session'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'
import { blankPlan } from './blank'
import { PlanForm } from './PlanForm'

const lists = ['/v1/points-plans'] as const

/** The plan in force, the draft of the next, and those before. */
export function Plan() {
  const { t } = useTranslation()
  const plans = useRead('/v1/points-plans')
  return (
    <Answer of={plans} rows={8}>
      {({ items }) => {
        const draft = items.find((one) => one.state === 'draft')
        const inForce = items.find((one) => one.state === 'published')
        const start = draft ?? inForce
        return (
          <div className="cols-editor">
            <Editor
              key={draft ? `draft-${draft.revision}` : (inForce?.version ?? 0)}
              draft={draft ?? null}
              start={(start?.document as PointsPlan | undefined) ?? blankPlan()}
            />
            <div className="stack">
              <Panel title={t('points.in_force')}>
                {inForce ? <Reading plan={inForce} /> : <Nothing title={t('points.none')} />}
              </Panel>
              {items.some((one) => one.state === 'retired') && (
                <Panel title={t('points.former')}>
                  <ul className="lines">
                    {items
                      .filter((one) => one.state === 'retired')
                      .map((one) => (
                        <li key={one.version}>
                          <Reading plan={one} />
                        </li>
                      ))}
                  </ul>
                </Panel>
              )}
            </div>
          </div>
        )
      }}
    </Answer>
  )
}

function Reading({ plan }: { plan: PointsPlanVersion }) {
  const { t, i18n } = useTranslation()
  return (
    <>
      <p className="quiet num">
        {t('ui.version', { n: plan.version })} · {plan.document.name}
        {plan.published_at && (
          <>
            {' '}
            · {t('points.since')} <Ago at={plan.published_at} />
          </>
        )}
      </p>
      <p className="reading">{i18n.language === 'en' ? plan.sentence_en : plan.sentence_zh}</p>
    </>
  )
}

function Editor({ draft, start }: { draft: PointsPlanVersion | null; start: PointsPlan }) {
  const { t, i18n } = useTranslation()
  const { modal } = App.useApp()
  const mayEdit = useMay()('benefit.edit')
  const [plan, setPlan] = useState(start)
  const save = useWrite<'PUT /v1/points-plans/draft'>([...lists])
  const turn = useWrite([...lists])
  const isChanged = JSON.stringify(plan) !== JSON.stringify(start)
  const keep = () =>
    save.mutate(
      { to: 'PUT /v1/points-plans/draft', body: { plan, revision: draft?.revision ?? 0 } },
      { onSuccess: () => showDone(t('ui.saved')) },
    )
  const publish = (one: PointsPlanVersion) =>
    modal.confirm({
      title: t('points.publish_title'),
      content: (
        <>
          <p>{t('points.publish_effect')}</p>
          <p className="reading">{i18n.language === 'en' ? one.sentence_en : one.sentence_zh}</p>
        </>
      ),
      okText: t('points.publish'),
      onOk: () =>
        turn
          .mutateAsync({
            to: 'POST /v1/points-plans/{version}/publish',
            id: String(one.version),
            body: { revision: one.revision },
          })
          .then(() => showDone(t('points.publish_done')))
          .catch(() => undefined),
    })
  return (
    <div className="stack">
      <Panel
        title={
          <span className="row">
            {t(draft ? 'points.draft' : 'points.next')}
            {draft && <Tag>{t('ui.version', { n: draft.version })}</Tag>}
          </span>
        }
        extra={
          mayEdit && (
            <span className="row">
              {draft && (
                <Button
                  size="small"
                  loading={turn.isPending}
                  onClick={() => turn.mutate({ to: 'DELETE /v1/points-plans/draft' })}
                >
                  {t('points.throw_away')}
                </Button>
              )}
              <Button size="small" disabled={!isChanged} loading={save.isPending} onClick={keep}>
                {t('points.save_draft')}
              </Button>
              {draft && (
                <Button
                  size="small"
                  type="primary"
                  disabled={isChanged}
                  onClick={() => publish(draft)}
                >
                  {t('points.publish')}
                </Button>
              )}
            </span>
          )
        }
      >
        {draft && (
          <p className={`reading ${isChanged ? 'stale-view' : ''}`} aria-live="polite">
            {i18n.language === 'en' ? draft.sentence_en : draft.sentence_zh}
          </p>
        )}
        {!draft && <p className="quiet">{t('points.draft_hint')}</p>}
      </Panel>
      <fieldset className="plain-fieldset" disabled={!mayEdit}>
        <PlanForm plan={plan} set={(next) => setPlan((before) => ({ ...before, ...next }))} />
      </fieldset>
    </div>
  )
}
