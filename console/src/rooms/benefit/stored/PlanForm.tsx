import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { StoredPlan } from '@/client/types'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'

interface Given {
  plan: StoredPlan
  set: (next: Partial<StoredPlan>) => void
}

/** The recharge plan: steps and gifts, how long, in which order it is spent, how it is paid back. */
export function PlanForm({ plan, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('stored.steps')}>
        <Field label={t('stored.name')}>
          <Input
            value={plan.name}
            maxLength={40}
            aria-label={t('stored.name')}
            placeholder={t('stored.name_hint')}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <Steps plan={plan} set={set} />
        <div className="row">
          <Switch
            aria-label={t('stored.any_amount')}
            checked={plan.is_any_amount}
            onChange={(is_any_amount) => set({ is_any_amount })}
          />
          <span>{t('stored.any_amount')}</span>
        </div>
      </Panel>
      <Panel title={t('stored.card')}>
        <Card plan={plan} set={set} />
      </Panel>
      <Panel title={t('stored.back')}>
        <Back plan={plan} set={set} />
      </Panel>
    </div>
  )
}

function Steps({ plan, set }: Given) {
  const { t } = useTranslation()
  const templates = usePages('/v1/coupon-templates', { query: { state: 'published' } })
  const change = (place: number, next: Partial<StoredPlan['steps'][number]>) =>
    set({ steps: plan.steps.map((one, at) => (at === place ? { ...one, ...next } : one)) })
  return (
    <div className="field">
      {plan.steps.map((step, place) => (
        <div key={place} className="rule-line">
          <span>{t('stored.pay')}</span>
          <YuanInput
            min={1}
            label={t('stored.pay')}
            fen={step.pay_fen}
            change={(fen) => fen && change(place, { pay_fen: fen })}
          />
          <span>{t('stored.get')}</span>
          <YuanInput
            label={t('stored.get')}
            fen={step.bonus_fen ?? 0}
            change={(fen) => change(place, { bonus_fen: fen ?? 0 })}
          />
          <Select
            mode="multiple"
            className="rule-line-wide"
            aria-label={t('stored.coupons')}
            placeholder={t('stored.coupons')}
            value={step.coupons ?? []}
            onChange={(coupons: string[]) => change(place, { coupons })}
            options={templates.items.map((each) => ({ value: each.id, label: each.promise.name }))}
          />
          {plan.steps.length > 1 && (
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('ui.delete')}
              onClick={() => set({ steps: plan.steps.filter((_, at) => at !== place) })}
            />
          )}
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() =>
          set({
            steps: [
              ...plan.steps,
              { pay_fen: (plan.steps.at(-1)?.pay_fen ?? 5_000) * 2, bonus_fen: 0, coupons: [] },
            ],
          })
        }
      >
        {t('stored.add_step')}
      </Button>
    </div>
  )
}

function Card({ plan, set }: Given) {
  const { t } = useTranslation()
  return (
    <>
      <Field label={t('stored.kind')} hint={t('stored.kind_hint')}>
        <Radio.Group
          value={plan.card}
          onChange={(event) => set({ card: event.target.value })}
          options={(['named', 'bearer'] as const).map((value) => ({
            value,
            label: t(`stored.card_${value}`),
          }))}
        />
      </Field>
      <div className="fields">
        <Field label={t('stored.valid_days')}>
          <LimitInput
            max={36_500}
            suffix={t('stored.days')}
            label={t('stored.valid_days')}
            value={plan.valid_days ?? null}
            change={(valid_days) => set({ valid_days })}
          />
        </Field>
        <Field label={t('stored.bonus_days')}>
          <LimitInput
            max={36_500}
            suffix={t('stored.days')}
            label={t('stored.bonus_days')}
            value={plan.bonus_days ?? null}
            change={(bonus_days) => set({ bonus_days })}
          />
        </Field>
        <Field label={t('stored.spend_order')}>
          <Select
            className="wide"
            aria-label={t('stored.spend_order')}
            value={plan.spend_order}
            onChange={(spend_order) => set({ spend_order })}
            options={(['pro_rata', 'principal_first', 'bonus_first'] as const).map((value) => ({
              value,
              label: t(`stored.order_${value}`),
            }))}
          />
        </Field>
      </div>
    </>
  )
}

function Back({ plan, set }: Given) {
  const { t } = useTranslation()
  const withdrawal = plan.withdrawal ?? {}
  const change = (next: NonNullable<StoredPlan['withdrawal']>) =>
    set({ withdrawal: { ...withdrawal, ...next } })
  return (
    <>
      <div className="fields">
        <Field label={t('stored.undo_days')}>
          <InputNumber
            className="number-input"
            min={0}
            max={365}
            precision={0}
            suffix={t('stored.days')}
            aria-label={t('stored.undo_days')}
            value={plan.undo_days}
            onChange={(days) => set({ undo_days: days ?? 0 })}
          />
        </Field>
        <Field label={t('stored.is_allowed')}>
          <Switch
            aria-label={t('stored.is_allowed')}
            checked={withdrawal.is_allowed ?? true}
            onChange={(is_allowed) => change({ is_allowed })}
          />
        </Field>
        <Field label={t('stored.fee')}>
          <InputNumber
            className="number-input"
            min={0}
            max={100}
            precision={2}
            suffix="%"
            aria-label={t('stored.fee')}
            value={(withdrawal.fee_bp ?? 0) / 100}
            onChange={(share) => change({ fee_bp: Math.round((share ?? 0) * 100) })}
          />
        </Field>
        <Field label={t('stored.take_back')}>
          <Select
            className="wide"
            aria-label={t('stored.take_back')}
            value={withdrawal.take_back ?? 'unearned'}
            onChange={(take_back) => change({ take_back })}
            options={(['unearned', 'all', 'nothing'] as const).map((value) => ({
              value,
              label: t(`stored.take_back_${value}`),
            }))}
          />
        </Field>
      </div>
      <Field label={t('stored.terms')}>
        <Input.TextArea
          rows={2}
          maxLength={2_000}
          placeholder={t('ui.optional')}
          value={plan.terms}
          onChange={(event) => set({ terms: event.target.value })}
        />
      </Field>
    </>
  )
}
