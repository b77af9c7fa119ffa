import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { CouponPromise } from '@/client/types'
import { clockOf, faceOf, plainYuan } from './promise'
import './coupons.css'

/** The coupon as the customer's phone shows it. */
export function Ticket({ promise }: { promise: CouponPromise }) {
  const { t } = useTranslation()
  const { benefit, hours, weekdays } = promise
  const face = faceOf(benefit)
  const threshold = 'threshold_fen' in benefit ? (benefit.threshold_fen ?? 0) : 0
  const worth = benefit.kind === 'exchange' ? benefit.worth_fen : null
  const when = [
    weekdays.length > 0 &&
      [...weekdays]
        .sort()
        .map((day) => t(`coupon.weekday_${day}`))
        .join(' '),
    hours && `${clockOf(hours.from_minute)}–${clockOf(hours.until_minute)}`,
  ].filter(Boolean)
  return (
    <div className="ticket" role="img" aria-label={t('coupon.as_seen')}>
      <div className="ticket-face">
        <b className="num">
          {face.unit === 'yuan' && <small>¥</small>}
          {face.unit === 'free' ? t('coupon.face_free') : face.text}
          {face.unit === 'tenths' && <small>{t('coupon.face_tenths')}</small>}
        </b>
        <span>
          {threshold
            ? t('coupon.face_threshold', { yuan: plainYuan(threshold) })
            : worth
              ? t('coupon.face_worth', { yuan: plainYuan(worth) })
              : t('coupon.face_no_threshold')}
        </span>
      </div>
      <div className="ticket-words">
        <b>{promise.name.trim() || t('coupon.unnamed')}</b>
        <span>{t(`coupon.kind_${benefit.kind}`)}</span>
        <span>
          <Until window={promise.window} />
        </span>
        {when.length > 0 && <span>{when.join(' · ')}</span>}
        {promise.channels.length === 1 && (
          <span>{t(`coupon.only_${promise.channels[0] ?? 'store'}`)}</span>
        )}
      </div>
      <span className="ticket-go">{t('coupon.face_use')}</span>
    </div>
  )
}

function Until({ window }: { window: CouponPromise['window'] }) {
  const { t } = useTranslation()
  if (window.kind === 'relative')
    return window.after_days
      ? t('coupon.face_later', { after: window.after_days, days: window.days })
      : t('coupon.face_days', { days: window.days })
  const day = (at: string) => dayjs(at).format('YYYY.MM.DD')
  return `${day(window.from_at)} – ${day(dayjs(window.until_at).subtract(1, 'second').toISOString())}`
}
