import { Input, Select, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead } from '@/client/query'
import type { CustomerRow, Totals } from '@/client/types'
import { go, useFilters } from '@/shell/router'
import { Money } from '@/ui/figure'
import { Nothing } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Tags } from '@/ui/tag'
import { Ago } from '@/ui/time'

const kept = ['q', 'unit', 'associate', 'tag'] as const

function Filters() {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const [words, setWords] = useState(get('q') ?? '')
  const units = useRead('/v1/units')
  const staff = useRead('/v1/staff')
  const segments = useRead('/v1/segments', { query: { limit: 200 } })
  const tags = useRead('/v1/tags')
  return (
    <div className="filters">
      <Input.Search
        allowClear
        className="filter-q"
        placeholder={t('profile.find')}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onSearch={(q) => set({ q: q.trim() })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter"
        placeholder={t('profile.home_unit')}
        value={get('unit')}
        onChange={(unit?: string) => set({ unit })}
        options={units.data?.items.map((unit) => ({ value: unit.code, label: unit.name }))}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter"
        placeholder={t('profile.associate')}
        value={get('associate')}
        onChange={(associate?: string) => set({ associate })}
        options={staff.data?.items
          .filter((one) => one.role === 'associate' || one.role === 'manager')
          .map((one) => ({ value: one.id, label: one.name }))}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter"
        placeholder={t('profile.tags')}
        value={get('tag')}
        onChange={(tag?: string) => set({ tag })}
        options={tags.data?.items.map((one) => ({ value: one.name, label: one.name }))}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter"
        placeholder={t('profile.segment')}
        value={get('segment')}
        onChange={(segment?: string) =>
          set({ segment, q: undefined, unit: undefined, associate: undefined, tag: undefined })
        }
        options={segments.data?.items.map((one) => ({ value: one.id, label: one.name }))}
      />
    </div>
  )
}

/** The customer list. Purchase figures come from the page, which asks the order room for them. */
export function Customers({ useTotals }: { useTotals: (ids: string[]) => Map<string, Totals> }) {
  const { t } = useTranslation()
  const [get] = useFilters()
  const query = Object.fromEntries(kept.map((name) => [name, get(name)]))
  const segment = get('segment')
  const all = usePages('/v1/customers', {
    query: { ...query, limit: 50 },
    enabled: !segment,
    keep: true,
  })
  const members = usePages('/v1/segments/{segment_id}/customers', {
    id: segment,
    enabled: Boolean(segment),
  })
  const { rows } = useCustomersOf(segment ? members.items.map((row) => row.customer_id) : [])
  const pages = segment
    ? { ...members, items: members.items.flatMap((row) => rows.get(row.customer_id) ?? []) }
    : all
  const totals = useTotals(pages.items.map((row) => row.id))
  const isFiltered = Boolean(segment) || kept.some((name) => get(name))
  return (
    <>
      <Filters />
      <PagedTable<CustomerRow>
        pages={pages}
        rowKey="id"
        sticky={{ offsetHeader: 60 }}
        open={(row) => () => go(`/customers/${row.id}`)}
        empty={
          isFiltered ? (
            <Nothing title={t('profile.none_found')} hint={t('profile.none_found_hint')} />
          ) : (
            <Nothing
              title={t('profile.none')}
              hint={t('profile.none_hint')}
              action={<a href="#/data/imports">{t('profile.import')}</a>}
            />
          )
        }
        columns={[
          {
            title: t('profile.name'),
            fixed: 'left',
            render: (_, row) => <b className="name">{row.name ?? `#${row.ordinal}`}</b>,
          },
          {
            title: t('profile.phone'),
            render: (_, row) => <span className="num">{row.phone ?? '–'}</span>,
          },
          { title: t('profile.home_unit'), render: (_, row) => row.home_unit?.name ?? '–' },
          {
            title: t('profile.associate'),
            render: (_, row) =>
              row.associate?.name ?? <span className="quiet">{t('profile.nobody')}</span>,
          },
          {
            title: t('profile.stage'),
            render: (_, row) => <StageTag stage={totals.get(row.id)?.total?.stage} />,
          },
          {
            title: t('profile.order_count'),
            align: 'right',
            render: (_, row) => (
              <span className="num">{totals.get(row.id)?.total?.order_count ?? '–'}</span>
            ),
          },
          {
            title: t('profile.paid'),
            align: 'right',
            render: (_, row) => {
              const found = totals.get(row.id)?.total
              return found ? <Money fen={found.paid_fen} /> : '–'
            },
          },
          {
            title: t('profile.last_paid'),
            render: (_, row) => <Ago at={totals.get(row.id)?.total?.last_paid_at} />,
          },
          {
            title: t('profile.seen'),
            render: (_, row) => <Ago at={row.last_seen_at} />,
          },
          {
            title: t('profile.tags'),
            render: (_, row) => <Tags names={row.tags} />,
          },
        ]}
      />
    </>
  )
}

const stageColours: Record<string, string> = {
  new: 'blue',
  growing: 'green',
  loyal: 'cyan',
  dormant: 'orange',
  lost: 'default',
}

export function StageTag({ stage }: { stage: string | null | undefined }) {
  const { t } = useTranslation()
  if (!stage) return <span className="quiet">–</span>
  return (
    <Tag color={stageColours[stage]}>{t(`profile.stage_${stage}`, { defaultValue: stage })}</Tag>
  )
}
