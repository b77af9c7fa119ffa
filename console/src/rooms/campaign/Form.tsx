import { DatePicker, Input, InputNumber, Radio, Select, Slider, Switch } from 'antd'
import dayjs from 'dayjs'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { NewCampaign } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Field } from '@/ui/field'
import { Panel } from '@/ui/page'

interface Given {
  draft: NewCampaign
  set: (next: Partial<NewCampaign>) => void
}

/** The care task from top to bottom: for whom, why, what to say, until when, and the proof. */
export function CampaignForm({ draft, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('campaign.who')}>
        <SourcePick draft={draft} set={set} />
      </Panel>
      <Panel title={t('campaign.what')}>
        <Field label={t('campaign.goal')}>
          <Input
            value={draft.goal}
            maxLength={80}
            placeholder={t('campaign.goal_hint')}
            onChange={(event) => set({ goal: event.target.value })}
          />
        </Field>
        <Field label={t('campaign.copy')} hint={t('campaign.copy_hint')}>
          <CopyBox value={draft.copy} change={(copy) => set({ copy })} />
        </Field>
        <Field label={t('campaign.products')}>
          <ProductPick draft={draft} set={set} />
        </Field>
      </Panel>
      <Panel title={t('campaign.when')}>
        <Field label={t('campaign.deadline')}>
          <DatePicker
            showTime={{ format: 'HH:mm' }}
            allowClear={false}
            format="YYYY-MM-DD HH:mm"
            value={dayjs(draft.deadline)}
            minDate={dayjs()}
            onChange={(day) => day && set({ deadline: day.toISOString() })}
          />
        </Field>
        <Fallback draft={draft} set={set} />
      </Panel>
      <Panel title={t('campaign.proof')}>
        <p className="quiet">{t('campaign.holdout_hint')}</p>
        <div className="row holdout">
          <Slider
            className="holdout-slider"
            min={0}
            max={50}
            value={draft.holdout_bp / 100}
            onChange={(share) => set({ holdout_bp: share * 100 })}
          />
          <InputNumber
            min={0}
            max={50}
            suffix="%"
            value={draft.holdout_bp / 100}
            onChange={(share) => set({ holdout_bp: Math.round(Number(share ?? 0) * 100) })}
          />
        </div>
        {draft.holdout_bp === 0 && <p className="up">{t('campaign.no_holdout')}</p>}
      </Panel>
    </div>
  )
}

function SourcePick({ draft, set }: Given) {
  const { t, i18n } = useTranslation()
  const segments = useRead('/v1/segments')
  const kinds = useRead('/v1/opportunities/kinds')
  const categories = useRead('/v1/categories')
  const { source } = draft
  if (source.rule) return <p>{t('campaign.from_rule')}</p>
  const isSegment = typeof source.segment_id === 'string'
  return (
    <>
      <Radio.Group
        value={isSegment ? 'segment' : 'opportunity'}
        onChange={(event) =>
          set({
            source:
              event.target.value === 'segment'
                ? { segment_id: '' }
                : { opportunity_kind: kinds.data?.[0]?.kind ?? 'best_now' },
          })
        }
        options={[
          { value: 'opportunity', label: t('campaign.from_opportunity') },
          { value: 'segment', label: t('campaign.from_segment') },
        ]}
        optionType="button"
      />
      <Select
        className="wide source-pick"
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('segment.choose')}
        value={(isSegment ? source.segment_id : source.opportunity_kind) || undefined}
        onChange={(value) =>
          set({
            source: isSegment
              ? { segment_id: value }
              : {
                  opportunity_kind: kinds.data?.find((one) => one.kind === value)?.kind,
                  category: source.category ?? null,
                },
          })
        }
        options={
          isSegment
            ? segments.data?.items.map((one) => ({
                value: one.id,
                label: t('campaign.source_option', { name: one.name, count: one.member_count }),
              }))
            : kinds.data?.map((one) => ({
                value: one.kind,
                label: t('campaign.source_option', {
                  name: i18n.language === 'en' ? one.title_en : one.title_zh,
                  count: one.count,
                }),
              }))
        }
      />
      {!isSegment && (
        <Select
          allowClear
          className="wide source-pick"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('campaign.any_category')}
          value={source.category ?? undefined}
          onChange={(category?: string) =>
            set({ source: { ...source, category: category ?? null } })
          }
          options={categories.data?.items.map((one) => ({
            value: one.code,
            label: i18n.language === 'en' ? one.name_en : one.name,
          }))}
        />
      )}
    </>
  )
}

function CopyBox({ value, change }: { value: string; change: (next: string) => void }) {
  const { t } = useTranslation()
  const box = useRef<HTMLTextAreaElement | null>(null)
  const insert = (word: string) => {
    const at = box.current?.selectionStart ?? value.length
    change(value.slice(0, at) + word + value.slice(at))
  }
  return (
    <>
      <Input.TextArea
        rows={4}
        maxLength={400}
        showCount
        value={value}
        ref={(area) => {
          box.current = area?.resizableTextArea?.textArea ?? null
        }}
        onChange={(event) => change(event.target.value)}
      />
      <div className="row">
        {['{name}', '{products}', '{store}', '{associate}'].map((word) => (
          <button type="button" key={word} className="chip" onClick={() => insert(word)}>
            {t(`campaign.insert_${word.slice(1, -1)}`)} <code>{word}</code>
          </button>
        ))}
      </div>
    </>
  )
}

function ProductPick({ draft, set }: Given) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const q = useDebounced(words, 300)
  const found = useRead('/v1/products', {
    query: { q, limit: 20 },
    enabled: draft.product_mode === 'fixed',
    keep: true,
  })
  return (
    <>
      <Radio.Group
        value={draft.product_mode}
        onChange={(event) =>
          set({ product_mode: event.target.value as NewCampaign['product_mode'] })
        }
        options={(['personal', 'fixed', 'none'] as const).map((mode) => ({
          value: mode,
          label: t(`campaign.products_${mode}`),
        }))}
      />
      {draft.product_mode === 'fixed' && (
        <Select
          mode="multiple"
          className="wide source-pick"
          maxCount={9}
          showSearch={{ filterOption: false, onSearch: setWords }}
          placeholder={t('campaign.products_find')}
          value={draft.skus}
          onChange={(skus: string[]) => set({ skus })}
          options={found.data?.items.map((one) => ({ value: one.sku, label: one.name }))}
        />
      )}
    </>
  )
}

function Fallback({ draft, set }: Given) {
  const { t } = useTranslation()
  const text = t('campaign.sms_template')
  return (
    <div className="field">
      <div className="row">
        <Switch
          checked={draft.fallback !== null}
          onChange={(isOn) => set({ fallback: isOn ? { channel: 'sms', text } : null })}
        />
        <span>{t('campaign.fallback')}</span>
      </div>
      <small className="quiet">{t('campaign.fallback_hint')}</small>
      {draft.fallback && (
        <Input.TextArea
          rows={2}
          value={draft.fallback.text}
          onChange={(event) =>
            set({ fallback: { channel: 'sms', ...draft.fallback, text: event.target.value } })
          }
        />
      )}
    </div>
  )
}
