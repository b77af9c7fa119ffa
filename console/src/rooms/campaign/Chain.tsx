import { PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Radio } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { CampaignPreview, CampaignStep, NewCampaign } from '@/client/types'
import { Field } from '@/ui/field'
import { mayMove, moved, spoken, stepOf, STEPS_MAX, type Channel, type Fault } from './chain'
import { StepCard } from './StepCard'

const CHANNELS: Channel[] = ['wecom', 'sms', 'wechat', 'mini', 'rcs', 'phone', 'webhook']

/** How the message reaches a customer: one card a step, and between them when the next one begins. */
export function Chain({
  draft,
  set,
  faults,
  preview,
}: {
  draft: NewCampaign
  set: (next: Partial<NewCampaign>) => void
  faults: Map<Fault, string>
  preview: CampaignPreview | undefined
}) {
  const { t } = useTranslation()
  const { steps } = draft
  const change = (index: number, next: Partial<CampaignStep>) =>
    set({ steps: steps.map((one, at) => (at === index ? { ...one, ...next } : one)) })
  const add = (channel: Channel) => {
    const step = stepOf(
      channel,
      t(channel === 'wecom' ? 'campaign.copy_template' : 'campaign.sms_template'),
    )
    set({ steps: channel === 'wecom' ? [step, ...steps] : [...steps, step] })
  }
  const addable = CHANNELS.filter((one) => one !== 'wecom' || steps[0]?.channel !== 'wecom')
  return (
    <>
      <ol className="chain">
        {steps.map((step, index) => (
          <li key={index}>
            <StepCard
              step={step}
              index={index}
              change={(next) => change(index, next)}
              fault={faults.get(`step${index}`)}
              foreseen={preview?.steps.find(
                (one) => one.step === index && one.channel === step.channel,
              )}
              remove={
                steps.length > 1
                  ? () => set({ steps: steps.filter((_, at) => at !== index) })
                  : undefined
              }
              up={
                mayMove(steps, index, index - 1)
                  ? () => set({ steps: moved(steps, index, index - 1) })
                  : undefined
              }
              down={
                mayMove(steps, index, index + 1)
                  ? () => set({ steps: moved(steps, index, index + 1) })
                  : undefined
              }
            />
            {steps[index + 1] && <Then step={step} next={steps[index + 1]?.channel ?? 'sms'} />}
          </li>
        ))}
      </ol>
      {steps.length < STEPS_MAX && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: addable.map((one) => ({ key: one, label: t(`campaign.by_${one}`) })),
            onClick: ({ key }) => add(key as Channel),
          }}
        >
          <Button icon={<PlusOutlined />}>{t('campaign.step_add')}</Button>
        </Dropdown>
      )}
      {steps.length > 1 && (
        <Field
          label={t('campaign.copies')}
          hint={t(`campaign.copies_${draft.copies ?? 'one'}_hint`)}
        >
          <Radio.Group
            value={draft.copies ?? 'one'}
            onChange={(event) => set({ copies: event.target.value as 'one' | 'all' })}
            options={(['one', 'all'] as const).map((value) => ({
              value,
              label: t(`campaign.copies_${value}`),
            }))}
          />
        </Field>
      )}
    </>
  )
}

/** 48 小时内没有打开，则发短信. */
function Then({ step, next }: { step: CampaignStep; next: Channel }) {
  const { t } = useTranslation()
  const then = t(`campaign.then_${next}`)
  const not = t(`campaign.not_${step.until}`)
  if (step.deadline)
    return (
      <p className="chain-then">
        {t('campaign.then_by', { at: dayjs(step.deadline).format('MM-DD HH:mm'), not, then })}
      </p>
    )
  const { count, unit } = spoken(step.within_minutes ?? 0)
  return (
    <p className="chain-then">
      {t('campaign.then_within', { span: t(`campaign.span_${unit}`, { n: count }), not, then })}
    </p>
  )
}
