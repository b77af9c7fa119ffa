import { DatePicker, Input, InputNumber, Radio, Segmented, Select, Switch, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { CouponPromise } from '@/client/types'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { Goods, Products, Units } from '@/shell/goods'
import { clockOf, kinds, ofKind, type Kind } from './promise'

export interface Given {
  promise: CouponPromise
  set: (next: Partial<CouponPromise>) => void
}

/** A template from top to bottom: what it takes off, when, where, on what, and how many. */
export function PromiseForm({ promise, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('coupon.benefit')}>
        <Benefit promise={promise} set={set} />
      </Panel>
      <Panel title={t('coupon.when')}>
        <When promise={promise} set={set} />
      </Panel>
      <Panel title={t('coupon.where')}>
        <Field label={t('coupon.units')}>
          <Units codes={promise.units} change={(units) => set({ units })} />
        </Field>
        <Field label={t('coupon.channels')}>
          <Radio.Group
            value={promise.channels.length === 1 ? promise.channels[0] : 'any'}
            onChange={(event) =>
              set({ channels: event.target.value === 'any' ? [] : [event.target.value] })
            }
            options={(['any', 'store', 'online'] as const).map((value) => ({
              value,
              label: t(`coupon.channel_${value}`),
            }))}
          />
        </Field>
        <Goods goods={promise.goods} change={(goods) => set({ goods })} />
      </Panel>
      <Panel title={t('coupon.how_many')}>
        <HowMany promise={promise} set={set} />
      </Panel>
      <Panel title={t('coupon.rules')}>
        <Rules promise={promise} set={set} />
      </Panel>
    </div>
  )
}

function Benefit({ promise, set }: Given) {
  const { t } = useTranslation()
  const { benefit } = promise
  return (
    <>
      <Field label={t('coupon.kind')}>
        <div className="scroll-x">
          <Segmented<Kind>
            value={benefit.kind}
            onChange={(kind) => set({ benefit: ofKind(kind, benefit) })}
            options={kinds.map((value) => ({ value, label: t(`coupon.kind_${value}`) }))}
          />
        </div>
      </Field>
      <div className="fields">
        {'threshold_fen' in benefit && (
          <Field label={t('coupon.threshold')} hint={t('coupon.threshold_hint')}>
            <YuanInput
              label={t('coupon.threshold')}
              fen={benefit.threshold_fen ?? 0}
              change={(fen) => set({ benefit: { ...benefit, threshold_fen: fen ?? 0 } })}
            />
          </Field>
        )}
        {(benefit.kind === 'full_reduction' || benefit.kind === 'product') && (
          <Field label={t('coupon.off')}>
            <YuanInput
              min={1}
              label={t('coupon.off')}
              fen={benefit.off_fen}
              change={(fen) => fen && set({ benefit: { ...benefit, off_fen: fen } })}
            />
          </Field>
        )}
        {benefit.kind === 'shipping' && (
          <Field label={t('coupon.off_shipping')}>
            <YuanInput
              min={1}
              placeholder={t('coupon.all_shipping')}
              label={t('coupon.off_shipping')}
              fen={benefit.off_fen ?? null}
              change={(off_fen) => set({ benefit: { ...benefit, off_fen } })}
            />
          </Field>
        )}
        {benefit.kind === 'discount' && (
          <>
            <Field label={t('coupon.pay_share')}>
              <InputNumber
                className="number-input"
                min={1}
                max={99}
                precision={1}
                suffix="%"
                aria-label={t('coupon.pay_share')}
                value={benefit.pay_bp / 100}
                onChange={(share) =>
                  share && set({ benefit: { ...benefit, pay_bp: Math.round(share * 100) } })
                }
              />
            </Field>
            <Field label={t('coupon.cap')}>
              <YuanInput
                min={1}
                placeholder={t('ui.no_limit')}
                label={t('coupon.cap')}
                fen={benefit.cap_fen ?? null}
                change={(cap_fen) => set({ benefit: { ...benefit, cap_fen } })}
              />
            </Field>
          </>
        )}
        {benefit.kind === 'exchange' && (
          <>
            <Field label={t('coupon.pay')}>
              <YuanInput
                label={t('coupon.pay')}
                fen={benefit.pay_fen ?? 0}
                change={(fen) => set({ benefit: { ...benefit, pay_fen: fen ?? 0 } })}
              />
            </Field>
            <Field label={t('coupon.worth')}>
              <YuanInput
                min={1}
                label={t('coupon.worth')}
                fen={benefit.worth_fen}
                change={(fen) => fen && set({ benefit: { ...benefit, worth_fen: fen } })}
              />
            </Field>
          </>
        )}
      </div>
      {'skus' in benefit && (
        <Field label={t('coupon.of_products')} hint={t('coupon.of_products_hint')}>
          <Products skus={benefit.skus} change={(skus) => set({ benefit: { ...benefit, skus } })} />
        </Field>
      )}
    </>
  )
}

function When({ promise, set }: Given) {
  const { t } = useTranslation()
  const { window, hours } = promise
  return (
    <>
      <Field label={t('coupon.valid')}>
        <Radio.Group
          optionType="button"
          value={window.kind}
          onChange={(event) =>
            set({
              window:
                event.target.value === 'relative'
                  ? { kind: 'relative', days: 30, after_days: 0 }
                  : {
                      kind: 'fixed',
                      from_at: dayjs().startOf('day').toISOString(),
                      until_at: dayjs().startOf('day').add(30, 'day').toISOString(),
                    },
            })
          }
          options={(['relative', 'fixed'] as const).map((value) => ({
            value,
            label: t(`coupon.window_${value}`),
          }))}
        />
      </Field>
      {window.kind === 'relative' ? (
        <div className="fields">
          <Field label={t('coupon.days')}>
            <InputNumber
              className="number-input"
              min={1}
              max={3_650}
              precision={0}
              suffix={t('coupon.day_unit')}
              aria-label={t('coupon.days')}
              value={window.days}
              onChange={(days) => days && set({ window: { ...window, days } })}
            />
          </Field>
          <Field label={t('coupon.after_days')} hint={t('coupon.after_days_hint')}>
            <InputNumber
              className="number-input"
              min={0}
              max={365}
              precision={0}
              suffix={t('coupon.day_unit')}
              aria-label={t('coupon.after_days')}
              value={window.after_days ?? 0}
              onChange={(days) => set({ window: { ...window, after_days: days ?? 0 } })}
            />
          </Field>
        </div>
      ) : (
        <Field label={t('coupon.span')} hint={t('coupon.span_hint')}>
          <DatePicker.RangePicker
            allowClear={false}
            value={[dayjs(window.from_at), dayjs(window.until_at).subtract(1, 'day')]}
            onChange={(days) => {
              const [from, last] = days ?? []
              if (from && last)
                set({
                  window: {
                    kind: 'fixed',
                    from_at: from.startOf('day').toISOString(),
                    until_at: last.startOf('day').add(1, 'day').toISOString(),
                  },
                })
            }}
          />
        </Field>
      )}
      <div className="fields">
        <Field label={t('coupon.weekdays')}>
          <Select
            mode="multiple"
            className="wide"
            placeholder={t('coupon.every_day')}
            value={promise.weekdays}
            onChange={(weekdays: number[]) => set({ weekdays })}
            options={[1, 2, 3, 4, 5, 6, 7].map((value) => ({
              value,
              label: t(`coupon.weekday_${value}`),
            }))}
          />
        </Field>
        <Field label={t('coupon.hours')}>
          <TimePicker.RangePicker
            format="HH:mm"
            minuteStep={5}
            needConfirm={false}
            placeholder={[t('coupon.all_day'), t('coupon.all_day')]}
            value={
              hours && [
                dayjs(clockOf(hours.from_minute), 'HH:mm'),
                dayjs(clockOf(hours.until_minute % 1_440), 'HH:mm'),
              ]
            }
            onChange={(span) => {
              const [from, until] = span ?? []
              const minute = (at: dayjs.Dayjs) => at.hour() * 60 + at.minute()
              set({
                hours:
                  from && until
                    ? { from_minute: minute(from), until_minute: minute(until) || 1_440 }
                    : null,
              })
            }}
          />
        </Field>
      </div>
    </>
  )
}

function HowMany({ promise, set }: Given) {
  const { t } = useTranslation()
  const { claiming } = promise
  return (
    <>
      <div className="fields">
        <Field label={t('coupon.stock')}>
          <LimitInput
            label={t('coupon.stock')}
            value={promise.stock}
            change={(stock) => set({ stock })}
          />
        </Field>
        <Field label={t('coupon.per_customer')}>
          <LimitInput
            label={t('coupon.per_customer')}
            value={promise.per_customer}
            change={(per_customer) => set({ per_customer })}
          />
        </Field>
        <Field label={t('coupon.per_day')}>
          <LimitInput
            label={t('coupon.per_day')}
            value={promise.per_day}
            change={(per_day) => set({ per_day })}
          />
        </Field>
      </div>
      <div className="field">
        <div className="row">
          <Switch
            aria-label={t('coupon.claiming')}
            checked={claiming !== null}
            onChange={(isOn) => set({ claiming: isOn ? { from_at: null, until_at: null } : null })}
          />
          <span>{t('coupon.claiming')}</span>
        </div>
        {claiming && (
          <DatePicker.RangePicker
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            allowEmpty={[true, true]}
            placeholder={[t('coupon.from_now'), t('coupon.for_ever')]}
            value={[
              claiming.from_at ? dayjs(claiming.from_at) : null,
              claiming.until_at ? dayjs(claiming.until_at) : null,
            ]}
            onChange={(span) =>
              set({
                claiming: {
                  from_at: span?.[0]?.toISOString() ?? null,
                  until_at: span?.[1]?.toISOString() ?? null,
                },
              })
            }
          />
        )}
      </div>
    </>
  )
}

function Rules({ promise, set }: Given) {
  const { t } = useTranslation()
  return (
    <>
      {(['is_transferable', 'is_combinable'] as const).map((name) => (
        <div key={name} className="field">
          <div className="row">
            <Switch
              aria-label={t(`coupon.${name}`)}
              checked={promise[name]}
              onChange={(isOn) => set({ [name]: isOn })}
            />
            <span>{t(`coupon.${name}`)}</span>
          </div>
        </div>
      ))}
      <Field label={t('coupon.on_refund')}>
        <Radio.Group
          value={promise.on_refund}
          onChange={(event) => set({ on_refund: event.target.value })}
          options={(['return_when_full', 'keep_used'] as const).map((value) => ({
            value,
            label: t(`coupon.refund_${value}`),
          }))}
        />
      </Field>
      {promise.on_refund === 'return_when_full' && (
        <Field label={t('coupon.return_days')}>
          <InputNumber
            className="number-input"
            min={0}
            max={90}
            precision={0}
            suffix={t('coupon.day_unit')}
            aria-label={t('coupon.return_days')}
            value={promise.return_days}
            onChange={(days) => set({ return_days: days ?? 0 })}
          />
        </Field>
      )}
      <Field label={t('coupon.note')}>
        <Input.TextArea
          rows={2}
          maxLength={500}
          value={promise.note}
          placeholder={t('ui.optional')}
          onChange={(event) => set({ note: event.target.value })}
        />
      </Field>
    </>
  )
}
