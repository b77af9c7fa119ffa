import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { PointsPlan } from '@/client/types'
import { Field, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { eventTypes } from './blank'

interface Given {
  plan: PointsPlan
  set: (next: Partial<PointsPlan>) => void
}

/** The plan: what orders earn, what else does, from when until when it is good. */
export function PlanForm({ plan, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('points.orders')}>
        <Field label={t('points.name')}>
          <Input
            value={plan.name}
            maxLength={40}
            aria-label={t('points.name')}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <Orders plan={plan} set={set} />
        <div className="fields">
          <Field label={t('points.birthday')} hint={t('points.birthday_hint')}>
            <InputNumber
              className="number-input"
              min={1}
              max={10}
              step={0.5}
              precision={2}
              suffix={t('points.times')}
              aria-label={t('points.birthday')}
              value={plan.birthday_rate_bp / 10_000}
              onChange={(rate) => rate && set({ birthday_rate_bp: Math.round(rate * 10_000) })}
            />
          </Field>
          <Field label={t('points.tier_rates')} hint={t('points.tier_rates_hint')}>
            <Switch
              aria-label={t('points.tier_rates')}
              checked={plan.has_tier_rates}
              onChange={(isOn) => set({ has_tier_rates: isOn })}
            />
          </Field>
        </div>
      </Panel>
      <Panel title={t('points.events')}>
        <Events plan={plan} set={set} />
      </Panel>
      <Panel title={t('points.life')}>
        <Life plan={plan} set={set} />
      </Panel>
    </div>
  )
}

function Orders({ plan, set }: Given) {
  const { t, i18n } = useTranslation()
  const categories = useRead('/v1/categories')
  const change = (place: number, next: Partial<PointsPlan['orders'][number]>) =>
    set({ orders: plan.orders.map((rule, at) => (at === place ? { ...rule, ...next } : rule)) })
  return (
    <div className="field">
      <div className="field-label">{t('points.order_rules')}</div>
      <small className="quiet">{t('points.order_rules_hint')}</small>
      {plan.orders.map((rule, place) => (
        <div key={place} className="rule-line">
          <Select
            mode="multiple"
            className="rule-line-wide"
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={t('points.categories')}
            placeholder={t('points.all_others')}
            value={rule.categories ?? []}
            onChange={(codes: string[]) => change(place, { categories: codes })}
            options={categories.data?.items.map((one) => ({
              value: one.code,
              label: i18n.language === 'en' ? one.name_en : one.name,
            }))}
          />
          <span>{t('points.each')}</span>
          <YuanInput
            min={1}
            label={t('points.each')}
            fen={rule.per_fen}
            change={(fen) => fen && change(place, { per_fen: fen })}
          />
          <span>{t('points.gets')}</span>
          <InputNumber
            min={0}
            max={10_000}
            precision={0}
            className="number-input"
            suffix={t('points.unit')}
            aria-label={t('points.gets')}
            value={rule.points}
            onChange={(points) => change(place, { points: points ?? 0 })}
          />
          <Remove
            done={() => set({ orders: plan.orders.filter((_, at) => at !== place) })}
            label={t('ui.delete')}
          />
        </div>
      ))}
      <Add
        done={() => set({ orders: [...plan.orders, { per_fen: 100, points: 1, categories: [] }] })}
        label={t('points.add_rule')}
      />
    </div>
  )
}

function Events({ plan, set }: Given) {
  const { t } = useTranslation()
  const left = eventTypes.filter((type) => !plan.events.some((rule) => rule.type === type))
  const change = (place: number, next: Partial<PointsPlan['events'][number]>) =>
    set({ events: plan.events.map((rule, at) => (at === place ? { ...rule, ...next } : rule)) })
  return (
    <>
      {plan.events.length === 0 && <p className="quiet">{t('points.no_events')}</p>}
      {plan.events.map((rule, place) => (
        <div key={rule.type} className="rule-line">
          <Select
            className="rule-line-wide"
            aria-label={t('points.events')}
            value={rule.type}
            onChange={(type) => change(place, { type })}
            options={[rule.type, ...left].map((value) => ({
              value,
              label: t(`points.event_${value.replace('.', '_')}`, { defaultValue: value }),
            }))}
          />
          <Select
            className="rule-line-some"
            aria-label={t('points.limit')}
            value={rule.limit ?? 'daily'}
            onChange={(limit) => change(place, { limit })}
            options={(['each', 'daily', 'once'] as const).map((value) => ({
              value,
              label: t(`points.limit_${value}`),
            }))}
          />
          <span>{t('points.gets')}</span>
          <InputNumber
            min={1}
            max={1_000_000}
            precision={0}
            className="number-input"
            suffix={t('points.unit')}
            aria-label={t('points.gets')}
            value={rule.points}
            onChange={(points) => points && change(place, { points })}
          />
          <Remove
            done={() => set({ events: plan.events.filter((_, at) => at !== place) })}
            label={t('ui.delete')}
          />
        </div>
      ))}
      {left[0] && (
        <Add
          done={() =>
            set({ events: [...plan.events, { type: left[0] ?? '', points: 10, limit: 'daily' }] })
          }
          label={t('points.add_event')}
        />
      )}
    </>
  )
}

function Life({ plan, set }: Given) {
  const { t } = useTranslation()
  const { pending, expiry } = plan
  return (
    <>
      <Field label={t('points.pending')}>
        <div className="row">
          <Radio.Group
            value={pending.kind}
            onChange={(event) =>
              set({
                pending:
                  event.target.value === 'days' ? { kind: 'days', days: 7 } : { kind: 'at_once' },
              })
            }
            options={(['at_once', 'days'] as const).map((value) => ({
              value,
              label: t(`points.pending_${value}`),
            }))}
          />
          {pending.kind === 'days' && (
            <Days
              value={pending.days}
              change={(days) => set({ pending: { kind: 'days', days } })}
            />
          )}
        </div>
      </Field>
      <Field label={t('points.expiry')}>
        <div className="row">
          <Radio.Group
            value={expiry.kind}
            onChange={(event) => {
              const kind = event.target.value as PointsPlan['expiry']['kind']
              set({
                expiry:
                  kind === 'days'
                    ? { kind, days: 365 }
                    : kind === 'year_end'
                      ? { kind, years: 1 }
                      : { kind },
              })
            }}
            options={(['year_end', 'days', 'never'] as const).map((value) => ({
              value,
              label: t(`points.expiry_${value}`),
            }))}
          />
          {expiry.kind === 'days' && (
            <Days value={expiry.days} change={(days) => set({ expiry: { kind: 'days', days } })} />
          )}
          {expiry.kind === 'year_end' && (
            <Select
              aria-label={t('points.expiry')}
              className="rule-line-some"
              value={expiry.years}
              onChange={(years) => set({ expiry: { kind: 'year_end', years } })}
              options={[0, 1, 2, 3].map((value) => ({ value, label: t(`points.years_${value}`) }))}
            />
          )}
        </div>
      </Field>
      <Field label={t('points.clawback')}>
        <Radio.Group
          value={plan.clawback}
          onChange={(event) => set({ clawback: event.target.value })}
          options={(['owe', 'forgive'] as const).map((value) => ({
            value,
            label: t(`points.clawback_${value}`),
          }))}
        />
      </Field>
    </>
  )
}

function Days({ value, change }: { value: number; change: (days: number) => void }) {
  const { t } = useTranslation()
  return (
    <InputNumber
      className="number-input"
      min={1}
      max={3_660}
      precision={0}
      suffix={t('points.days')}
      aria-label={t('points.days')}
      value={value}
      onChange={(days) => days && change(days)}
    />
  )
}

function Add({ done, label }: { done: () => void; label: string }) {
  return (
    <Button size="small" icon={<PlusOutlined />} onClick={done}>
      {label}
    </Button>
  )
}

function Remove({ done, label }: { done: () => void; label: string }) {
  return (
    <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={label} onClick={done} />
  )
}
