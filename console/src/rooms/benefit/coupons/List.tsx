import { Segmented } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import type { CouponState, CouponTemplate } from '@/client/types'
import { go, useFilters } from '@/shell/router'
import { Count } from '@/ui/figure'
import { count } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Pieces, StackedBar } from '@/ui/stacked'
import { piecesOf } from './pieces'
import { StateTag } from './StateTag'

const states: CouponState[] = ['published', 'draft', 'paused', 'ended']

/** All templates: what each promises and what became of its coupons. */
export function TemplateList({ create }: { create: ReactNode }) {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const [get, set] = useFilters()
  const state = get('state')
  const pages = usePages('/v1/coupon-templates', { query: { state }, keep: true })
  return (
    <Panel>
      <div className="filters scroll-x">
        <Segmented
          value={state ?? 'all'}
          onChange={(next) => set({ state: next === 'all' ? undefined : next })}
          options={[
            { value: 'all', label: t('ui.all') },
            ...states.map((value) => ({ value, label: t(`coupon.state_${value}`) })),
          ]}
        />
      </div>
      <PagedTable<CouponTemplate>
        pages={pages}
        rowKey="id"
        empty={<Nothing title={t('coupon.none')} hint={t('coupon.none_hint')} action={create} />}
        open={(row) => () => go(`/coupons/${row.id}`)}
        columns={[
          {
            title: t('coupon.name'),
            width: 180,
            render: (_, row) => (
              <>
                <b className="name">{row.promise.name}</b>
                <br />
                <StateTag state={row.state} />
              </>
            ),
          },
          {
            title: t('coupon.means'),
            render: (_, row) => (
              <span
                className="quiet sentence"
                title={isEnglish ? row.sentence.en : row.sentence.zh}
              >
                {isEnglish ? row.sentence.en : row.sentence.zh}
              </span>
            ),
          },
          {
            title: t('coupon.issued'),
            align: 'right',
            width: 110,
            render: (_, row) => (
              <>
                <Count of={row.issued} />
                <br />
                <small className="quiet num">
                  {row.promise.stock === null
                    ? t('ui.no_limit')
                    : t('coupon.of_stock', { count: count(row.promise.stock) })}
                </small>
              </>
            ),
          },
          {
            title: t('coupon.became'),
            width: 270,
            render: (_, row) => <Became template={row} />,
          },
        ]}
      />
    </Panel>
  )
}

function Became({ template }: { template: CouponTemplate }) {
  const { t } = useTranslation()
  const pieces = piecesOf(template, t)
  if (pieces.length === 0) return <span className="quiet">–</span>
  return (
    <>
      <StackedBar pieces={pieces} label={t('coupon.became')} />
      <Pieces pieces={pieces} />
    </>
  )
}
