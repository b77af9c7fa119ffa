import { useState } from 'react'
import { Icon } from '../parts/icons'
import { OwnPrice, useTaskPrices, whyOf } from '../parts/OwnPrice'
import { Picture } from '../parts/Picture'
import { None, Sheet, Wait } from '../parts/small'
import { useRead } from '../reads'
import type { Task, TaskProduct } from '../types'
import { t } from '../words'

const LIST_MAX = 20

/** Products to add: those like the ones on the list first, or what is searched for. */
export function ProductSheet(props: {
  task: Task
  chosen: TaskProduct[]
  close: () => void
  choose: (product: TaskProduct) => void
}) {
  const { chosen, close, choose } = props
  const [q, setQ] = useState('')
  const text = q.trim()
  const first = props.task.products[0]?.sku
  const like = useRead('/v1/products', {
    query: { q: first, limit: 1 },
    isOn: Boolean(first),
    staleMs: Infinity,
  })
  const category = text ? undefined : like.data?.items[0]?.category_code
  const found = useRead('/v1/products', {
    query: { q: text, category, limit: LIST_MAX },
    isOn: Boolean(text) || !first || !like.isPending,
    keep: true,
  })
  const taken = new Set(chosen.map(({ sku }) => sku))
  const shown = (found.data?.items ?? []).filter(({ sku }) => !taken.has(sku))
  const prices = useTaskPrices(
    props.task.id,
    shown.map(({ sku }) => sku),
  )
  return (
    <Sheet title={t('task.add')} close={close} isTall>
      <label className="search">
        <Icon name="search" size={18} />
        <input
          type="search"
          value={q}
          placeholder={t('task.search')}
          onChange={(event) => setQ(event.target.value)}
        />
      </label>
      {found.isPending && <Wait />}
      {found.data && shown.length === 0 && <None icon="search">{t('book.none')}</None>}
      <ul className="pick">
        {shown.map((product) => (
          <li key={product.sku}>
            <button
              type="button"
              onClick={() => {
                choose(product)
                close()
              }}
            >
              <Picture sku={product.sku} size={44} />
              <span>
                <b>{product.name}</b>
                <small>{whyOf(prices.get(product.sku)) || product.category_name}</small>
              </span>
              <OwnPrice own={prices.get(product.sku)} listFen={product.price_fen} />
            </button>
          </li>
        ))}
      </ul>
    </Sheet>
  )
}
