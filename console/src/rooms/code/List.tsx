import { Segmented, Select, Tag } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { ContactCode, ContactCodeStanding } from '@/client/types'
import { useFilters } from '@/shell/router'
import { count, percent, yuan } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Tags } from '@/ui/tag'
import { kinds } from './draft'
import { StandingTag } from './StandingTag'
import { Search } from '@/ui/search'

const standings: ContactCodeStanding[] = ['live', 'making', 'failed', 'stopped']

/** All codes one may see: whose they are, and what came of them. */
export function CodeList({ create, open }: { create: ReactNode; open: (id: string) => void }) {
  const { t } = useTranslation()
  const [get, set] = useFilters()
  const [standing, kind, unit, q, batch] = ['standing', 'kind', 'unit', 'q', 'batch'].map(get)
  const units = useRead('/v1/units')
  const [isMaking, setMaking] = useState(false)
  const pages = usePages('/v1/codes', {
    query: { standing, kind, unit, q, batch },
    keep: true,
  })
  const { refetch } = pages
  const making = pages.items.some(({ code }) => code.standing === 'making')
  if (making !== isMaking) setMaking(making)
  useEffect(() => {
    if (!isMaking) return
    const timer = window.setInterval(() => void refetch(), 2_000)
    return () => window.clearInterval(timer)
  }, [isMaking, refetch])
  const nameOf = new Map(units.data?.items.map((one) => [one.id, one.name]))
  const isFiltered = Boolean(standing ?? kind ?? unit ?? q ?? batch)
  return (
    <Panel>
      <div className="filters">
        <div className="scroll-x">
          <Segmented
            value={standing ?? 'all'}
            onChange={(next) => set({ standing: next === 'all' ? undefined : next })}
            options={[
              { value: 'all', label: t('ui.all') },
              ...standings.map((value) => ({ value, label: t(`code.standing_${value}`) })),
            ]}
          />
        </div>
        <Select
          className="filter"
          allowClear
          aria-label={t('code.kind')}
          placeholder={t('code.every_kind')}
          value={kind}
          onChange={(next?: string) => set({ kind: next })}
          options={kinds.map((value) => ({ value, label: t(`code.kind_${value}`) }))}
        />
        <Select
          className="filter"
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('code.unit')}
          placeholder={t('code.every_unit')}
          value={unit}
          onChange={(next?: string) => set({ unit: next })}
          options={units.data?.items.map((one) => ({ value: one.code, label: one.name }))}
        />
        <Search
          label={t('code.search')}
          value={q ?? ''}
          change={(words) => set({ q: words || undefined })}
        />
        {batch && (
          <Tag closable onClose={() => set({ batch: undefined })}>
            {t('code.of_batch')}
          </Tag>
        )}
      </div>
      <PagedTable<ContactCode>
        pages={pages}
        rowKey={({ code }) => code.id}
        empty={
          isFiltered ? (
            <Nothing title={t('code.none_found')} hint={t('code.none_found_hint')} />
          ) : (
            <Nothing title={t('code.none')} hint={t('code.none_hint')} action={create} />
          )
        }
        open={({ code }) =>
          () =>
            open(code.id)
          }
        columns={[
          {
            title: t('code.name'),
            render: (_, { code }) => (
              <>
                <b className="name">{code.name}</b>
                <div>
                  <StandingTag code={code} />
                  <small className="quiet">{t(`code.kind_${code.kind}`)}</small>
                </div>
              </>
            ),
          },
          {
            title: t('code.unit'),
            render: (_, { code }) => (
              <>
                {nameOf.get(code.unit_id) ?? '–'}
                <div>
                  <small className="quiet">
                    {t('code.behind_count', { count: code.behind.length })}
                  </small>
                </div>
              </>
            ),
          },
          {
            title: t('code.source'),
            render: (_, { code }) => (
              <>
                {code.source || <span className="quiet">–</span>}
                <div>
                  <Tags names={code.tags} most={2} />
                </div>
              </>
            ),
          },
          {
            title: t('code.added'),
            align: 'right',
            render: (_, { numbers }) => <span className="num">{count(numbers.added)}</span>,
          },
          {
            title: t('code.friends'),
            align: 'right',
            render: (_, { numbers }) => <Share part={numbers.friends} of={numbers.added} />,
          },
          {
            title: t('code.bought'),
            align: 'right',
            render: (_, { numbers }) => <Share part={numbers.bought} of={numbers.added} />,
          },
          {
            title: t('code.paid'),
            align: 'right',
            render: (_, { numbers }) => <span className="num">{yuan(numbers.paid_fen)}</span>,
          },
        ]}
      />
    </Panel>
  )
}

function Share({ part, of }: { part: number; of: number }) {
  if (of === 0) return <span className="quiet">–</span>
  return (
    <span className="num">
      {count(part)} <small className="quiet">{percent(part / of, 0)}</small>
    </span>
  )
}
