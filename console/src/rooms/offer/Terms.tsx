import { InputNumber, Segmented, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import type { Goods as GoodsOf } from '@/client/types'
import { Goods, ProductFinder } from '@/shell/goods'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { yuan } from '@/ui/format'
import { ActivityTerms } from './Activity'
import { everything, type Terms } from './document'
import { At, FaultLine } from './faults'
import { FoldInput } from './Fold'

type Of<K extends Terms['kind']> = Terms & { kind: K }
interface Given<T> {
  terms: T
  set: (terms: T) => void
}

/** What the offer gives. */
export function TermsForm({ terms, set }: Given<Terms>) {
  switch (terms.kind) {
    case 'price':
      return <PriceTerms terms={terms} set={set} />
    case 'buy_get':
      return <BuyGetTerms terms={terms} set={set} />
    case 'bundle':
      return <BundleTerms terms={terms} set={set} />
    case 'add_on':
      return <AddOnTerms terms={terms} set={set} />
    case 'activity':
      return <ActivityTerms terms={terms} set={set} />
  }
}

/** On which products; 加价购 asks for its own goods, a price list names its own. */
export function ScopeForm({ terms, set }: Given<Terms>) {
  const { t } = useTranslation()
  if (terms.kind === 'price' && terms.prices_fen)
    return <p className="quiet">{t('offer.scope_is_named')}</p>
  return (
    <>
      <FaultLine at="terms.goods" />
      <Goods
        goods={terms.goods ?? everything}
        change={(goods) => set({ ...terms, goods })}
        every={terms.kind === 'add_on' ? t('offer.choose_goods') : undefined}
      />
    </>
  )
}

const ways = ['pay_bp', 'off_fen', 'prices_fen'] as const
type Way = (typeof ways)[number]

function PriceTerms({ terms, set }: Given<Of<'price'>>) {
  const { t } = useTranslation()
  const way: Way = terms.prices_fen ? 'prices_fen' : terms.off_fen ? 'off_fen' : 'pay_bp'
  const take = (next: Way) =>
    set({
      ...terms,
      pay_bp: next === 'pay_bp' ? 8_500 : null,
      off_fen: next === 'off_fen' ? 1_000 : null,
      prices_fen: next === 'prices_fen' ? {} : null,
      goods: next === 'prices_fen' ? everything : terms.goods,
    })
  return (
    <>
      <At at="terms" label={t('offer.way')}>
        <div className="scroll-x">
          <Segmented<Way>
            value={way}
            onChange={take}
            options={ways.map((value) => ({ value, label: t(`offer.way_${value}`) }))}
          />
        </div>
      </At>
      {way === 'prices_fen' ? (
        <Prices
          prices={terms.prices_fen ?? {}}
          change={(prices_fen) => set({ ...terms, prices_fen })}
        />
      ) : (
        <div className="fields">
          {way === 'pay_bp' ? (
            <Field label={t('offer.fold')}>
              <FoldInput
                label={t('offer.fold')}
                payBp={terms.pay_bp ?? 0}
                change={(pay_bp) => set({ ...terms, pay_bp })}
              />
            </Field>
          ) : (
            <Field label={t('offer.off_each')}>
              <YuanInput
                min={1}
                label={t('offer.off_each')}
                fen={terms.off_fen ?? null}
                change={(fen) => fen && set({ ...terms, off_fen: fen })}
              />
            </Field>
          )}
        </div>
      )}
      <Field label={t('offer.limit')} hint={t('offer.limit_hint')}>
        <LimitInput
          max={1_000}
          label={t('offer.limit')}
          value={terms.limit ?? null}
          change={(limit) => set({ ...terms, limit })}
        />
      </Field>
    </>
  )
}

/** A price for each product that is named. */
function Prices({
  prices,
  change,
}: {
  prices: Record<string, number>
  change: (prices: Record<string, number>) => void
}) {
  const { t } = useTranslation()
  const skus = Object.keys(prices)
  const known = new Map(useProductsOf(skus).map((one) => [one.sku, one]))
  return (
    <At at="terms.prices_fen" label={t('offer.prices')}>
      {skus.map((sku) => {
        const product = known.get(sku)
        return (
          <div key={sku} className="rule-line">
            <span className="rule-line-wide">
              {product?.name || sku}{' '}
              {product?.price_fen && (
                <small className="quiet num">
                  {t('offer.listed_at', { price: yuan(product.price_fen) })}
                </small>
              )}
            </span>
            <YuanInput
              label={t('offer.price_of', { name: product?.name || sku })}
              fen={prices[sku] ?? null}
              change={(fen) => fen !== null && change({ ...prices, [sku]: fen })}
            />
            <button
              type="button"
              className="opens quiet"
              aria-label={t('offer.take_away', { name: product?.name || sku })}
              onClick={() =>
                change(Object.fromEntries(Object.entries(prices).filter(([key]) => key !== sku)))
              }
            >
              ✕
            </button>
          </div>
        )
      })}
      <ProductFinder
        label={t('offer.add_product')}
        add={(product) =>
          change({ [product.sku]: Math.round((product.price_fen ?? 10_000) * 0.8), ...prices })
        }
      />
    </At>
  )
}

function BuyGetTerms({ terms, set }: Given<Of<'buy_get'>>) {
  const { t } = useTranslation()
  return (
    <>
      <div className="fields">
        <Count label={t('offer.buy')} value={terms.buy} change={(buy) => set({ ...terms, buy })} />
        <Count
          label={t('offer.get')}
          value={terms.get ?? 1}
          change={(get) => set({ ...terms, get })}
        />
        <Field label={t('offer.get_fold')} hint={t('offer.get_fold_hint')}>
          <FoldInput
            label={t('offer.get_fold')}
            payBp={terms.pay_bp ?? 0}
            change={(pay_bp) => set({ ...terms, pay_bp })}
          />
        </Field>
        <Groups
          value={terms.groups_max ?? null}
          change={(groups_max) => set({ ...terms, groups_max })}
        />
      </div>
      <Another
        label={t('offer.get_from_others')}
        goods={terms.get_goods ?? null}
        change={(get_goods) => set({ ...terms, get_goods })}
      />
    </>
  )
}

function BundleTerms({ terms, set }: Given<Of<'bundle'>>) {
  const { t } = useTranslation()
  return (
    <div className="fields">
      <Count
        min={2}
        label={t('offer.any')}
        value={terms.count}
        change={(count) => set({ ...terms, count })}
      />
      <Field label={t('offer.together')}>
        <YuanInput
          label={t('offer.together')}
          fen={terms.price_fen}
          change={(fen) => fen !== null && set({ ...terms, price_fen: fen })}
        />
      </Field>
      <Groups
        value={terms.groups_max ?? null}
        change={(groups_max) => set({ ...terms, groups_max })}
      />
    </div>
  )
}

function AddOnTerms({ terms, set }: Given<Of<'add_on'>>) {
  const { t } = useTranslation()
  return (
    <>
      <div className="fields">
        <Field label={t('offer.threshold')}>
          <YuanInput
            label={t('offer.threshold')}
            fen={terms.threshold_fen ?? 0}
            change={(fen) => set({ ...terms, threshold_fen: fen ?? 0 })}
          />
        </Field>
        <Field label={t('offer.add_price')}>
          <YuanInput
            label={t('offer.add_price')}
            fen={terms.price_fen}
            change={(fen) => fen !== null && set({ ...terms, price_fen: fen })}
          />
        </Field>
        <Count
          label={t('offer.count_max')}
          value={terms.count_max ?? 1}
          change={(count_max) => set({ ...terms, count_max })}
        />
      </div>
      <Another
        label={t('offer.trigger_named')}
        goods={isEverything(terms.trigger) ? null : (terms.trigger ?? null)}
        change={(trigger) => set({ ...terms, trigger: trigger ?? everything })}
      />
    </>
  )
}

function isEverything(goods: GoodsOf | undefined): boolean {
  return Object.values(goods ?? {}).every((codes) => codes.length === 0)
}

/** A second scope, asked for only when it is wanted. */
function Another({
  label,
  goods,
  change,
}: {
  label: string
  goods: GoodsOf | null
  change: (goods: GoodsOf | null) => void
}) {
  const { t } = useTranslation()
  // A scope that names nothing yet reads as every product; the switch stays where it was put.
  return (
    <div className="field">
      <div className="row">
        <Switch
          aria-label={label}
          checked={goods !== null}
          onChange={(isOn) => change(isOn ? { ...everything, categories: [] } : null)}
        />
        <span>{label}</span>
      </div>
      {goods && (
        <div className="offer-inside">
          <Goods goods={goods} change={change} every={t('offer.choose_goods')} />
        </div>
      )}
    </div>
  )
}

export function Count({
  label,
  value,
  change,
  min = 1,
}: {
  label: string
  value: number
  change: (value: number) => void
  min?: number
}) {
  const { t } = useTranslation()
  return (
    <Field label={label}>
      <InputNumber<number>
        className="number-input"
        min={min}
        max={1_000}
        precision={0}
        suffix={t('offer.pieces')}
        aria-label={label}
        value={value}
        onChange={(next) => next && change(next)}
      />
    </Field>
  )
}

function Groups({
  value,
  change,
}: {
  value: number | null
  change: (value: number | null) => void
}) {
  const { t } = useTranslation()
  return (
    <Field label={t('offer.groups_max')}>
      <LimitInput max={1_000} label={t('offer.groups_max')} value={value} change={change} />
    </Field>
  )
}
