import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Reads } from '@/client/reads'
import { go } from '@/shell/router'
import { Figure, Money } from '@/ui/figure'
import { yuan } from '@/ui/format'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Bars } from '@/ui/spark'

type Quarter = Reads['/v1/prepaid']['quarters'][number]

/** Prepaid money: how much there is, what belongs into custody, quarter by quarter. */
export function Prepaid() {
  const { t } = useTranslation()
  const prepaid = useRead('/v1/prepaid', { every: 30_000 })
  return (
    <Answer of={prepaid} rows={8}>
      {(has) => (
        <div className="stack">
          <Panel>
            <div className="figures">
              <Figure
                title={t('stored.principal')}
                value={<Money fen={has.principal_fen} />}
                open={() => go('/ledger?asset=principal')}
                note={t('stored.accounts', { count: has.accounts })}
              />
              <Figure
                title={t('stored.bonus')}
                value={<Money fen={has.bonus_fen} />}
                open={() => go('/ledger?asset=bonus')}
              />
              <Figure
                title={t('stored.custody')}
                value={<Money fen={has.custody_fen} />}
                note={t('stored.custody_note', {
                  percent: has.custody_bp / 100,
                  base: yuan(has.custody_base_fen),
                })}
              />
            </div>
          </Panel>
          <Panel title={t('stored.quarters')}>
            <Rows<Quarter>
              size="middle"
              rowKey="name"
              pagination={false}
              dataSource={has.quarters}
              columns={[
                { title: t('stored.quarter'), dataIndex: 'name' },
                ...(['recharged_fen', 'used_fen', 'withdrawn_fen', 'balance_fen'] as const).map(
                  (name) => ({
                    title: t(`stored.${name}`),
                    align: 'right' as const,
                    render: (_: unknown, one: Quarter) => <Money fen={one[name]} isExact />,
                  }),
                ),
              ]}
            />
          </Panel>
          {has.bonus_by_month.length > 0 && (
            <Panel title={t('stored.bonus_ends')}>
              <Bars
                rows={has.bonus_by_month.map((one) => ({
                  key: one.month ?? '',
                  label: one.month?.slice(0, 7) ?? t('stored.never'),
                  value: one.bonus_fen,
                  shown: yuan(one.bonus_fen),
                }))}
              />
            </Panel>
          )}
        </div>
      )}
    </Answer>
  )
}
