import { InputNumber, Skeleton } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import { useRead, write } from '@/client/query'
import type { Priced, Product } from '@/client/types'
import { ProductFinder } from '@/shell/goods'
import { useMe } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { yuan } from '@/ui/format'
import { lackOf, skusIn, type Draft } from './document'
import { exampleOf, type ExampleLine } from './example'
import { named } from './Meaning'

/** A small cart with this offer alone: what it does, as soon as it is written. */
export function Example({ draft }: { draft: Draft }) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const { terms } = draft
  const [own, setOwn] = useState<ExampleLine[] | null>(null)
  const skus = useMemo(() => skusIn(terms), [terms])
  const category = terms.goods?.categories?.[0]
  const shelf = useRead('/v1/products', { query: { category, limit: 60 }, keep: true })
  const other = useRead('/v1/products', { query: { limit: 60 } })
  const chosen = useProductsOf([...skus, ...(own ?? []).map((line) => line.sku)].slice(0, 20))
  const products = useMemo(
    () => unique([...chosen, ...(shelf.data?.items ?? []), ...(other.data?.items ?? [])]),
    [chosen, shelf.data, other.data],
  )
  const lines = useMemo(() => own ?? exampleOf(terms, products), [own, terms, products])
  // As text: products that arrive make new lines that say the same.
  const still = useDebounced(JSON.stringify({ draft, lines }), 350)
  const asked = useMemo(() => JSON.parse(still) as { draft: Draft; lines: ExampleLine[] }, [still])
  const priced = useQuery({
    queryKey: ['/v1/offers/preview/price', still],
    queryFn: ({ signal }) =>
      write(
        {
          to: 'POST /v1/offers/preview/price',
          body: {
            document: named(asked.draft, t('offer.unnamed')),
            unit: me.unit.code,
            shipping_fen: freesShipping(asked.draft) ? 800 : 0,
            lines: asked.lines.map((line, at) => ({ line_no: at + 1, ...line })),
          },
        },
        signal,
      ),
    enabled: asked.lines.length > 0 && lackOf(asked.draft.terms) === null,
    placeholderData: (before) => before,
    retry: false,
  })
  const byId = new Map(products.map((one) => [one.sku, one]))
  if (shelf.isLoading || other.isLoading)
    return <Skeleton active title={false} paragraph={{ rows: 3 }} />
  if (lines.length === 0 || lackOf(terms))
    return <p className="quiet">{t('offer.example_empty')}</p>
  const answer = priced.error ? undefined : priced.data
  const why = answer?.unused[0]
  return (
    <div className={priced.isPlaceholderData ? 'stale-view' : ''}>
      <ul className="offer-example">
        {lines.map((line, at) => (
          <li key={line.sku}>
            <span>{byId.get(line.sku)?.name || line.sku}</span>
            <InputNumber<number>
              size="small"
              min={0}
              max={99}
              precision={0}
              aria-label={t('offer.pieces_of', { name: byId.get(line.sku)?.name || line.sku })}
              value={line.quantity}
              onChange={(quantity) => setOwn(counted(lines, line.sku, quantity ?? 0))}
            />
            <Paid answer={answer} lineNo={at + 1} quantity={line.quantity} />
          </li>
        ))}
      </ul>
      <ProductFinder
        label={t('offer.add_product')}
        add={(product) => setOwn(counted(lines, product.sku, 1))}
      />
      {answer && (
        <div aria-live="polite" className="offer-example-sum">
          <span className="quiet num">
            {t('offer.example_before', {
              fen: yuan(answer.payable_fen + answer.saved_fen),
              saved: yuan(answer.saved_fen),
            })}
          </span>
          <b className="num">{yuan(answer.payable_fen)}</b>
        </div>
      )}
      {answer?.gifts.map((gift) => (
        <p key={gift.sku} className="teal">
          {t('offer.given', {
            name: byId.get(gift.sku)?.name || gift.sku,
            count: gift.count ?? 1,
          })}
        </p>
      ))}
      {why && <p className="quiet">{i18n.language === 'en' ? why.en : why.zh}</p>}
    </div>
  )
}

function Paid({
  answer,
  lineNo,
  quantity,
}: {
  answer: Priced | undefined
  lineNo: number
  quantity: number
}) {
  const line = answer?.lines.find((one) => one.line_no === lineNo)
  if (!line || line.quantity !== quantity) return <span className="quiet">…</span>
  return (
    <span className="num">
      {line.paid_fen < line.list_fen && <s className="quiet">{yuan(line.list_fen)}</s>}{' '}
      {yuan(line.paid_fen)}
    </span>
  )
}

function freesShipping({ terms }: Draft): boolean {
  return terms.kind === 'activity' && terms.tiers.some((tier) => tier.free_shipping)
}

function counted(lines: ExampleLine[], sku: string, quantity: number): ExampleLine[] {
  const isThere = lines.some((line) => line.sku === sku)
  const next = isThere
    ? lines.map((line) => (line.sku === sku ? { sku, quantity } : line))
    : [...lines, { sku, quantity }]
  return next.filter((line) => line.quantity > 0)
}

function unique(products: Product[]): Product[] {
  return [...new Map(products.map((one) => [one.sku, one])).values()]
}
