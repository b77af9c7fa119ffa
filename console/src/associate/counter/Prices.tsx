import { useEffect, useState } from 'react'
import { yuan } from '../format'
import { tell } from '../http'
import { Icon } from '../parts/icons'
import { bySku, OwnPrice, whyOf } from '../parts/OwnPrice'
import { Picture } from '../parts/Picture'
import { failed, None, Sheet, Wait } from '../parts/small'
import { useRead } from '../reads'
import type { AtCounter, Priced } from '../types'
import { ours, t } from '../words'

const LIST_MAX = 20
const PIECES_MAX = 99
const ASK_AFTER_MS = 250

interface Line {
  sku: string
  name: string
  pieces: number
}

/** What products cost the customer who stands here: each for itself, and all that is chosen together. */
export function Prices({ visitor, close }: { visitor: AtCounter; close: () => void }) {
  const [q, setQ] = useState('')
  const [lines, setLines] = useState<Line[]>([])
  const text = q.trim()
  const found = useRead('/v1/products', {
    query: { q: text, limit: LIST_MAX },
    isOn: Boolean(text),
    keep: true,
  })
  const shown = text ? (found.data?.items ?? []) : []
  const priced = useRead('/v1/counter/prices', {
    query: { visit: visitor.visit_id, skus: shown.map(({ sku }) => sku) },
    isOn: shown.length > 0,
    keep: true,
  })
  const prices = bySku(priced.data?.items)
  const change = (sku: string, name: string, by: number) => {
    const pieces = (lines.find((line) => line.sku === sku)?.pieces ?? 0) + by
    const others = lines.filter((line) => line.sku !== sku)
    const next = { sku, name, pieces: Math.min(PIECES_MAX, pieces) }
    setLines(pieces > 0 ? [...others, next] : others)
  }
  return (
    <Sheet title={t('price.open')} close={close} isTall>
      <label className="search">
        <Icon name="search" size={18} />
        <input
          type="search"
          value={q}
          autoFocus
          placeholder={t('price.search')}
          onChange={(event) => setQ(event.target.value)}
        />
      </label>
      <Together visitor={visitor} lines={lines} change={change} />
      {text && found.isPending && <Wait />}
      {!text && lines.length === 0 && <None icon="search">{t('price.first')}</None>}
      {text && found.data && shown.length === 0 && <None icon="search">{t('book.none')}</None>}
      <ul className="pick">
        {shown.map((product) => (
          <li key={product.sku}>
            <button type="button" onClick={() => change(product.sku, product.name, 1)}>
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
      {priced.data && priced.data.rate_bp > 0 && <p className="quiet ready">{t('price.note')}</p>}
    </Sheet>
  )
}

/** All that is chosen, at the best price of it together, as the till will have it. */
function Together(props: {
  visitor: AtCounter
  lines: Line[]
  change: (sku: string, name: string, by: number) => void
}) {
  const { visitor, lines, change } = props
  const [best, setBest] = useState<Priced | null>(null)
  useEffect(() => {
    if (lines.length === 0) return
    let isOld = false
    const timer = window.setTimeout(() => {
      const asked = lines.map(({ sku, pieces }, at) => ({ line_no: at + 1, sku, quantity: pieces }))
      tell<Priced>('POST', '/v1/counter/best', { visit: visitor.visit_id, lines: asked })
        .then((answer) => isOld || setBest(answer))
        .catch(failed)
    }, ASK_AFTER_MS)
    return () => {
      isOld = true
      window.clearTimeout(timer)
    }
  }, [lines, visitor.visit_id])
  if (lines.length === 0) return null
  return (
    <section className="together">
      {lines.map(({ sku, name, pieces }) => (
        <div key={sku}>
          <b>{name}</b>
          <button type="button" aria-label={`− ${name}`} onClick={() => change(sku, name, -1)}>
            −
          </button>
          <span className="num">{pieces}</span>
          <button type="button" aria-label={`+ ${name}`} onClick={() => change(sku, name, 1)}>
            +
          </button>
        </div>
      ))}
      {best?.steps
        .filter(({ off_fen }) => off_fen > 0)
        .map((step) => (
          <small key={step.id}>{ours(step.zh, step.en)}</small>
        ))}
      {best && (
        <p>
          {t('price.total')}
          <b className="num">{yuan(best.payable_fen)}</b>
          {best.saved_fen > 0 && <s className="num">{yuan(best.list_fen)}</s>}
        </p>
      )}
    </section>
  )
}
