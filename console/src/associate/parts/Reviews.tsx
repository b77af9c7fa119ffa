import { ago } from '../format'
import { useRead } from '../reads'
import { t, type Key } from '../words'

const LOW = 3
const SHOWN_MAX = 6

/** Bills of this store that customers rated low, newest first: whom to call, whom to talk to. */
export function Reviews({ unit }: { unit: string }) {
  const found = useRead('/v1/reviews', {
    query: { unit, rating_max: LOW, limit: SHOWN_MAX },
    keep: true,
    everyMs: 60_000,
  })
  if (!found.data?.items.length) return null
  return (
    <section className="reviews">
      <h2>{t('reviews.title')}</h2>
      <div className="rows">
        {found.data.items.map((one) => (
          <a
            key={one.position}
            className="person"
            href={one.customer_id ? `#/customer/${one.customer_id}` : undefined}
          >
            <span>
              <b>
                <Stars n={one.rating ?? 0} />
                {one.customer_name ?? t('app.somebody')}
              </b>
              <small>
                {one.reasons.map((code) => t(`reviews.${code}` as Key)).join(t('reviews.and')) ||
                  t('reviews.no_reason')}
              </small>
              {one.staff_name && (
                <small>
                  {t('reviews.service', { name: one.staff_name })}
                  {one.service_rating !== null && <Stars n={one.service_rating} />}
                </small>
              )}
            </span>
            <span className="right">
              <small>{ago(one.reviewed_at)}</small>
              <small className="num">{one.order_no}</small>
            </span>
          </a>
        ))}
      </div>
    </section>
  )
}

function Stars({ n }: { n: number }) {
  return (
    <em className="stars" role="img" aria-label={t('reviews.stars', { n })}>
      {'★'.repeat(n)}
      <i>{'★'.repeat(5 - n)}</i>
    </em>
  )
}
