import { Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CampaignStep } from '@/client/types'
import { Field } from '@/ui/field'

/** The provider's template and what fills its variables; without a choice the channel's own is used. */
export function Variables({
  step,
  change,
}: {
  step: CampaignStep
  change: (next: Partial<CampaignStep>) => void
}) {
  const { t } = useTranslation()
  const rows = Object.entries(step.params)
  const write = (next: [string, string][]) => change({ params: Object.fromEntries(next) })
  return (
    <details className="chain-template" open={Boolean(step.template) || rows.length > 0}>
      <summary>{t('campaign.template')}</summary>
      <Field label={t('campaign.template_code')} hint={t('campaign.template_hint')}>
        <Input
          maxLength={64}
          value={step.template ?? ''}
          placeholder={t('campaign.template_default')}
          onChange={(event) => change({ template: event.target.value.trim() || null })}
        />
      </Field>
      {rows.map(([name, value], index) => (
        <div className="row chain-variable" key={index}>
          <Input
            aria-label={t('campaign.variable')}
            placeholder={t('campaign.variable')}
            maxLength={40}
            value={name}
            onChange={(event) =>
              write(rows.map((row, at) => (at === index ? [event.target.value, value] : row)))
            }
          />
          <Input
            aria-label={t('campaign.variable_value')}
            placeholder={t('campaign.variable_value')}
            maxLength={200}
            value={value}
            onChange={(event) =>
              write(rows.map((row, at) => (at === index ? [name, event.target.value] : row)))
            }
          />
          <Button
            type="text"
            aria-label={t('ui.delete')}
            onClick={() => write(rows.filter((_, at) => at !== index))}
          >
            ×
          </Button>
        </div>
      ))}
      <Button
        size="small"
        disabled={rows.length >= 20 || rows.some(([name]) => name === '')}
        onClick={() => write([...rows, ['', '']])}
      >
        {t('campaign.variable_add')}
      </Button>
    </details>
  )
}
