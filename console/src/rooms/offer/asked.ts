import type { Cart } from '@/client/types'

/** A cart in the sandbox, as its address keeps it. `listFen` null is the catalogue's price. */
export interface Asked {
  unit: string | null
  customer: string | null
  promoter: string | null
  at: string | null
  channel: 'store' | 'online' | null
  shippingFen: number
  lines: AskedLine[]
  pinned: string[]
  refused: string[]
}

export interface AskedLine {
  sku: string
  quantity: number
  listFen: number | null
}

/** Read from an address; what cannot be read is left out. */
export function askedOf(query: URLSearchParams): Asked {
  const channel = query.get('channel')
  const at = query.get('at')
  return {
    unit: query.get('unit'),
    customer: query.get('customer'),
    promoter: query.get('promoter'),
    at: at && !Number.isNaN(Date.parse(at)) ? at : null,
    channel: channel === 'store' || channel === 'online' ? channel : null,
    shippingFen: wholeNumber(query.get('shipping')) ?? 0,
    lines: query.getAll('line').flatMap((text) => {
      const [sku, quantity, listFen] = text.split('~')
      const pieces = wholeNumber(quantity)
      return sku && pieces ? [{ sku, quantity: pieces, listFen: wholeNumber(listFen) }] : []
    }),
    pinned: query.getAll('pin'),
    refused: query.getAll('no'),
  }
}

function wholeNumber(text: string | null | undefined): number | null {
  return text && /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** The address of a cart: what `askedOf` reads again. */
export function addressOf(asked: Asked): string {
  const query = new URLSearchParams()
  const put = (name: string, value: string | null) => value && query.set(name, value)
  put('unit', asked.unit)
  put('customer', asked.customer)
  put('promoter', asked.promoter)
  put('at', asked.at)
  put('channel', asked.channel)
  put('shipping', asked.shippingFen ? String(asked.shippingFen) : null)
  for (const line of asked.lines) {
    const parts = [line.sku, line.quantity, ...(line.listFen === null ? [] : [line.listFen])]
    query.append('line', parts.join('~'))
  }
  for (const id of asked.pinned) query.append('pin', id)
  for (const id of asked.refused) query.append('no', id)
  const search = query.toString()
  return search ? `/offers/sandbox?${search}` : '/offers/sandbox'
}

/** As `POST /v1/offers/best` takes it; `unit` where none is chosen. */
export function cartOf(asked: Asked, unit: string): Cart {
  return {
    unit: asked.unit ?? unit,
    lines: asked.lines.map((line, at) => ({
      line_no: at + 1,
      sku: line.sku,
      quantity: line.quantity,
      ...(line.listFen === null ? {} : { list_fen: line.listFen }),
    })),
    ...(asked.shippingFen ? { shipping_fen: asked.shippingFen } : {}),
    ...(asked.customer ? { customer: asked.customer } : {}),
    ...(asked.promoter ? { promoter: asked.promoter } : {}),
    ...(asked.channel ? { channel: asked.channel } : {}),
    ...(asked.at ? { at: asked.at } : {}),
    ...(asked.pinned.length > 0 ? { pinned: asked.pinned } : {}),
    ...(asked.refused.length > 0 ? { refused: asked.refused } : {}),
  }
}

/** With a wish of the customer turned: an instrument is pinned, refused, or neither. */
export function wished(asked: Asked, id: string, wish: 'pinned' | 'refused' | null): Asked {
  const without = (ids: string[]) => ids.filter((one) => one !== id)
  return {
    ...asked,
    pinned: wish === 'pinned' ? [...without(asked.pinned), id] : without(asked.pinned),
    refused: wish === 'refused' ? [...without(asked.refused), id] : without(asked.refused),
  }
}

/** With more of a product; a line that is there grows. */
export function withMore(asked: Asked, sku: string, pieces: number): Asked {
  const isThere = asked.lines.some((line) => line.sku === sku && line.listFen === null)
  return {
    ...asked,
    lines: isThere
      ? asked.lines.map((line) =>
          line.sku === sku && line.listFen === null
            ? { ...line, quantity: line.quantity + pieces }
            : line,
        )
      : [...asked.lines, { sku, quantity: pieces, listFen: null }],
  }
}
