import { Button, InputNumber, Radio, Select, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { Gift, OfferTier } from '@/client/types'
import { ProductFinder } from '@/shell/goods'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { nextTier, type Terms } from './document'
import { At, FaultLine } from './faults'
import { FoldInput } from './Fold'

type Activity = Terms & { kind: 'activity' }
type Gives = 'off' | 'fold' | 'none'

const measures = ['amount', 'list_amount', 'count'] as const

/** 满减 and its relatives: tiers, what they look at, and how far they go. */
export function ActivityTerms({ terms, set }: { terms: Activity; set: (terms: Activity) => void }) {
  const { t } = useTranslation()
  const change = (at: number, tier: OfferTier) =>
    set({ ...terms, tiers: terms.tiers.map((one, other) => (other === at ? tier : one)) })
  return (
    <>
      <Field label={t('offer.measure')} hint={t(`offer.measure_${terms.measure ?? 'amount'}_hint`)}>
        <Radio.Group
          value={terms.measure === 'entry_amount' ? 'amount' : (terms.measure ?? 'amount')}
          onChange={(event) => set(measuredBy(terms, event.target.value as Activity['measure']))}
          options={measures.map((value) => ({ value, label: t(`offer.measure_${value}`) }))}
        />
      </Field>
      <At at="terms.tiers" label={t('offer.tiers')}>
        <ol className="offer-tiers">
          {terms.tiers.map((tier, at) => (
            <TierLine
              key={at}
              tier={tier}
              terms={terms}
              change={(next) => change(at, next)}
              remove={
                terms.tiers.length > 1
                  ? () => set({ ...terms, tiers: terms.tiers.filter((_, other) => other !== at) })
                  : null
              }
            />
          ))}
        </ol>
        {!terms.repeats && terms.tiers.length < 8 && (
          <Button
            size="small"
            className="self-start"
            onClick={() => set({ ...terms, tiers: [...terms.tiers, nextTier(terms.tiers)] })}
          >
            {t('offer.add_tier')}
          </Button>
        )}
      </At>
      <div className="field">
        <div className="row">
          <Switch
            aria-label={t('offer.repeats')}
            disabled={terms.tiers.length > 1}
            checked={terms.repeats ?? false}
            onChange={(repeats) => set({ ...terms, repeats, times_max: repeats ? 5 : null })}
          />
          <span>{t('offer.repeats')}</span>
          <small className="quiet">{t('offer.repeats_hint')}</small>
        </div>
        <FaultLine at="terms.repeats" />
      </div>
      <div className="fields">
        {terms.repeats && (
          <At at="terms.times_max" label={t('offer.times_max')}>
            <LimitInput
              max={1_000}
              label={t('offer.times_max')}
              value={terms.times_max ?? null}
              change={(times_max) => set({ ...terms, times_max })}
            />
          </At>
        )}
        <Field label={t('offer.cap')}>
          <YuanInput
            min={1}
            placeholder={t('ui.no_limit')}
            label={t('offer.cap')}
            fen={terms.cap_fen ?? null}
            change={(cap_fen) => set({ ...terms, cap_fen })}
          />
        </Field>
      </div>
    </>
  )
}

/** Another measure: thresholds in yuan and in pieces have nothing in common. */
function measuredBy(terms: Activity, measure: Activity['measure']): Activity {
  const wasCount = terms.measure === 'count'
  if ((measure === 'count') === wasCount) return { ...terms, measure }
  const tiers = terms.tiers.map((tier, at) => ({
    ...tier,
    at_least: measure === 'count' ? at + 2 : 10_000 * (at + 1),
  }))
  return { ...terms, measure, tiers }
}

function TierLine({
  tier,
  terms,
  change,
  remove,
}: {
  tier: OfferTier
  terms: Activity
  change: (tier: OfferTier) => void
  remove: (() => void) | null
}) {
  const { t } = useTranslation()
  const gives: Gives = tier.off_fen ? 'off' : typeof tier.pay_bp === 'number' ? 'fold' : 'none'
  const give = (next: Gives) =>
    change({
      ...tier,
      off_fen: next === 'off' ? 1_000 : null,
      pay_bp: next === 'fold' ? 9_000 : null,
    })
  return (
    <li>
      <div className="rule-line">
        <span>{t(terms.repeats ? 'offer.every' : 'offer.from')}</span>
        {terms.measure === 'count' ? (
          <InputNumber<number>
            className="number-input"
            min={0}
            max={1_000}
            precision={0}
            suffix={t('offer.pieces')}
            aria-label={t('offer.at_least')}
            value={tier.at_least}
            onChange={(least) => change({ ...tier, at_least: least ?? 0 })}
          />
        ) : (
          <YuanInput
            label={t('offer.at_least')}
            fen={tier.at_least}
            change={(fen) => change({ ...tier, at_least: fen ?? 0 })}
          />
        )}
        <Select<Gives>
          className="rule-line-some"
          aria-label={t('offer.gives')}
          value={gives}
          onChange={give}
          options={(terms.repeats
            ? (['off', 'none'] as const)
            : (['off', 'fold', 'none'] as const)
          ).map((value) => ({ value, label: t(`offer.gives_${value}`) }))}
        />
        {gives === 'off' && (
          <YuanInput
            min={1}
            label={t('offer.off')}
            fen={tier.off_fen ?? null}
            change={(fen) => fen && change({ ...tier, off_fen: fen })}
          />
        )}
        {gives === 'fold' && (
          <FoldInput
            label={t('offer.fold')}
            payBp={tier.pay_bp ?? 0}
            change={(pay_bp) => change({ ...tier, pay_bp })}
          />
        )}
        <span className="row">
          <Switch
            size="small"
            aria-label={t('offer.free_shipping')}
            checked={tier.free_shipping ?? false}
            onChange={(free_shipping) => change({ ...tier, free_shipping })}
          />
          {t('offer.free_shipping')}
        </span>
        {remove && (
          <Button type="text" size="small" aria-label={t('offer.remove_tier')} onClick={remove}>
            ✕
          </Button>
        )}
      </div>
      <Gifts
        gifts={tier.gifts ?? []}
        change={(gifts) => change({ ...tier, gifts })}
        isWanted={gives === 'none' && !tier.free_shipping}
      />
    </li>
  )
}

function Gifts({
  gifts,
  change,
  isWanted,
}: {
  gifts: Gift[]
  change: (gifts: Gift[]) => void
  /** Nothing else is given. */
  isWanted: boolean
}) {
  const { t } = useTranslation()
  const [isAdding, setAdding] = useState(isWanted && gifts.length === 0)
  const known = new Map(useProductsOf(gifts.map((gift) => gift.sku)).map((one) => [one.sku, one]))
  const set = (sku: string, next: Partial<Gift>) =>
    change(gifts.map((gift) => (gift.sku === sku ? { ...gift, ...next } : gift)))
  return (
    <div className="offer-gifts">
      {gifts.map((gift) => (
        <div key={gift.sku} className="rule-line">
          <span className="rule-line-some">
            {t('offer.gift', { name: known.get(gift.sku)?.name || gift.sku })}
          </span>
          <InputNumber<number>
            className="number-input"
            min={1}
            max={100}
            precision={0}
            suffix={t('offer.pieces')}
            aria-label={t('offer.gift_count')}
            value={gift.count ?? 1}
            onChange={(count) => count && set(gift.sku, { count })}
          />
          <span className="quiet">{t('offer.gift_worth')}</span>
          <YuanInput
            label={t('offer.gift_worth')}
            fen={gift.worth_fen ?? 0}
            change={(fen) => set(gift.sku, { worth_fen: fen ?? 0 })}
          />
          <Button
            type="text"
            size="small"
            aria-label={t('offer.remove_gift')}
            onClick={() => change(gifts.filter((one) => one.sku !== gift.sku))}
          >
            ✕
          </Button>
        </div>
      ))}
      {gifts.length < 5 && !isAdding && (
        <Button size="small" className="self-start" onClick={() => setAdding(true)}>
          {t('offer.add_gift')}
        </Button>
      )}
      {isAdding && (
        <ProductFinder
          label={t('offer.find_gift')}
          add={(product) => {
            setAdding(false)
            if (!gifts.some((gift) => gift.sku === product.sku))
              change([...gifts, { sku: product.sku, count: 1, worth_fen: product.price_fen ?? 0 }])
          }}
        />
      )}
    </div>
  )
}

/** Which group an activity competes in: a piece joins one activity of each group. */
export function GroupPick({ group, change }: { group: string; change: (group: string) => void }) {
  const { t } = useTranslation()
  const tags = useRead('/v1/offers/tags')
  const groups = [...new Set([...(tags.data?.groups ?? []), group])]
  if (groups.length < 2) return null
  return (
    <Field label={t('offer.group')} hint={t('offer.group_hint')}>
      <Select
        className="wide"
        aria-label={t('offer.group')}
        value={group}
        onChange={change}
        options={groups.map((value) => ({
          value,
          label: t(`offer.named_group_${value}`, { defaultValue: value }),
        }))}
      />
    </Field>
  )
}
