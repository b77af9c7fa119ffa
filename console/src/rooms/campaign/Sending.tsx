import { InputNumber, Radio, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { NewCampaign } from '@/client/types'
import { Field } from '@/ui/field'

/** At which hour messages go, what they count under, and whether they wait for room under the caps. */
export function Sending({
  draft,
  set,
}: {
  draft: NewCampaign
  set: (next: Partial<NewCampaign>) => void
}) {
  const { t, i18n } = useTranslation()
  const categories = useRead('/v1/reach/categories').data ?? []
  const isHabit = draft.send_time === 'habit'
  return (
    <>
      <Field label={t('campaign.send_time')} hint={isHabit && t('campaign.send_time_hint')}>
        <div className="row">
          <Radio.Group
            value={draft.send_time}
            onChange={(event) => set({ send_time: event.target.value as NewCampaign['send_time'] })}
            options={(['now', 'habit'] as const).map((value) => ({
              value,
              label: t(`campaign.send_time_${value}`),
            }))}
          />
          {isHabit && (
            <InputNumber
              min={1}
              max={72}
              precision={0}
              suffix={t('campaign.hours_at_most')}
              aria-label={t('campaign.send_time')}
              value={draft.window_hours}
              onChange={(hours) => set({ window_hours: hours ?? 24 })}
            />
          )}
        </div>
      </Field>
      <Field label={t('campaign.category')} hint={t('campaign.category_hint')}>
        <Select
          aria-label={t('campaign.category')}
          value={draft.category}
          onChange={(category) => set({ category })}
          options={categories.map((one) => ({
            value: one.code,
            label: i18n.language.startsWith('en') ? one.en : one.zh,
          }))}
        />
      </Field>
      <Field label={t('campaign.puts_off')} hint={t('campaign.puts_off_hint')}>
        <Switch
          aria-label={t('campaign.puts_off')}
          checked={draft.puts_off}
          onChange={(puts_off) => set({ puts_off })}
        />
      </Field>
    </>
  )
}
