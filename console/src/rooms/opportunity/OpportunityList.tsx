import { Button, Segmented, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { Opportunity } from '@/client/types'
import { go, Link, useFilters } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Money } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Span } from '@/ui/time'

export function OpportunityList() {
  const { t, i18n } = useTranslation()
  const [get, set] = useFilters()
  const may = useMay()
  const kind = get('kind') ?? 'predicted'
  const unit = get('unit')
  const category = get('category')
  const categories = useRead('/v1/categories')
  const kinds = useRead('/v1/opportunities/kinds')
  const units = useRead('/v1/units')
  const staff = useRead('/v1/staff')
  const unitNames = new Map(units.data?.items.map((one) => [one.id, one.name]))
  const staffNames = new Map(staff.data?.items.map((one) => [one.id, one.name]))
  const pages = usePages('/v1/opportunities', { query: { kind, unit, category }, keep: true })
  return (
    <Panel>
      <div className="row between filters">
        <div className="row">
          <Segmented
            value={kind}
            onChange={(next) => set({ kind: next })}
            options={[
              ...(kinds.data ?? []).map((one) => ({
                value: one.kind,
                label: i18n.language === 'en' ? one.title_en : one.title_zh,
              })),
            ]}
          />
          <Select
            allowClear
            className="filter"
            placeholder={t('insight.all_units')}
            value={unit}
            onChange={(next?: string) => set({ unit: next })}
            options={units.data?.items
              .filter((one) => one.kind !== 'headquarters')
              .map((one) => ({ value: one.code, label: one.name }))}
          />
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            className="filter"
            placeholder={t('campaign.any_category')}
            value={category}
            onChange={(next?: string) => set({ category: next })}
            options={categories.data?.items.map((one) => ({
              value: one.code,
              label: i18n.language === 'en' ? one.name_en : one.name,
            }))}
          />
        </div>
        {may('campaign.edit') && (
          <Button
            type="primary"
            disabled={pages.items.length === 0}
            onClick={() =>
              go(`/campaigns/new?opportunity=${kind}${category ? `&category=${category}` : ''}`)
            }
          >
            {t('opportunity.task_from_list')}
          </Button>
        )}
      </div>
      <PagedTable<Opportunity>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('opportunity.none')} hint={t('opportunity.none_hint')} />}
        columns={[
          {
            title: t('opportunity.customer'),
            render: (_, one) => (
              <Link to={`/customers/${one.customer_id}`}>
                {one.name ?? `#${one.customer_ordinal}`}
              </Link>
            ),
          },
          {
            title: t('opportunity.reason'),
            render: (_, one) => (
              <span className="sentence">
                {i18n.language === 'en' ? one.reason_en : one.reason_zh}
              </span>
            ),
          },
          {
            title: t('opportunity.category'),
            render: (_, one) => (i18n.language === 'en' ? one.category_name_en : one.category_name),
          },
          {
            title: t('opportunity.score'),
            align: 'right',
            render: (_, one) => (
              <div className="score">
                <span className="num">{percent(one.score_bp / 10_000, 0)}</span>
                <span className="bar-track">
                  <span className="bar-fill" style={{ width: `${one.score_bp / 100}%` }} />
                </span>
              </div>
            ),
          },
          {
            title: t('opportunity.expected'),
            align: 'right',
            render: (_, one) => <Money fen={one.expected_fen} />,
          },
          {
            title: t('opportunity.window'),
            render: (_, one) => <Span from={one.due_from} to={one.due_to} />,
          },
          {
            title: t('opportunity.associate'),
            render: (_, one) => (
              <span className="nowrap">
                {staffNames.get(one.associate_id ?? '') ?? (
                  <span className="quiet">{t('profile.nobody')}</span>
                )}{' '}
                <small className="quiet">{unitNames.get(one.unit_id ?? '')}</small>
              </span>
            ),
          },
        ]}
      />
    </Panel>
  )
}
