import { yuan } from '../format'
import { useRead } from '../reads'
import type { AssociatePrice } from '../types'
import { t } from '../words'

/** What products cost the customer of a task, by SKU, as the page behind the message will show it. */
export function useTaskPrices(taskId: string, skus: string[]): Map<string, AssociatePrice> {
  const found = useRead('/v1/tasks/{task_id}/prices', {
    id: taskId,
    query: { skus },
    isOn: skus.length > 0,
    keep: true,
  })
  return bySku(found.data?.items)
}

export function bySku(items: AssociatePrice[] = []): Map<string, AssociatePrice> {
  return new Map(items.map((item) => [item.on_shelf.sku, item]))
}

/** The customer's own price, the list price where it is more, and about what the sale earns. */
export function OwnPrice({ own, listFen }: { own?: AssociatePrice; listFen: number | null }) {
  if (!own) return listFen === null ? null : <em className="num own">{yuan(listFen)}</em>
  const { on_shelf: shelf, commission_fen: fen } = own
  return (
    <em className="num own">
      {yuan(shelf.payable_fen)}
      {shelf.saved_fen > 0 && <s>{yuan(shelf.list_fen)}</s>}
      {fen > 0 && <small>{t('price.earns', { fen: yuan(fen) })}</small>}
    </em>
  )
}

/** Why it costs that, in a few words: the offers and coupons, else what is one step away. */
export function whyOf(own: AssociatePrice | undefined): string {
  return own?.on_shelf.steps.map(({ name }) => name).join(' · ') ?? ''
}
