import { pictureOf } from '../session'

export function Picture({ sku, size = 56 }: { sku: string; size?: number }) {
  return (
    <img
      className="picture"
      src={pictureOf(sku)}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
    />
  )
}
