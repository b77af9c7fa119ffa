import { DatePicker, Input, InputNumber, Radio, Select, Slider } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { CampaignPreview, NewCampaign } from '@/client/types'
import { useDebounced } from '@/ui/debounce'
import { Field } from '@/ui/field'
import { Panel } from '@/ui/page'
import { Chain } from './Chain'
import { evening, isMailed, type Fault } from './chain'
import { Competing } from './Competing'
import { Sending } from './Sending'
import { Whom } from './Whom'

interface Given {
  draft: NewCampaign
  set: (next: Partial<NewCampaign>) => void
}

/** The campaign from top to bottom: for whom, why, how it reaches them, when, and the proof. */
export function CampaignForm({
  draft,
  set,
  faults,
  preview,
}: Given & { faults: Map<Fault, string>; preview: CampaignPreview | undefined }) {
  const { t } = useTranslation()
  const fault = (of: Fault) => faults.has(of) && t(`campaign.${faults.get(of) ?? ''}`)
  return (
    <div className="stack">
      <Panel title={t('campaign.who')}>
        <Whom source={draft.source} set={(source) => set({ source })} />
        {fault('source') && (
          <small className="field-fault" role="alert">
            {fault('source')}
          </small>
        )}
      </Panel>
      <Panel title={t('campaign.what')}>
        <Field label={t('campaign.goal')} fault={fault('goal')}>
          <Input
            value={draft.goal}
            maxLength={80}
            placeholder={t('campaign.goal_hint')}
            onChange={(event) => set({ goal: event.target.value })}
          />
        </Field>
        <Field label={t('campaign.products')} fault={fault('products')}>
          <ProductPick draft={draft} set={set} />
        </Field>
      </Panel>
      <Panel title={t('campaign.chain')}>
        <Chain draft={draft} set={set} faults={faults} preview={preview} />
      </Panel>
      <Panel title={t('campaign.when')}>
        <Field
          label={t('campaign.begins')}
          hint={t('campaign.begins_hint')}
          fault={fault('starts')}
        >
          <Begins draft={draft} set={set} />
        </Field>
        <Sending draft={draft} set={set} />
      </Panel>
      {isMailed(draft.steps) && (
        <Panel title={t('campaign.competing')}>
          <Competing draft={draft} set={set} />
        </Panel>
      )}
      <Panel title={t('campaign.proof')}>
        <Holdout draft={draft} set={set} />
      </Panel>
    </div>
  )
}

function Begins({ draft, set }: Given) {
  const { t } = useTranslation()
  return (
    <div className="row">
      <Radio.Group
        value={draft.starts_at ? 'later' : 'now'}
        onChange={(event) => set({ starts_at: event.target.value === 'later' ? evening(1) : null })}
        options={[
          { value: 'now', label: t('campaign.begins_now') },
          { value: 'later', label: t('campaign.begins_later') },
        ]}
      />
      {draft.starts_at && (
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          allowClear={false}
          aria-label={t('campaign.begins')}
          format="YYYY-MM-DD HH:mm"
          value={dayjs(draft.starts_at)}
          minDate={dayjs()}
          onChange={(day) => day && set({ starts_at: day.toISOString() })}
        />
      )}
    </div>
  )
}

function Holdout({ draft, set }: Given) {
  const { t } = useTranslation()
  return (
    <>
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
          aria-label={t('campaign.held_out')}
          value={draft.holdout_bp / 100}
          onChange={(share) => set({ holdout_bp: Math.round(Number(share ?? 0) * 100) })}
        />
      </div>
      {draft.holdout_bp === 0 && <p className="up">{t('campaign.no_holdout')}</p>}
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
