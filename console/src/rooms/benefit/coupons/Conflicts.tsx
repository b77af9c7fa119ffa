import { useTranslation } from 'react-i18next'
import { usePages, useRead } from '@/client/query'
import type { ItemOf } from '@/client/reads'
import { Money } from '@/ui/figure'
import { Nothing, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Ago } from '@/ui/time'

type Conflict = ItemOf<'/v1/coupons/conflicts'>

/** Coupons honoured without a network that were used already elsewhere: who lost how much. */
export function Conflicts() {
  const { t } = useTranslation()
  const pages = usePages('/v1/coupons/conflicts')
  const units = useRead('/v1/units')
  const named = new Map(units.data?.items.map((unit) => [unit.id, unit.name]))
  return (
    <Panel>
      <p className="quiet panel-hint">{t('coupon.conflicts_hint')}</p>
      <PagedTable<Conflict>
        pages={pages}
        rowKey={(one) => one.use.id}
        empty={<Nothing title={t('coupon.no_conflicts')} />}
        columns={[
          {
            title: t('coupon.coupon'),
            render: (_, one) => (
              <>
                {one.template_name}
                <br />
                <small className="quiet num">{one.coupon_code}</small>
              </>
            ),
          },
          {
            title: t('coupon.outcome'),
            render: (_, one) =>
              t(`coupon.conflict_${one.use.outcome}`, { defaultValue: one.use.outcome }),
          },
          {
            title: t('coupon.used_here'),
            render: (_, one) => (
              <>
                {named.get(one.use.unit_id) ?? t('coupon.other_unit')} ·{' '}
                <Ago at={one.use.used_at} />
                {one.use.order_no && <small className="quiet"> {one.use.order_no}</small>}
              </>
            ),
          },
          {
            title: t('coupon.used_first'),
            render: (_, one) =>
              one.first ? (
                <>
                  {named.get(one.first.unit_id) ?? t('coupon.other_unit')} ·{' '}
                  <Ago at={one.first.used_at} />
                </>
              ) : (
                <span className="quiet">–</span>
              ),
          },
          {
            title: t('coupon.face'),
            align: 'right',
            render: (_, one) =>
              one.face_fen === null ? (
                <span className="quiet">–</span>
              ) : (
                <Money fen={one.face_fen} isExact />
              ),
          },
        ]}
      />
    </Panel>
  )
}
