import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { ContactCap } from '@/client/types'
import { aboutOf, channels, isSome, scopeOf, spanOf, spans, windowOf } from './policy'

/** Each cap as a line that reads as a sentence. */
export function Caps({ caps, set }: { caps: ContactCap[]; set: (caps: ContactCap[]) => void }) {
  const { t, i18n } = useTranslation()
  const categories = useRead('/v1/reach/categories').data ?? []
  const change = (place: number, next: Partial<ContactCap>) =>
    set(caps.map((cap, at) => (at === place ? { ...cap, ...next } : cap)))
  return (
    <>
      {caps.length === 0 && <p className="quiet">{t('reach.no_caps')}</p>}
      {caps.map((cap, place) => (
        <div key={place} className="rule-line">
          <span>{t('reach.each_customer')}</span>
          <Select
            className="rule-line-some"
            aria-label={t('reach.window')}
            value={spanOf(cap.window)}
            onChange={(span) => change(place, { window: windowOf(span) })}
            options={[...new Set([...spans, spanOf(cap.window)])].map((value) => ({
              value,
              label: saidSpan(value, t),
            }))}
          />
          <span>{t('reach.at_most')}</span>
          <InputNumber
            className="number-input"
            min={0}
            max={1_000}
            precision={0}
            suffix={t('reach.messages_unit')}
            aria-label={t('reach.at_most')}
            value={cap.limit}
            onChange={(limit) => isSome(limit) && change(place, { limit })}
          />
          <Select
            className="rule-line-wide"
            aria-label={t('reach.scope')}
            value={aboutOf(cap)}
            onChange={(about) => change(place, scopeOf(about))}
            options={[
              { value: 'all', label: t('reach.scope_all') },
              { value: 'channel', label: t('reach.scope_channel') },
              ...channels.map((one) => ({
                value: `channel:${one}`,
                label: t('reach.scope_only', { channel: t(`reach.channel_${one}`) }),
              })),
              { value: 'category', label: t('category.scope_category') },
              ...categories.map((one) => ({
                value: `category:${one.code}`,
                label: t('category.scope_only', {
                  category: i18n.language === 'en' ? one.en : one.zh,
                }),
              })),
              ...(['campaign', 'associate'] as const).map((one) => ({
                value: one,
                label: t(`reach.scope_${one}`),
              })),
            ]}
          />
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('ui.delete')}
            onClick={() => set(caps.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        disabled={caps.length >= 20}
        onClick={() =>
          set([...caps, { scope: 'all', of: null, window: windowOf('week'), limit: 3 }])
        }
      >
        {t('reach.add_cap')}
      </Button>
    </>
  )
}

/** `day`, `week`, `month`, or so many hours in a row. */
function saidSpan(span: string, t: (key: string, given?: Record<string, number>) => string) {
  const hours = Number(span)
  if (Number.isNaN(hours)) return t(`reach.span_${span}`)
  return hours % 24 ? t('reach.span_hours', { n: hours }) : t('reach.span_days', { n: hours / 24 })
}
