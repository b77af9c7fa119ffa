import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { ContactQuiet } from '@/client/types'
import { channels, clockOf } from './policy'

const night: ContactQuiet = { from_minute: 1_260, until_minute: 480, action: 'defer', channels: [] }

/** 免打扰: hours in which marketing waits, or is given up. */
export function QuietHours({
  quiet,
  set,
}: {
  quiet: ContactQuiet[]
  set: (quiet: ContactQuiet[]) => void
}) {
  const { t } = useTranslation()
  const change = (place: number, next: Partial<ContactQuiet>) =>
    set(quiet.map((one, at) => (at === place ? { ...one, ...next } : one)))
  return (
    <>
      {quiet.length === 0 && <p className="quiet panel-hint">{t('reach.no_quiet')}</p>}
      {quiet.map((one, place) => (
        <div key={place} className="rule-line">
          <Time
            label={t('reach.quiet_from')}
            minute={one.from_minute}
            set={(from_minute) => change(place, { from_minute })}
          />
          <span>
            {one.until_minute <= one.from_minute ? t('reach.next_day') : t('reach.until')}
          </span>
          <Time
            label={t('reach.quiet_until')}
            minute={one.until_minute}
            set={(until_minute) => change(place, { until_minute })}
          />
          <Select
            mode="multiple"
            className="rule-line-wide"
            aria-label={t('reach.channel')}
            placeholder={t('reach.every_channel')}
            value={one.channels ?? []}
            onChange={(some: string[]) => change(place, { channels: some })}
            options={channels.map((value) => ({
              value,
              label: t(`reach.channel_${value}`),
            }))}
          />
          <Select
            className="rule-line-some"
            aria-label={t('reach.quiet_action')}
            value={one.action ?? 'defer'}
            onChange={(action) => change(place, { action })}
            options={(['defer', 'drop'] as const).map((value) => ({
              value,
              label: t(`reach.quiet_${value}`),
            }))}
          />
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('ui.delete')}
            onClick={() => set(quiet.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        disabled={quiet.length >= 5}
        onClick={() => set([...quiet, night])}
      >
        {t('reach.add_quiet')}
      </Button>
    </>
  )
}

function Time({
  label,
  minute,
  set,
}: {
  label: string
  minute: number
  set: (minute: number) => void
}) {
  return (
    <TimePicker
      format="HH:mm"
      minuteStep={5}
      needConfirm={false}
      allowClear={false}
      aria-label={label}
      value={dayjs(clockOf(minute), 'HH:mm')}
      onChange={(at: dayjs.Dayjs | null) => at && set(at.hour() * 60 + at.minute())}
    />
  )
}
