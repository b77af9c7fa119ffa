import { useState } from 'react'
import { yuan } from '../format'
import { Icon } from '../parts/icons'
import { OwnPrice, useTaskPrices, whyOf } from '../parts/OwnPrice'
import { Picture } from '../parts/Picture'
import { Face } from '../parts/small'
import type { AssociatePrice, Task, TaskProduct } from '../types'
import { t } from '../words'
import { useDraft } from './draft'
import { ProductSheet } from './ProductSheet'
import { useSend } from './send'

/** The message as the customer will see it, and what the associate may change about it. */
export function Composer({ task, isOpen }: { task: Task; isOpen: boolean }) {
  const drafting = useDraft(task)
  const { draft, change } = drafting
  const { sending, send } = useSend(task, drafting)
  const [isAdding, setAdding] = useState(false)
  const products = isOpen ? draft.products : task.products
  const prices = useTaskPrices(
    task.id,
    products.map(({ sku }) => sku),
  )
  return (
    <>
      <section className="preview">
        <h2>{t('task.preview')}</h2>
        <Chat
          task={task}
          copy={isOpen ? draft.copy : task.copy}
          products={products}
          change={isOpen && sending !== 'busy' ? (copy) => change({ copy }) : undefined}
        />
      </section>
      {(isOpen || products.length > 0) && (
        <section className="bring">
          <h2>{t('task.products')}</h2>
          {products.length === 0 && <p className="quiet">{t('task.no_products')}</p>}
          <ul>
            {products.map((product) => (
              <ProductLine
                key={product.sku}
                product={product}
                own={prices.get(product.sku)}
                quote={
                  isOpen
                    ? (text) => change({ copy: `${draft.copy.trimEnd()}\n${text}` })
                    : undefined
                }
                remove={
                  isOpen
                    ? () => change({ products: products.filter(({ sku }) => sku !== product.sku) })
                    : undefined
                }
              />
            ))}
          </ul>
          {isOpen && (
            <button type="button" className="add" onClick={() => setAdding(true)}>
              <Icon name="plus" size={18} />
              {t('task.add')}
            </button>
          )}
        </section>
      )}
      {isOpen && (
        <footer className="action">
          {sending === 'failed' && <p role="alert">{t('task.send_failed')}</p>}
          <button
            type="button"
            className="big"
            disabled={sending === 'busy' || !draft.copy.trim()}
            onClick={() => void send()}
          >
            {sending === 'busy' ? (
              <>
                <i className="spin" />
                {t('task.sending')}
              </>
            ) : (
              t(sending === 'failed' ? 'task.send_again' : 'task.send')
            )}
          </button>
        </footer>
      )}
      {isAdding && (
        <ProductSheet
          task={task}
          chosen={products}
          close={() => setAdding(false)}
          choose={(product) => change({ products: [...products, product] })}
        />
      )}
    </>
  )
}

function Chat(props: {
  task: Task
  copy: string
  products: TaskProduct[]
  change?: (copy: string) => void
}) {
  const { task, copy, products, change } = props
  const [isEditing, setEditing] = useState(false)
  const name = task.customer.salutation
  const first = products[0]
  return (
    <div className="chat">
      <Face name={task.associate.name} size={34} />
      <div>
        <small>{t('task.from', { name: task.associate.name, store: task.unit.name })}</small>
        {isEditing && change ? (
          <textarea
            autoFocus
            value={copy}
            rows={5}
            maxLength={1200}
            aria-label={t('task.edit')}
            onChange={(event) => change(event.target.value)}
          />
        ) : (
          <p className="bubble">{copy.replaceAll('{name}', name)}</p>
        )}
        {change && (
          <button type="button" className="edit" onClick={() => setEditing(!isEditing)}>
            <Icon name={isEditing ? 'check' : 'pen'} size={15} />
            {t(isEditing ? 'task.done_editing' : 'task.edit')}
          </button>
        )}
        {first && (
          <div className="card">
            <span>
              <b>{t('task.card', { n: products.length, name })}</b>
              <small>{t('task.card_note')}</small>
            </span>
            <Picture sku={first.sku} size={48} />
          </div>
        )}
      </div>
    </div>
  )
}

function ProductLine(props: {
  product: TaskProduct
  own?: AssociatePrice
  quote?: (text: string) => void
  remove?: () => void
}) {
  const { product, own, quote, remove } = props
  const shelf = own?.on_shelf
  return (
    <li>
      <Picture sku={product.sku} />
      <span>
        <b>{product.name}</b>
        <small>{whyOf(own) || product.category_name}</small>
        {quote && shelf && shelf.saved_fen > 0 && (
          <button
            type="button"
            className="quote"
            onClick={() =>
              quote(
                t('price.quoted', {
                  name: shelf.name,
                  price: yuan(shelf.payable_fen),
                  list: yuan(shelf.list_fen),
                }),
              )
            }
          >
            {t('price.quote')}
          </button>
        )}
      </span>
      <OwnPrice own={own} listFen={product.price_fen} />
      {remove && (
        <button
          type="button"
          aria-label={t('task.remove', { name: product.name })}
          onClick={remove}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </li>
  )
}
