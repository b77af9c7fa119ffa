import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, DatePicker, InputNumber, Radio, Select, Tooltip } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { CampaignPreview, CampaignStep } from '@/client/types'
import { Field } from '@/ui/field'
import { evening, MINUTES, partsOf, spoken, UNTILS, type Spoken } from './chain'
import { CopyBox } from './CopyBox'
import { OnThePhone } from './OnThePhone'
import { Variables } from './Variables'

interface Card {
  step: CampaignStep
  index: number
  change: (next: Partial<CampaignStep>) => void
  fault: string | undefined
  foreseen: CampaignPreview['steps'][number] | undefined
  remove?: () => void
  up?: () => void
  down?: () => void
}

/** One step: its channel, what it says and how that looks, and when it has worked. */
export function StepCard({ step, index, change, fault, foreseen, remove, up, down }: Card) {
  const { t, i18n } = useTranslation()
  const isPerson = step.channel === 'wecom'
  return (
    <section
      className={`chain-card ${fault ? 'refused' : ''}`}
      aria-label={t(`campaign.by_${step.channel}`)}
    >
      <header className="row between">
        <h3>
          <span className="chain-no num">{index + 1}</span> {t(`campaign.by_${step.channel}`)}
        </h3>
        <span>
          <Tool icon={<ArrowUpOutlined />} say={t('campaign.step_up')} act={up} />
          <Tool icon={<ArrowDownOutlined />} say={t('campaign.step_down')} act={down} />
          <Tool icon={<DeleteOutlined />} say={t('campaign.step_remove')} act={remove} />
        </span>
      </header>
      <div className="chain-inside">
        <div>
          <Field
            label={t(isPerson ? 'campaign.copy' : 'campaign.content')}
            hint={isPerson ? t('campaign.copy_hint') : undefined}
            fault={fault && t(`campaign.${fault}`)}
          >
            <CopyBox value={step.text} change={(text) => change({ text })} />
          </Field>
          {!isPerson && <Variables step={step} change={change} />}
          <Field label={t('campaign.until')}>
            <div className="row">
              <Ends step={step} change={change} />
              <Select
                aria-label={t('campaign.until')}
                className="chain-until"
                value={step.until}
                onChange={(until) => change({ until })}
                options={UNTILS.map((value) => ({ value, label: t(`campaign.until_${value}`) }))}
              />
            </div>
          </Field>
        </div>
        <div>
          <OnThePhone channel={step.channel} text={foreseen?.text ?? step.text} />
          {step.channel === 'sms' && <Parts text={foreseen?.text ?? step.text} />}
          {foreseen && (
            <p className="quiet num">
              {t('campaign.step_reaches', { first: foreseen.first, all: foreseen.reachable })}
              {foreseen.blocked[0] && (
                <>
                  {' · '}
                  {i18n.language === 'en'
                    ? foreseen.blocked[0].title_en
                    : foreseen.blocked[0].title_zh}{' '}
                  {foreseen.blocked[0].count}
                </>
              )}
            </p>
          )}
        </div>
      </div>
    </section>
  )
}

function Tool({ icon, say, act }: { icon: ReactNode; say: string; act?: () => void }) {
  return (
    <Tooltip title={act ? say : undefined}>
      <Button type="text" size="small" icon={icon} aria-label={say} disabled={!act} onClick={act} />
    </Tooltip>
  )
}

function Parts({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <p className="quiet num">
      {t('campaign.sms_parts', { chars: text.length, parts: partsOf(text) })}
    </p>
  )
}

/** For how long the step is given: associates may have a fixed end, all others a span. */
function Ends({ step, change }: Pick<Card, 'step' | 'change'>) {
  const { t } = useTranslation()
  const isFixed = Boolean(step.deadline)
  return (
    <>
      {step.channel === 'wecom' && (
        <Radio.Group
          optionType="button"
          value={isFixed ? 'at' : 'within'}
          onChange={(event) =>
            change(
              event.target.value === 'at'
                ? { deadline: evening(2), within_minutes: null }
                : { deadline: null, within_minutes: 2880 },
            )
          }
          options={[
            { value: 'at', label: t('campaign.ends_at') },
            { value: 'within', label: t('campaign.ends_within') },
          ]}
        />
      )}
      {isFixed ? (
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          allowClear={false}
          aria-label={t('campaign.deadline')}
          format="YYYY-MM-DD HH:mm"
          value={dayjs(step.deadline)}
          minDate={dayjs()}
          onChange={(day) => day && change({ deadline: day.toISOString() })}
        />
      ) : (
        <Within
          minutes={step.within_minutes ?? 2880}
          change={(within_minutes) => change({ within_minutes })}
        />
      )}
    </>
  )
}

function Within({ minutes, change }: { minutes: number; change: (minutes: number) => void }) {
  const { t } = useTranslation()
  const { count, unit } = spoken(minutes)
  return (
    <span className="row">
      <InputNumber
        className="chain-count"
        min={1}
        max={Math.floor(43_200 / MINUTES[unit])}
        precision={0}
        aria-label={t('campaign.ends_within')}
        value={count}
        onChange={(next) => next && change(next * MINUTES[unit])}
      />
      <Select<Spoken['unit']>
        aria-label={t('campaign.span_unit')}
        value={unit}
        onChange={(next) => change(Math.min(43_200, count * MINUTES[next]))}
        options={(['minutes', 'hours', 'days'] as const).map((value) => ({
          value,
          label: t(`campaign.unit_${value}`),
        }))}
      />
    </span>
  )
}
