import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import { useRead } from '@/client/query'
import type { CouponPromise } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Field } from '@/ui/field'

type GoodsOf = CouponPromise['goods']

/** On what it may be used; nothing named is everything. */
export function Goods({ goods, change }: { goods: GoodsOf; change: (next: GoodsOf) => void }) {
  const { t, i18n } = useTranslation()
  const categories = useRead('/v1/categories')
  return (
    <>
      <Field label={t('coupon.categories')}>
        <Select
          mode="multiple"
          className="wide"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('coupon.all_goods')}
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
export function Products({ skus, change }: { skus: string[]; change: (skus: string[]) => void }) {
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
      className="wide"
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={t('coupon.find_product')}
      value={skus}
      onChange={(next: string[]) => change(next)}
      options={[...known].map(([value, label]) => ({ value, label }))}
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
