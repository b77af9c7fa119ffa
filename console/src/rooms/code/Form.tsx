import { Checkbox, Input, Segmented, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { ContactCodeKind, Staff } from '@/client/types'
import { Products } from '@/shell/goods'
import { Field, LimitInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { kinds, type Draft } from './draft'

interface Given {
  draft: Draft
  set: (next: Partial<Draft>) => void
}

const staffMax = 100
const marks = ['{store}', '{associate}', '{products}']

/** A code from top to bottom: whom it adds, what it says, how it counts. */
export function CodeForm({ draft, set, isForStores = false }: Given & { isForStores?: boolean }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Panel title={t('code.basics')}>
        <Field label={t('code.name')} hint={isForStores ? t('code.name_of_stores') : undefined}>
          <Input
            maxLength={isForStores ? 30 : 60}
            aria-label={t('code.name')}
            placeholder={t('code.name_hint')}
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        {!isForStores && <Who draft={draft} set={set} />}
        <Away draft={draft} set={set} />
      </Panel>
      <Panel title={t('code.greeting')}>
        <Greeting draft={draft} set={set} />
      </Panel>
      <Panel title={t('code.marks')}>
        <Marks draft={draft} set={set} />
      </Panel>
    </div>
  )
}

function Who({ draft, set }: Given) {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  return (
    <>
      <Field label={t('code.kind')} hint={t(`code.kind_${draft.kind}_hint`)}>
        <div className="scroll-x">
          <Segmented<ContactCodeKind>
            value={draft.kind}
            onChange={(kind) => set({ kind })}
            options={kinds.map((value) => ({ value, label: t(`code.kind_${value}`) }))}
          />
        </div>
      </Field>
      <Field label={t('code.unit')}>
        <Select
          className="wide"
          aria-label={t('code.unit')}
          showSearch={{ optionFilterProp: 'label' }}
          value={draft.unit_id || undefined}
          onChange={(unit_id: string) => set({ unit_id })}
          options={units.data?.items.map((unit) => ({ value: unit.id, label: unit.name }))}
        />
      </Field>
      {draft.kind !== 'store' && (
        <Field label={t('code.staff')} hint={t('code.staff_hint')}>
          <StaffPick
            label={t('code.staff')}
            chosen={draft.staff_ids}
            change={(staff_ids) => set({ staff_ids: staff_ids.slice(0, staffMax) })}
          />
        </Field>
      )}
      {draft.kind === 'product' && (
        <Field label={t('code.product')}>
          <Products
            skus={draft.sku ? [draft.sku] : []}
            change={(skus) => set({ sku: skus.at(-1) ?? null })}
          />
        </Field>
      )}
      {draft.kind === 'material' && (
        <Field label={t('code.list')} hint={t('code.list_hint')}>
          <Products skus={draft.skus} change={(skus) => set({ skus: skus.slice(0, 20) })} />
        </Field>
      )}
    </>
  )
}

/** Who is added when nobody is there, and how. */
function Away({ draft, set }: Given) {
  const { t } = useTranslation()
  return (
    <>
      <Field label={t('code.fallback')} hint={t('code.fallback_hint')}>
        <StaffPick
          label={t('code.fallback')}
          placeholder={t('code.no_fallback')}
          chosen={draft.fallback_staff_id ? [draft.fallback_staff_id] : []}
          change={(ids) => set({ fallback_staff_id: ids.at(-1) ?? null })}
        />
      </Field>
      <div className="fields">
        <Field label={t('code.day_limit')} hint={t('code.day_limit_hint')}>
          <LimitInput
            label={t('code.day_limit')}
            max={1_000}
            value={draft.day_limit}
            change={(day_limit) => set({ day_limit })}
          />
        </Field>
        <Field label={t('code.accepting')}>
          <Checkbox
            checked={!draft.asks_first}
            onChange={(event) => set({ asks_first: !event.target.checked })}
          >
            {t('code.accepts_alone')}
          </Checkbox>
        </Field>
      </div>
    </>
  )
}

function StaffPick({
  label,
  placeholder,
  chosen,
  change,
}: {
  label: string
  placeholder?: string
  chosen: string[]
  change: (ids: string[]) => void
}) {
  const { t } = useTranslation()
  const staff = useRead('/v1/staff')
  const units = useRead('/v1/units')
  const unitOf = new Map(units.data?.items.map((unit) => [unit.id, unit.name]))
  const nameOf = (person: Staff) => `${person.name} · ${unitOf.get(person.unit_id) ?? person.code}`
  return (
    <Select
      mode="multiple"
      className="wide"
      aria-label={label}
      placeholder={placeholder ?? t('code.find_staff')}
      showSearch={{ optionFilterProp: 'label' }}
      value={chosen}
      onChange={(ids: string[]) => change(ids)}
      options={staff.data?.items
        .filter((person) => person.is_active && person.wecom_user)
        .map((person) => ({ value: person.id, label: nameOf(person) }))}
    />
  )
}

function Greeting({ draft, set }: Given) {
  const { t } = useTranslation()
  const hasHours = draft.from_minute !== null && draft.until_minute !== null
  return (
    <>
      <Field label={t('code.text')} hint={t('code.text_hint')}>
        <Words
          label={t('code.text')}
          placeholder={t('code.text_sample')}
          text={draft.text}
          change={(text) => set({ text })}
        />
      </Field>
      <Card draft={draft} set={set} />
      <Field label={t('code.hours')} hint={t('code.hours_hint')}>
        <TimePicker.RangePicker
          format="HH:mm"
          minuteStep={15}
          order={false}
          aria-label={t('code.hours')}
          value={hasHours ? [clock(draft.from_minute), clock(draft.until_minute)] : null}
          onChange={(times) =>
            set({
              from_minute: times?.[0] ? minuteOf(times[0]) : null,
              until_minute: times?.[1] ? minuteOf(times[1]) : null,
            })
          }
        />
      </Field>
      {hasHours && (
        <Field label={t('code.away_text')}>
          <Words
            label={t('code.away_text')}
            placeholder={t('code.away_sample')}
            text={draft.away_text}
            change={(away_text) => set({ away_text })}
          />
        </Field>
      )}
    </>
  )
}

function Words({
  label,
  placeholder,
  text,
  change,
}: {
  label: string
  placeholder: string
  text: string
  change: (text: string) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={1_000}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => change(event.target.value)}
      />
      <div className="code-marks">
        {marks.map((mark) => (
          <button key={mark} type="button" onClick={() => change(text + mark)}>
            {t(`code.mark_${mark.slice(1, -1)}`)}
          </button>
        ))}
      </div>
    </>
  )
}

/** The card under the words. */
function Card({ draft, set }: Given) {
  const { t } = useTranslation()
  const card = draft.attachment
  const choices =
    draft.kind === 'product' || draft.kind === 'material'
      ? ['none', 'goods', 'link']
      : ['none', 'link']
  return (
    <>
      <Field label={t('code.card')}>
        <Segmented
          value={card && choices.includes(card.kind) ? card.kind : 'none'}
          onChange={(kind) =>
            set({ attachment: kind === 'none' ? null : { kind: kind as 'goods' | 'link' } })
          }
          options={choices.map((value) => ({ value, label: t(`code.card_${value}`) }))}
        />
      </Field>
      {card?.kind === 'link' && (
        <div className="stack tight">
          <Input
            maxLength={60}
            aria-label={t('code.card_title')}
            placeholder={t('code.card_title')}
            value={card.title}
            onChange={(event) => set({ attachment: { ...card, title: event.target.value } })}
          />
          <Input
            maxLength={1_000}
            aria-label={t('code.card_url')}
            placeholder="https://"
            value={card.url}
            onChange={(event) => set({ attachment: { ...card, url: event.target.value.trim() } })}
          />
          <Input
            maxLength={120}
            aria-label={t('code.card_words')}
            placeholder={t('code.card_words')}
            value={card.description}
            onChange={(event) => set({ attachment: { ...card, description: event.target.value } })}
          />
        </div>
      )}
    </>
  )
}

function Marks({ draft, set }: Given) {
  const { t } = useTranslation()
  const tags = useRead('/v1/tags')
  return (
    <>
      <Field label={t('code.source')} hint={t('code.source_hint')}>
        <Input
          maxLength={40}
          aria-label={t('code.source')}
          placeholder={draft.name || t('code.source_sample')}
          value={draft.source}
          onChange={(event) => set({ source: event.target.value })}
        />
      </Field>
      <Field label={t('code.tags')} hint={t('code.tags_hint')}>
        <Select
          mode="tags"
          className="wide"
          maxCount={10}
          aria-label={t('code.tags')}
          placeholder={t('code.tags_sample')}
          value={draft.tags}
          onChange={(names: string[]) =>
            set({ tags: names.map((name) => name.trim().slice(0, 30)) })
          }
          options={(tags.data?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
        />
      </Field>
    </>
  )
}

function clock(minute: number | null) {
  return dayjs()
    .startOf('day')
    .add(minute ?? 0, 'minute')
}

function minuteOf(at: dayjs.Dayjs): number {
  return at.hour() * 60 + at.minute()
}
