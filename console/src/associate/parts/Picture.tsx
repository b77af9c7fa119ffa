import { useMe } from '../session'

/** A product's picture, drawn or the merchant's own. */
export function Picture({ sku, size = 56 }: { sku: string; size?: number }) {
  const { merchant } = useMe()
  return (
    <img
      className="picture"
      src={`/p/${merchant.id}/${encodeURIComponent(sku)}.svg`}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
    />
  )
}
