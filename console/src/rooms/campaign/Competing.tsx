import { InputNumber, Segmented, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Campaign, NewCampaign } from '@/client/types'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { count, yuan } from '@/ui/format'

export const PRIORITIES = [1, 2, 3, 4, 5] as const
const USUAL_BP = 100

/** Which customers a mailing gets where others want them too, what it may cost, and its pace. */
export function Competing({
  draft,
  set,
}: {
  draft: NewCampaign
  set: (next: Partial<NewCampaign>) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <Field label={t('campaign.priority')} hint={t('campaign.priority_hint')}>
        <Segmented
          aria-label={t('campaign.priority')}
          value={draft.priority ?? 3}
          onChange={(priority) => set({ priority })}
          options={PRIORITIES.map((value) => ({ value, label: t(`campaign.priority_${value}`) }))}
        />
      </Field>
      <details className="chain-template">
        <summary>{t('campaign.advanced')}</summary>
        <Field label={t('campaign.budget')} hint={t('campaign.budget_hint')}>
          <YuanInput
            label={t('campaign.budget')}
            placeholder={t('ui.no_limit')}
            fen={draft.budget_fen ?? null}
            change={(budget_fen) => set({ budget_fen })}
          />
        </Field>
        <Field label={t('campaign.share')} hint={t('campaign.share_hint')}>
          <InputNumber<number>
            className="number-input"
            min={0}
            max={100}
            precision={2}
            step={0.5}
            suffix="%"
            aria-label={t('campaign.share')}
            value={(draft.share_bp ?? USUAL_BP) / 100}
            onChange={(share) =>
              set({ share_bp: share === null ? USUAL_BP : Math.round(share * 100) })
            }
          />
        </Field>
        <Field label={t('campaign.per_hour')} hint={t('campaign.per_hour_hint')}>
          <LimitInput
            min={60}
            suffix={t('campaign.messages_unit')}
            label={t('campaign.per_hour')}
            value={draft.per_hour ?? null}
            change={(per_hour) => set({ per_hour })}
          />
        </Field>
        <Field label={t('campaign.holds_ahead')} hint={t('campaign.holds_ahead_hint')}>
          <Switch
            aria-label={t('campaign.holds_ahead')}
            disabled={!draft.starts_at}
            checked={(draft.holds_ahead ?? false) && Boolean(draft.starts_at)}
            onChange={(holds_ahead) => set({ holds_ahead })}
          />
        </Field>
      </details>
    </>
  )
}

/** The same of a campaign that is there, in words. */
export function Terms({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const { priority, share_bp: share, budget_fen: budget, per_hour: pace } = campaign
  const rows = [
    ['priority', t(`campaign.priority_${priority}`)],
    ['budget', budget === null ? t('ui.no_limit') : yuan(budget)],
    ['share', `${share / 100}%`],
    ['per_hour', pace === null ? t('ui.no_limit') : count(pace)],
  ]
  if (campaign.starts_at)
    rows.push(['holds_ahead', t(campaign.holds_ahead ? 'campaign.yes' : 'campaign.no')])
  return (
    <dl className="facts num">
      {rows.map(([name, shown]) => (
        <div key={name} className="facts-row">
          <dt>{t(`campaign.${name ?? ''}`)}</dt>
          <dd>{shown}</dd>
        </div>
      ))}
    </dl>
  )
}
