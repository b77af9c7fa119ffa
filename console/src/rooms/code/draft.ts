import type { ContactCode, ContactCodeIn, ContactCodeKind } from '@/client/types'

/** A code as a form keeps it: everything is there, and empty where nothing is said. */
export type Draft = Required<Omit<ContactCodeIn, 'welcome' | 'product_list_id'>> & {
  product_list_id: string | null
  text: string
  away_text: string
  attachment: NonNullable<ContactCodeIn['welcome']['attachment']> | null
}

export const kinds: ContactCodeKind[] = ['staff', 'store', 'material', 'product']

export function blank(unitId: string, kind: ContactCodeKind = 'staff'): Draft {
  return {
    name: '',
    kind,
    unit_id: unitId,
    staff_ids: [],
    fallback_staff_id: null,
    sku: null,
    skus: [],
    product_list_id: null,
    source: '',
    tags: [],
    from_minute: null,
    until_minute: null,
    asks_first: false,
    day_limit: null,
    text: '',
    away_text: '',
    attachment: null,
  }
}

export function draftOf({ code, skus }: ContactCode): Draft {
  const { welcome } = code
  return {
    name: code.name,
    kind: code.kind,
    unit_id: code.unit_id,
    staff_ids: code.staff_ids,
    fallback_staff_id: code.fallback_staff_id,
    sku: code.sku,
    skus: code.kind === 'material' ? skus : [],
    product_list_id: code.product_list_id,
    source: code.source,
    tags: code.tags,
    from_minute: code.from_minute,
    until_minute: code.until_minute,
    asks_first: code.asks_first,
    day_limit: code.day_limit,
    text: welcome.text,
    away_text: welcome.away_text,
    attachment: welcome.attachment,
  }
}

/** What hangs on the kind is said only where it means something. */
export function bodyOf(draft: Draft): ContactCodeIn {
  const { text, away_text, attachment, ...code } = draft
  const { kind } = code
  const hasGoods = (kind === 'product' && code.sku) || (kind === 'material' && code.skus.length > 0)
  const kept = attachment?.kind === 'goods' && !hasGoods ? null : attachment
  return {
    ...code,
    staff_ids: kind === 'store' ? [] : code.staff_ids,
    sku: kind === 'product' ? code.sku : null,
    skus: kind === 'material' ? code.skus : [],
    product_list_id: kind === 'material' && code.skus.length > 0 ? code.product_list_id : null,
    welcome: {
      text,
      away_text: code.from_minute === null ? '' : away_text,
      attachment: kept,
    },
  }
}

/** What is still missing before it can be saved: a key of the words, or nothing. */
export function missingOf(draft: Draft, isForStores = false): string | null {
  if (!draft.name.trim()) return 'code.needs_name'
  if (!isForStores && draft.kind !== 'store' && draft.staff_ids.length === 0)
    return 'code.needs_staff'
  if (draft.kind === 'product' && !draft.sku) return 'code.needs_product'
  const { attachment } = draft
  if (
    attachment?.kind === 'link' &&
    !(attachment.title && /^https?:\/\//.test(attachment.url ?? ''))
  )
    return 'code.needs_link'
  return null
}
