import { Tooltip } from 'antd'
import dayjs from 'dayjs'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

/** `3 分钟前`, with the full local time and its zone on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const { t } = useTranslation()
  if (!at) return <span className="quiet">–</span>
  const then = dayjs(at)
  return (
    <Tooltip title={`${then.format('YYYY-MM-DD HH:mm:ss')} (${zone(at)})`}>
      <time dateTime={at} className="num">
        {relative(then, t)}
      </time>
    </Tooltip>
  )
}

export function Day({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="quiet">–</span>
  return <time className="num">{dayjs(at).format('YYYY-MM-DD')}</time>
}

/** `11-26 – 12-02`; the years are told on hover, and shown when they are not this one. */
export function Span({ from, to }: { from: string; to: string }) {
  const days = [dayjs(from), dayjs(to)]
  const isThisYear = days.every((day) => day.year() === dayjs().year())
  const shown = (format: string) => days.map((day) => day.format(format)).join(' – ')
  return (
    <time className="num nowrap" title={shown('YYYY-MM-DD')}>
      {shown(isThisYear ? 'MM-DD' : 'YYYY-MM-DD')}
    </time>
  )
}

function zone(at: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(
    new Date(at),
  )
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local'
}

function relative(then: dayjs.Dayjs, t: TFunction): string {
  const seconds = dayjs().diff(then, 'second')
  if (seconds < 0) {
    const ahead = -seconds
    if (ahead < 3600) return t('ui.in_minutes', { n: Math.max(1, Math.round(ahead / 60)) })
    if (ahead < 86400) return t('ui.in_hours', { n: Math.round(ahead / 3600) })
    return t('ui.in_days', { n: Math.round(ahead / 86400) })
  }
  if (seconds < 45) return t('ui.just_now')
  if (seconds < 3600) return t('ui.minutes_ago', { n: Math.max(1, Math.round(seconds / 60)) })
  if (seconds < 86400) return t('ui.hours_ago', { n: Math.round(seconds / 3600) })
  if (seconds < 86400 * 30) return t('ui.days_ago', { n: Math.round(seconds / 86400) })
  return then.format('YYYY-MM-DD')
}
