import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { Goods as GoodsOf, Product } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Field } from '@/ui/field'
import { yuan } from '@/ui/format'

/** On what it may be used; nothing named is everything. */
export function Goods({
  goods,
  change,
  every,
}: {
  goods: GoodsOf
  change: (next: GoodsOf) => void
  /** What nothing named means, where that is not every product. */
  every?: string
}) {
  const { t, i18n } = useTranslation()
  const categories = useRead('/v1/categories')
  return (
    <>
      <Field label={t('coupon.categories')}>
        <Select
          mode="multiple"
          className="wide"
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('coupon.categories')}
          placeholder={every ?? t('coupon.all_goods')}
          value={goods.categories ?? []}
          onChange={(codes: string[]) => change({ ...goods, categories: codes })}
          options={categories.data?.items.map((one) => ({
            value: one.code,
            label: i18n.language === 'en' ? one.name_en : one.name,
          }))}
        />
      </Field>
      <Field label={t('coupon.skus')}>
        <Products skus={goods.skus ?? []} change={(skus) => change({ ...goods, skus })} />
      </Field>
      <Field label={t('coupon.except')}>
        <Products
          skus={goods.except_skus ?? []}
          change={(skus) => change({ ...goods, except_skus: skus })}
        />
      </Field>
    </>
  )
}

/** Products by name or code, as many as wanted. */
export function Products({
  skus,
  change,
  size,
  className = 'wide',
  placeholder,
  label,
}: {
  skus: string[]
  change: (skus: string[]) => void
  size?: 'small'
  className?: string
  placeholder?: string
  label?: string
}) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/products', { query: { q, limit: 20 }, keep: true })
  const chosen = useProductsOf(skus)
  const known = new Map(
    [...(found.data?.items ?? []), ...chosen].map((one) => [one.sku, one.name || one.sku]),
  )
  return (
    <Select
      mode="multiple"
      size={size}
      className={className}
      aria-label={label}
      maxTagCount={size ? 2 : undefined}
      popupMatchSelectWidth={size ? false : undefined}
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={placeholder ?? t('coupon.find_product')}
      value={skus}
      onChange={(next: string[]) => change(next)}
      options={[...known].map(([value, label]) => ({ value, label }))}
    />
  )
}

/** One product to put somewhere; asks again at once. */
export function ProductFinder({ add, label }: { add: (product: Product) => void; label: string }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words.trim(), 300)
  const found = useRead('/v1/products', { query: { q, limit: 20 }, keep: true })
  return (
    <Select<string | null>
      className="wide"
      aria-label={label}
      showSearch={{ filterOption: false, onSearch: setWords, searchValue: words }}
      placeholder={label}
      notFoundContent={found.isLoading ? ' ' : t('coupon.no_product')}
      value={null}
      onChange={(sku) => {
        const product = found.data?.items.find((one) => one.sku === sku)
        setWords('')
        if (product) add(product)
      }}
      options={found.data?.items.map((one) => ({
        value: one.sku,
        label: [one.name || one.sku, one.price_fen !== null && yuan(one.price_fen)]
          .filter(Boolean)
          .join(' · '),
      }))}
    />
  )
}

/** Stores and regions by name; none chosen is all of them. */
export function Units({ codes, change }: { codes: string[]; change: (codes: string[]) => void }) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  return (
    <Select
      mode="multiple"
      className="wide"
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('coupon.all_units')}
      value={codes}
      onChange={(next: string[]) => change(next)}
      options={units.data?.items.map((unit) => ({ value: unit.code, label: unit.name }))}
    />
  )
}
