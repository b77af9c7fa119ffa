import { DatePicker, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { Field } from '@/ui/field'
import type { Draft } from './document'
import { At } from './faults'

/** The days it holds, and on those the days of the week and the hours. */
export function When({ draft, set }: { draft: Draft; set: (next: Partial<Draft>) => void }) {
  const { t } = useTranslation()
  const { when } = draft
  const change = (next: Partial<Draft['when']>) => set({ when: { ...when, ...next } })
  const clock = (minute: number) => dayjs().startOf('day').add(minute, 'minute')
  return (
    <>
      <At at="when" label={t('offer.span')} hint={t('offer.span_hint')}>
        <DatePicker.RangePicker
          className="offer-span"
          showTime={{ format: 'HH:mm', defaultValue: [clock(0), clock(0)] }}
          format="YYYY-MM-DD HH:mm"
          allowEmpty={[true, true]}
          placeholder={[t('offer.from_now'), t('offer.for_ever')]}
          value={[
            when.from_at ? dayjs(when.from_at) : null,
            when.until_at ? dayjs(when.until_at) : null,
          ]}
          onChange={(span) =>
            change({
              from_at: span?.[0]?.toISOString() ?? null,
              until_at: span?.[1]?.toISOString() ?? null,
            })
          }
        />
      </At>
      <div className="fields">
        <Field label={t('coupon.weekdays')}>
          <Select
            mode="multiple"
            className="wide"
            aria-label={t('coupon.weekdays')}
            placeholder={t('coupon.every_day')}
            value={when.weekdays}
            onChange={(weekdays: number[]) => change({ weekdays: [...weekdays].sort() })}
            options={[1, 2, 3, 4, 5, 6, 7].map((value) => ({
              value,
              label: t(`coupon.weekday_${value}`),
            }))}
          />
        </Field>
        <Field label={t('offer.monthdays')} hint={t('offer.monthdays_hint')}>
          <Select
            mode="multiple"
            className="wide"
            aria-label={t('offer.monthdays')}
            placeholder={t('coupon.every_day')}
            value={when.monthdays}
            onChange={(days: number[]) => change({ monthdays: [...days].sort((a, b) => a - b) })}
            options={Array.from({ length: 31 }, (_, at) => ({
              value: at + 1,
              label: t('offer.monthday', { n: at + 1 }),
            }))}
          />
        </Field>
        <At at="when.hours" label={t('coupon.hours')}>
          <TimePicker.RangePicker
            format="HH:mm"
            minuteStep={5}
            needConfirm={false}
            placeholder={[t('coupon.all_day'), t('coupon.all_day')]}
            value={
              when.hours && [clock(when.hours.from_minute), clock(when.hours.until_minute % 1_440)]
            }
            onChange={(span) => {
              const [from, until] = span ?? []
              const minute = (at: dayjs.Dayjs) => at.hour() * 60 + at.minute()
              change({
                hours:
                  from && until
                    ? { from_minute: minute(from), until_minute: minute(until) || 1_440 }
                    : null,
              })
            }}
          />
        </At>
      </div>
    </>
  )
}
