import { locale, t } from './words'

export { yuan } from '@/ui/format'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A goal or a gap: whole yuan, rounded up so that 「还差」 never says ¥0 too early. */
export function wholeYuan(fen: number): string {
  return `¥${whole.format(Math.ceil(fen / 100))}`
}

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' })

/** `14:05` today, `11月3日 14:05` otherwise. */
export function moment(at: string): string {
  const then = new Date(at)
  const isToday = then.toDateString() === new Date().toDateString()
  return isToday ? clock.format(then) : `${day.format(then)} ${clock.format(then)}`
}

export function dayOf(at: string): string {
  return day.format(new Date(at))
}

/** `刚刚`, `5 分钟前`, `3 天前`. */
export function ago(at: string): string {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(at)) / 60_000))
  if (minutes < 1) return t('time.now')
  if (minutes < 60) return t('time.minutes', { n: minutes })
  if (minutes < 60 * 24) return t('time.hours', { n: Math.floor(minutes / 60) })
  const days = Math.floor(minutes / 60 / 24)
  return days < 60 ? t('time.days', { n: days }) : dayOf(at)
}

/** A deadline: `今天 20:00 前`, `11月30日前`. */
export function before(at: string): string {
  const then = new Date(at)
  const isToday = then.toDateString() === new Date().toDateString()
  return isToday
    ? t('time.before_today', { at: clock.format(then) })
    : t('time.before', { at: dayOf(at) })
}
