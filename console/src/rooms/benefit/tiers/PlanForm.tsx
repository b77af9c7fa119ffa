import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { TierPlan } from '@/client/types'
import { Field, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { Privileges } from './Privileges'

interface Given {
  plan: TierPlan
  set: (next: Partial<TierPlan>) => void
}

/** The plan: what counts, over which time, how a tier is kept or lost, and the steps. */
export function PlanForm({ plan, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('tier.climb')}>
        <Field label={t('tier.name')}>
          <Input
            value={plan.name}
            maxLength={40}
            aria-label={t('tier.name')}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <div className="fields">
          <Pick
            label={t('tier.metric')}
            value={plan.metric}
            options={['spend', 'growth', 'orders']}
            word={(value) => t(`tier.metric_${value}`)}
            change={(metric) =>
              set({
                metric: metric as TierPlan['metric'],
                growth: plan.growth ?? (metric === 'growth' ? { per_yuan: 1, events: [] } : null),
              })
            }
          />
          <Window plan={plan} set={set} />
          <Field label={t('tier.min_order')}>
            <YuanInput
              label={t('tier.min_order')}
              fen={plan.min_order_fen ?? 1}
              change={(fen) => set({ min_order_fen: fen ?? 0 })}
            />
          </Field>
          {plan.growth && (
            <Days
              label={t('tier.per_yuan')}
              min={0}
              max={1_000}
              suffix={t('tier.growth_unit')}
              value={plan.growth.per_yuan ?? 0}
              change={(per_yuan) => set({ growth: { ...plan.growth, per_yuan } })}
            />
          )}
        </div>
      </Panel>
      <Panel title={t('tier.steps')}>
        <Steps plan={plan} set={set} />
      </Panel>
      <Panel title={t('tier.keeping')}>
        <Keeping plan={plan} set={set} />
      </Panel>
    </div>
  )
}

function Window({ plan, set }: Given) {
  const { t } = useTranslation()
  const { window } = plan
  return (
    <>
      <Pick
        label={t('tier.window')}
        value={window.kind === 'calendar' ? window.span : window.kind}
        options={['rolling', 'year', 'month', 'since_upgrade']}
        word={(value) => t(`tier.window_${value}`)}
        change={(value) =>
          set({
            window:
              value === 'rolling'
                ? { kind: 'rolling', days: 365 }
                : value === 'since_upgrade'
                  ? { kind: 'since_upgrade' }
                  : { kind: 'calendar', span: value as 'year' | 'month' },
          })
        }
      />
      {window.kind === 'rolling' && (
        <Days
          label={t('tier.window_days')}
          value={window.days}
          change={(days) => set({ window: { kind: 'rolling', days } })}
        />
      )}
    </>
  )
}

function Steps({ plan, set }: Given) {
  const { t } = useTranslation()
  const isMoney = plan.metric === 'spend'
  const change = (place: number, next: Partial<TierPlan['tiers'][number]>) =>
    set({ tiers: plan.tiers.map((one, at) => (at === place ? { ...one, ...next } : one)) })
  const amount = (value: number | null, label: string, done: (value: number | null) => void) =>
    isMoney ? (
      <YuanInput label={label} fen={value} placeholder={t('tier.same')} change={done} />
    ) : (
      <InputNumber
        className="number-input"
        min={0}
        precision={0}
        aria-label={label}
        placeholder={t('tier.same')}
        value={value}
        onChange={done}
      />
    )
  return (
    <>
      <ol className="tier-steps">
        {plan.tiers.map((tier, place) => (
          <li key={place}>
            <div className="fields">
              <Field label={t('tier.zh')}>
                <Input
                  value={tier.zh}
                  maxLength={40}
                  aria-label={t('tier.zh')}
                  onChange={(event) => change(place, { zh: event.target.value })}
                />
              </Field>
              <Field label={t('tier.en')}>
                <Input
                  value={tier.en}
                  maxLength={40}
                  aria-label={t('tier.en')}
                  onChange={(event) => change(place, { en: event.target.value })}
                />
              </Field>
              {place > 0 && (
                <>
                  <Field label={t('tier.threshold')}>
                    {amount(tier.threshold, t('tier.threshold'), (value) =>
                      change(place, { threshold: value ?? 0 }),
                    )}
                  </Field>
                  <Field label={t('tier.keep')}>
                    {amount(tier.keep ?? null, t('tier.keep'), (keep) => change(place, { keep }))}
                  </Field>
                </>
              )}
            </div>
            <div className="row between">
              <Privileges
                list={tier.privileges ?? []}
                change={(privileges) => change(place, { privileges })}
              />
              {place > 0 && plan.tiers.length > 2 && (
                <Button
                  size="small"
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('ui.delete')}
                  onClick={() => set({ tiers: plan.tiers.filter((_, at) => at !== place) })}
                />
              )}
            </div>
          </li>
        ))}
      </ol>
      <Button
        size="small"
        icon={<PlusOutlined />}
        disabled={plan.tiers.length >= 12}
        onClick={() => set({ tiers: [...plan.tiers, nextStep(plan)] })}
      >
        {t('tier.add_step')}
      </Button>
    </>
  )
}

/** A step above the highest, under a code that no other has. */
function nextStep(plan: TierPlan): TierPlan['tiers'][number] {
  const codes = new Set(plan.tiers.map((tier) => tier.code))
  let number = plan.tiers.length + 1
  while (codes.has(`tier-${number}`)) number += 1
  const top = plan.tiers.at(-1)?.threshold ?? 0
  return {
    code: `tier-${number}`,
    zh: `V${number}`,
    en: `V${number}`,
    threshold: Math.max(top * 2, 1),
    keep: null,
    privileges: [],
  }
}

function Keeping({ plan, set }: Given) {
  const { t } = useTranslation()
  const { validity } = plan
  return (
    <>
      <div className="fields">
        <Pick
          label={t('tier.validity')}
          value={validity ? (validity.kind === 'days' ? 'days' : validity.span) : 'always'}
          options={['days', 'year', 'month', 'always']}
          word={(value) => t(`tier.validity_${value}`)}
          change={(value) =>
            set({
              validity:
                value === 'always'
                  ? null
                  : value === 'days'
                    ? { kind: 'days', days: 365 }
                    : { kind: 'spans', span: value as 'year' | 'month', count: 1 },
            })
          }
        />
        {validity?.kind === 'days' && (
          <Days
            label={t('tier.validity_for')}
            value={validity.days}
            change={(days) => set({ validity: { kind: 'days', days } })}
          />
        )}
        {validity?.kind === 'spans' && (
          <Days
            label={t('tier.validity_count')}
            max={24}
            suffix=""
            value={validity.count}
            change={(count) => set({ validity: { ...validity, count } })}
          />
        )}
        <Days
          label={t('tier.grace')}
          min={0}
          max={365}
          value={plan.grace_days ?? 0}
          change={(grace_days) => set({ grace_days })}
        />
        <Pick
          label={t('tier.downgrade')}
          value={plan.downgrade ?? 'to_match'}
          options={['one', 'to_match', 'to_base']}
          word={(value) => t(`tier.downgrade_${value}`)}
          change={(value) => set({ downgrade: value as TierPlan['downgrade'] })}
        />
      </div>
      <Field label={t('tier.refund')}>
        <Radio.Group
          value={plan.refund}
          onChange={(event) => set({ refund: event.target.value })}
          options={(['recalc', 'no_downgrade'] as const).map((value) => ({
            value,
            label: t(`tier.refund_${value}`),
          }))}
        />
      </Field>
    </>
  )
}

function Pick({
  label,
  value,
  options,
  word,
  change,
}: {
  label: string
  value: string
  options: string[]
  word: (value: string) => string
  change: (value: string) => void
}) {
  return (
    <Field label={label}>
      <Select
        className="wide"
        aria-label={label}
        value={value}
        onChange={change}
        options={options.map((one) => ({ value: one, label: word(one) }))}
      />
    </Field>
  )
}

function Days({
  label,
  value,
  change,
  min = 1,
  max = 3_660,
  suffix,
}: {
  label: string
  value: number
  change: (value: number) => void
  min?: number
  max?: number
  suffix?: string
}) {
  const { t } = useTranslation()
  return (
    <Field label={label}>
      <InputNumber
        className="number-input"
        min={min}
        max={max}
        precision={0}
        suffix={suffix ?? t('tier.days')}
        aria-label={label}
        value={value}
        onChange={(next) => next !== null && change(next)}
      />
    </Field>
  )
}
