import { Segmented, Skeleton, Spin } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import type { CampaignPreview } from '@/client/types'
import { Bubble } from '@/ui/bubble'
import { Count, Figure } from '@/ui/figure'
import { count, yuan } from '@/ui/format'
import { Fault, Nothing, Panel } from '@/ui/page'
import { Bars } from '@/ui/spark'
import { Waterfall } from './Waterfall'
import { isSampled } from './whole'

/** What would happen if this were published now. */
export function Preview({
  preview,
  error,
  isCounting,
  hasSource,
  everybody,
}: {
  preview: CampaignPreview | undefined
  error: unknown
  isCounting: boolean
  hasSource: boolean
  /** The count of a large audience, one by one. */
  everybody?: ReactNode
}) {
  const { t } = useTranslation()
  if (!hasSource)
    return (
      <Panel title={t('campaign.preview')}>
        <Nothing title={t('campaign.pick_source')} />
      </Panel>
    )
  return (
    <div className="stack reach-side">
      <Panel title={t('campaign.preview')} extra={isCounting && <Spin size="small" />}>
        {error ? (
          <Fault error={error} />
        ) : preview ? (
          <Numbers preview={preview} />
        ) : (
          <Skeleton active />
        )}
      </Panel>
      {everybody}
      {preview && <Samples preview={preview} />}
      {preview && preview.per_store.length > 0 && <Workload preview={preview} />}
    </div>
  )
}

function Numbers({ preview }: { preview: CampaignPreview }) {
  const { t } = useTranslation()
  const out = preview.excluded.reduce((sum, one) => sum + one.count, 0)
  return (
    <>
      <div className="figures preview-figures">
        <Figure
          title={t('campaign.candidates')}
          metric="candidates"
          value={<Count of={preview.audience} />}
        />
        <Figure
          title={t('campaign.treated')}
          metric="treated"
          value={
            <span className="teal">
              <Count of={preview.treated} />
            </span>
          }
          note={
            preview.associates > 0 && t('campaign.by_associates', { count: preview.associates })
          }
        />
        <Figure
          title={t('campaign.held_out')}
          metric="held_out"
          value={<Count of={preview.held_out} />}
        />
        <Figure title={t('campaign.excluded')} metric="excluded" value={<Count of={out} />} />
      </div>
      {isSampled(preview) && (
        <p className="quiet num panel-hint">
          {t('campaign.preview_sampled', {
            audience: count(preview.audience),
            candidates: count(preview.candidates),
          })}
        </p>
      )}
      <Waterfall bars={preview.waterfall} />
    </>
  )
}

function Samples({ preview }: { preview: CampaignPreview }) {
  const { t, i18n } = useTranslation()
  const [at, setAt] = useState(0)
  const one = preview.sample[at] ?? preview.sample[0]
  const products = useProductsOf(one?.skus.slice(0, 3) ?? [])
  if (!one) return null
  return (
    <Panel
      title={t('campaign.sample')}
      extra={
        preview.sample.length > 1 && (
          <Segmented
            size="small"
            value={at}
            onChange={setAt}
            options={preview.sample.map((sample, index) => ({
              value: index,
              label: sample.name ?? String(index + 1),
            }))}
          />
        )
      }
    >
      <p className="quiet sample-reason">
        {i18n.language === 'en' ? one.reason_en : one.reason_zh}
      </p>
      <Bubble
        from={`${one.associate} · ${one.store}`}
        card={
          products.length > 0 && (
            <>
              <b>{t('campaign.card_title')}</b>
              <ul>
                {products.map((product) => (
                  <li key={product.sku} className="row between">
                    <span>{product.name}</span>
                    <span className="num">
                      {product.price_fen === null ? '' : yuan(product.price_fen)}
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      >
        {one.copy}
      </Bubble>
    </Panel>
  )
}

function Workload({ preview }: { preview: CampaignPreview }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('campaign.workload')}>
      <Bars
        rows={preview.per_store.map((store) => ({
          key: store.unit_id,
          label: store.name,
          value: store.tasks,
          shown: t('campaign.workload_shown', {
            tasks: store.tasks,
            busiest: Math.max(0, ...store.associates.map((one) => one.tasks)),
          }),
        }))}
      />
      {preview.covered > 0 && (
        <p className="quiet">{t('campaign.covered', { count: preview.covered })}</p>
      )}
      {preview.without_associate > 0 && (
        <p className="up">
          {t('campaign.without_associate', { count: preview.without_associate })}
        </p>
      )}
    </Panel>
  )
}
