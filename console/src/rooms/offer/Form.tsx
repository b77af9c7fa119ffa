import { Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Units } from '@/shell/goods'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { GroupPick } from './Activity'
import { kindOf, type Draft } from './document'
import { At } from './faults'
import { ScopeForm, TermsForm } from './Terms'
import { Together } from './Together'
import { When } from './When'

export interface Given {
  draft: Draft
  set: (next: Partial<Draft>) => void
}

/** An offer from top to bottom: what it gives, on what, when, where, to whom, how far, beside what. */
export function OfferForm({ draft, set }: Given) {
  const { t } = useTranslation()
  const { terms } = draft
  return (
    <div className="stack">
      <Panel title={t(`offer.kind_${kindOf(terms)}`)} extra={<SortPick draft={draft} set={set} />}>
        <TermsForm terms={terms} set={(next) => set({ terms: next })} />
      </Panel>
      <Panel title={t(terms.kind === 'add_on' ? 'offer.add_goods' : 'offer.on_what')}>
        <ScopeForm terms={terms} set={(next) => set({ terms: next })} />
      </Panel>
      <Panel title={t('offer.when_and_where')}>
        <When draft={draft} set={set} />
        <div className="fields">
          <Field label={t('coupon.units')} hint={t('offer.units_hint')}>
            <Units codes={draft.units} change={(units) => set({ units })} />
          </Field>
          <Field label={t('coupon.channels')}>
            <Select
              className="wide"
              aria-label={t('coupon.channels')}
              value={draft.channels.length === 1 ? draft.channels[0] : 'any'}
              onChange={(value: 'any' | 'store' | 'online') =>
                set({ channels: value === 'any' ? [] : [value] })
              }
              options={(['any', 'store', 'online'] as const).map((value) => ({
                value,
                label: t(`coupon.channel_${value}`),
              }))}
            />
          </Field>
        </div>
      </Panel>
      <Panel title={t('offer.for_whom')}>
        <Who draft={draft} set={set} />
      </Panel>
      <Panel title={t('offer.limits')}>
        <LimitsForm draft={draft} set={set} />
      </Panel>
      <Panel title={t('offer.together_title')}>
        <Together draft={draft} set={set} />
        {terms.kind === 'activity' && (
          <GroupPick
            group={terms.group ?? 'activity'}
            change={(group) => set({ terms: { ...terms, group } })}
          />
        )}
      </Panel>
      <Panel title={t('offer.after')}>
        <After draft={draft} set={set} />
      </Panel>
    </div>
  )
}

const sorts = ['member', 'limited', 'flash', 'group', 'channel'] as const

/** What a single price is called. */
function SortPick({ draft, set }: Given) {
  const { t } = useTranslation()
  const { terms } = draft
  if (terms.kind !== 'price') return null
  return (
    <Select
      size="small"
      className="pick-many"
      aria-label={t('offer.called')}
      value={terms.sort ?? 'limited'}
      onChange={(sort) => set({ terms: { ...terms, sort } })}
      options={sorts.map((value) => ({ value, label: t(`offer.kind_${value}`) }))}
    />
  )
}

function Who({ draft, set }: Given) {
  const { t, i18n } = useTranslation()
  const tiers = useRead('/v1/tiers')
  const segments = useRead('/v1/segments', { query: { limit: 200 } })
  const { audience } = draft
  const change = (next: Partial<Draft['audience']>) => set({ audience: { ...audience, ...next } })
  return (
    <>
      <div className="fields">
        <At at="audience.tiers" label={t('offer.tiers_of')}>
          <Select
            mode="multiple"
            className="wide"
            aria-label={t('offer.tiers_of')}
            placeholder={t('offer.everybody')}
            value={audience.tiers}
            onChange={(codes: string[]) => change({ tiers: codes })}
            options={tiers.data?.tiers.map((tier) => ({
              value: tier.code,
              label: i18n.language === 'en' ? tier.en : tier.zh,
            }))}
          />
        </At>
        <At at="audience.segments" label={t('offer.segments')}>
          <Select
            mode="multiple"
            className="wide"
            aria-label={t('offer.segments')}
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('offer.everybody')}
            value={audience.segments}
            onChange={(ids: string[]) => change({ segments: ids })}
            options={segments.data?.items.map((one) => ({ value: one.id, label: one.name }))}
          />
        </At>
      </div>
      <Field label={t('offer.bought')}>
        <Radio.Group
          value={audience.bought ?? 'any'}
          onChange={(event) =>
            change({ bought: event.target.value === 'any' ? null : event.target.value })
          }
          options={(['any', 'new', 'old'] as const).map((value) => ({
            value,
            label: t(`offer.bought_${value}`),
          }))}
        />
      </Field>
      <div className="row">
        <Switch
          aria-label={t('offer.by_promoter')}
          checked={audience.by_promoter}
          onChange={(by_promoter) => change({ by_promoter })}
        />
        <span>{t('offer.by_promoter')}</span>
        <small className="quiet">{t('offer.by_promoter_hint')}</small>
      </div>
    </>
  )
}

function LimitsForm({ draft, set }: Given) {
  const { t } = useTranslation()
  const { limits } = draft
  const change = (next: Partial<Draft['limits']>) => set({ limits: { ...limits, ...next } })
  return (
    <div className="fields">
      <Field label={t('offer.budget_fen')} hint={t('offer.budget_hint')}>
        <YuanInput
          min={1}
          placeholder={t('ui.no_limit')}
          label={t('offer.budget_fen')}
          fen={limits.budget_fen}
          change={(budget_fen) => change({ budget_fen })}
        />
      </Field>
      <Field label={t('offer.budget_orders')}>
        <LimitInput
          label={t('offer.budget_orders')}
          value={limits.budget_orders}
          change={(budget_orders) => change({ budget_orders })}
        />
      </Field>
      <Field label={t('offer.customer_orders')}>
        <LimitInput
          label={t('offer.customer_orders')}
          value={limits.customer_orders}
          change={(customer_orders) => change({ customer_orders })}
        />
      </Field>
      {(draft.terms.kind !== 'activity' || limits.customer_units !== null) && (
        <At at="limits.customer_units" label={t('offer.customer_units')}>
          <LimitInput
            label={t('offer.customer_units')}
            value={limits.customer_units}
            change={(customer_units) => change({ customer_units })}
          />
        </At>
      )}
    </div>
  )
}

const policies = ['as_apportioned', 'recompute', 'full_only'] as const
const parties = ['headquarters', 'store', 'brand'] as const

/** What becomes of it: who bears it, what a returned piece gives back, and a note for colleagues. */
function After({ draft, set }: Given) {
  const { t } = useTranslation()
  const shareOf = (party: (typeof parties)[number]) =>
    draft.funding.find((one) => one.party === party)?.share_bp ?? 0
  return (
    <>
      <Field label={t('offer.refund')} hint={t(`offer.refund_${draft.refund_policy}_hint`)}>
        <Radio.Group
          value={draft.refund_policy}
          onChange={(event) => set({ refund_policy: event.target.value })}
          options={policies.map((value) => ({ value, label: t(`offer.refund_${value}`) }))}
        />
      </Field>
      <At at="funding" label={t('offer.funding')}>
        <div className="fields">
          {parties.map((party) => (
            <InputNumber<number>
              key={party}
              className="number-input"
              min={0}
              max={100}
              precision={2}
              formatter={(value) => (value === undefined ? '' : String(Number(value)))}
              prefix={t(`offer.party_${party}`)}
              suffix="%"
              aria-label={t(`offer.party_${party}`)}
              value={shareOf(party) / 100}
              onChange={(share) =>
                set({
                  funding: parties
                    .map((one) => ({
                      party: one,
                      share_bp: one === party ? Math.round((share ?? 0) * 100) : shareOf(one),
                    }))
                    .filter((one) => one.share_bp > 0),
                })
              }
            />
          ))}
        </div>
      </At>
      <div className="fields">
        <Field label={t('offer.priority')} hint={t('offer.priority_hint')}>
          <InputNumber<number>
            className="number-input"
            min={0}
            max={10_000}
            precision={0}
            aria-label={t('offer.priority')}
            value={draft.priority}
            onChange={(priority) => set({ priority: priority ?? 100 })}
          />
        </Field>
      </div>
      <Field label={t('offer.note')}>
        <Input.TextArea
          rows={2}
          maxLength={500}
          aria-label={t('offer.note')}
          value={draft.note}
          placeholder={t('ui.optional')}
          onChange={(event) => set({ note: event.target.value })}
        />
      </Field>
    </>
  )
}
