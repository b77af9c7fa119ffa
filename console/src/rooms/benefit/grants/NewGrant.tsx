import { Input, InputNumber, Modal, Segmented, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useWrite } from '@/client/query'
import type { Writes } from '@/client/reads'
import { Field, LimitInput, YuanInput } from '@/ui/field'

type Gift = Writes['POST /v1/grants']['asked']['body']['document']['gift']

/** Points, a red packet or a coupon for everybody in a segment; kept as a draft first. */
export function NewGrant({ close, done }: { close: () => void; done: (id: string) => void }) {
  const { t } = useTranslation()
  const segments = usePages('/v1/segments')
  const [name, setName] = useState('')
  const [segment, setSegment] = useState<string | undefined>()
  const [gift, setGift] = useState<Gift>({ kind: 'points', points: 100, days: null })
  const [budget, setBudget] = useState<number | null>(null)
  const draft = useWrite<'POST /v1/grants'>(['/v1/grants'])
  const isReady =
    name.trim() !== '' && segment !== undefined && (gift.kind !== 'coupon' || gift.template !== '')
  return (
    <Modal
      open
      title={t('grant.new')}
      okText={t('grant.draft')}
      okButtonProps={{ disabled: !isReady, loading: draft.isPending }}
      onCancel={close}
      onOk={() =>
        draft.mutate(
          {
            to: 'POST /v1/grants',
            body: { name: name.trim(), segment: segment ?? '', document: { gift, budget } },
          },
          { onSuccess: (grant) => done(grant.run.id) },
        )
      }
    >
      <p className="quiet panel-hint">{t('grant.new_hint')}</p>
      <Field label={t('grant.name')}>
        <Input
          value={name}
          maxLength={60}
          aria-label={t('grant.name')}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label={t('grant.segment')}>
        <Select
          className="wide"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('segment.choose')}
          value={segment}
          onChange={setSegment}
          options={segments.items.map((one) => ({
            value: one.id,
            label: t('campaign.source_option', { name: one.name, count: one.member_count }),
          }))}
        />
      </Field>
      <Field label={t('grant.gift')}>
        <div className="scroll-x">
          <Segmented<Gift['kind']>
            value={gift.kind}
            onChange={(kind) => setGift(giftOf(kind))}
            options={(['points', 'red_packet', 'coupon'] as const).map((value) => ({
              value,
              label: t(`grant.gift_${value}`),
            }))}
          />
        </div>
      </Field>
      <GiftForm gift={gift} set={setGift} />
      <Field label={t('grant.budget')} hint={t('grant.budget_hint')}>
        {gift.kind === 'red_packet' ? (
          <YuanInput
            min={1}
            placeholder={t('ui.no_limit')}
            label={t('grant.budget')}
            fen={budget}
            change={setBudget}
          />
        ) : (
          <LimitInput label={t('grant.budget')} value={budget} change={setBudget} />
        )}
      </Field>
    </Modal>
  )
}

function giftOf(kind: Gift['kind']): Gift {
  switch (kind) {
    case 'points':
      return { kind, points: 100, days: null }
    case 'red_packet':
      return { kind, least_fen: 100, most_fen: 1_000, days: 30 }
    case 'coupon':
      return { kind, template: '' }
  }
}

function GiftForm({ gift, set }: { gift: Gift; set: (gift: Gift) => void }) {
  const { t } = useTranslation()
  const templates = usePages('/v1/coupon-templates', { query: { state: 'published' } })
  if (gift.kind === 'coupon')
    return (
      <Field label={t('grant.gift_coupon')}>
        <Select
          className="wide"
          aria-label={t('grant.gift_coupon')}
          value={gift.template || undefined}
          onChange={(template: string) => set({ ...gift, template })}
          options={templates.items.map((one) => ({ value: one.id, label: one.promise.name }))}
        />
      </Field>
    )
  return (
    <div className="fields">
      {gift.kind === 'points' ? (
        <Field label={t('grant.points')}>
          <InputNumber
            className="number-input"
            min={1}
            max={1_000_000}
            precision={0}
            aria-label={t('grant.points')}
            value={gift.points}
            onChange={(points) => points && set({ ...gift, points })}
          />
        </Field>
      ) : (
        (['least_fen', 'most_fen'] as const).map((name) => (
          <Field key={name} label={t(`grant.${name}`)}>
            <YuanInput
              min={1}
              label={t(`grant.${name}`)}
              fen={gift[name]}
              change={(fen) => fen && set({ ...gift, [name]: fen })}
            />
          </Field>
        ))
      )}
      <Field label={t('grant.days')}>
        <InputNumber
          className="number-input"
          min={1}
          max={3_660}
          precision={0}
          aria-label={t('grant.days')}
          placeholder={gift.kind === 'points' ? t('grant.as_plan') : undefined}
          value={gift.days ?? null}
          onChange={(days) =>
            gift.kind === 'points' ? set({ ...gift, days }) : days && set({ ...gift, days })
          }
        />
      </Field>
    </div>
  )
}
