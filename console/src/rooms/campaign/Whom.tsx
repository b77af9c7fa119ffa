import { Alert, Button, Input, Radio, Select, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Source } from '@/client/types'
import { count } from '@/ui/format'
import { Field } from '@/ui/field'

type Way = 'opportunity' | 'segment' | 'list'
interface Given {
  source: Source
  set: (next: Source) => void
}

function wayOf(source: Source): Way {
  if (typeof source.list_id === 'string') return 'list'
  return typeof source.segment_id === 'string' ? 'segment' : 'opportunity'
}

/** Whom a campaign is about: an opportunity, a segment, a list of one's own, or a rule made elsewhere. */
export function Whom({ source, set }: Given) {
  const { t } = useTranslation()
  const kinds = useRead('/v1/opportunities/kinds')
  if (source.rule) return <p>{t('campaign.from_rule')}</p>
  const way = wayOf(source)
  const begin: Record<Way, Source> = {
    opportunity: { opportunity_kind: kinds.data?.[0]?.kind ?? 'best_now' },
    segment: { segment_id: '' },
    list: { list_id: '' },
  }
  return (
    <>
      <Radio.Group
        value={way}
        onChange={(event) => set(begin[event.target.value as Way])}
        options={(['opportunity', 'segment', 'list'] as const).map((value) => ({
          value,
          label: t(`campaign.from_${value}`),
        }))}
        optionType="button"
      />
      {way === 'opportunity' && <Opportunity source={source} set={set} />}
      {way === 'segment' && <Segment source={source} set={set} />}
      {way === 'list' && <Listed source={source} set={set} />}
    </>
  )
}

function Opportunity({ source, set }: Given) {
  const { t, i18n } = useTranslation()
  const kinds = useRead('/v1/opportunities/kinds')
  const categories = useRead('/v1/categories')
  const isEnglish = i18n.language === 'en'
  return (
    <>
      <Select
        className="wide source-pick"
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('segment.choose')}
        value={source.opportunity_kind ?? undefined}
        onChange={(opportunity_kind) =>
          set({ opportunity_kind, category: source.category ?? null })
        }
        options={kinds.data?.map((one) => ({
          value: one.kind,
          label: t('campaign.source_option', {
            name: isEnglish ? one.title_en : one.title_zh,
            count: one.count,
          }),
        }))}
      />
      <Select
        allowClear
        className="wide source-pick"
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('campaign.any_category')}
        value={source.category ?? undefined}
        onChange={(category?: string) => set({ ...source, category: category ?? null })}
        options={categories.data?.items.map((one) => ({
          value: one.code,
          label: isEnglish ? one.name_en : one.name,
        }))}
      />
    </>
  )
}

function Segment({ source, set }: Given) {
  const { t } = useTranslation()
  const segments = useRead('/v1/segments')
  return (
    <Select
      className="wide source-pick"
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('segment.choose')}
      value={source.segment_id ?? undefined}
      onChange={(segment_id: string) => set({ segment_id })}
      options={segments.data?.items.map((one) => ({
        value: one.id,
        label: t('campaign.source_option', { name: one.name, count: one.member_count }),
      }))}
    />
  )
}

/** A list kept before, or a new one out of a file or the clipboard. */
function Listed({ source, set }: Given) {
  const { t } = useTranslation()
  const lists = useRead('/v1/campaigns/lists')
  const add = useWrite<'POST /v1/campaigns/lists'>(['/v1/campaigns/lists'])
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [isNew, setNew] = useState(false)
  const chosen = lists.data?.items.find((one) => one.id === source.list_id)
  const keep = () =>
    add.mutate(
      { to: 'POST /v1/campaigns/lists', body: { name: name.trim(), text, card_scope: 'default' } },
      {
        onSuccess: (kept) => {
          set({ list_id: kept.id })
          setNew(false)
          setText('')
          setName('')
        },
      },
    )
  return (
    <>
      <div className="row source-pick">
        <Select
          className="list-pick"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('campaign.list_choose')}
          value={source.list_id || undefined}
          onChange={(list_id: string) => set({ list_id })}
          options={lists.data?.items.map((one) => ({
            value: one.id,
            label: t('campaign.source_option', { name: one.name, count: one.found }),
          }))}
        />
        <Button onClick={() => setNew(!isNew)}>{t('campaign.list_new')}</Button>
      </div>
      {chosen && chosen.found < chosen.lines && !isNew && (
        <Alert
          type="warning"
          title={t('campaign.list_lines', {
            lines: count(chosen.lines),
            found: count(chosen.found),
            unknown: count(chosen.unknown),
            repeated: count(chosen.repeated),
          })}
          action={
            chosen.has_errors && (
              <Button size="small" href={`/v1/campaigns/lists/${chosen.id}/errors.csv`} download>
                {t('campaign.list_errors')}
              </Button>
            )
          }
        />
      )}
      {isNew && (
        <div className="list-new">
          <Field label={t('campaign.list_name')}>
            <Input maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t('campaign.list_text')} hint={t('campaign.list_hint_lines')}>
            <Input.TextArea
              rows={5}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <div className="row">
            <Upload
              accept=".csv,.txt,text/csv,text/plain"
              showUploadList={false}
              beforeUpload={(file) => {
                void file.text().then(setText)
                if (!name) setName(file.name.replace(/\.\w+$/, '').slice(0, 60))
                return false
              }}
            >
              <Button>{t('campaign.list_file')}</Button>
            </Upload>
            <Button
              type="primary"
              loading={add.isPending}
              disabled={name.trim() === '' || text.trim() === ''}
              onClick={keep}
            >
              {t('campaign.list_keep')}
            </Button>
          </div>
        </div>
      )}
    </>
  )
}
