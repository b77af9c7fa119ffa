import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { OfferCheck, OfferLowPrice } from '@/client/types'
import { yuan } from '@/ui/format'
import { Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { useSaid } from './said'

const colours = { floor: 'red', free: 'red', cost: 'orange', gifts: 'orange' }

/** The least each product would be sold for, with the cart that gets there. */
export function Prices({ check }: { check: OfferCheck }) {
  const { t } = useTranslation()
  const fen = (value: number | null | undefined) =>
    value === null || value === undefined ? <span className="quiet">–</span> : yuan(value)
  if (check.prices.length === 0 && check.products_looked_at === 0) return null
  return (
    <Panel
      title={t('check.prices')}
      extra={
        <small className="quiet num">
          {t('check.products', { looked: check.products_looked_at, all: check.product_count })}
        </small>
      }
    >
      <Rows<OfferLowPrice>
        size="small"
        rowKey="sku"
        dataSource={check.prices}
        pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: <Nothing title={t('check.no_prices')} /> }}
        expandable={{
          expandedRowRender: (low) => <HowSo low={low} />,
          expandRowByClick: true,
        }}
        columns={[
          {
            title: t('check.product'),
            render: (_, low) => (
              <>
                <b className="name">{low.name}</b>{' '}
                {low.problem && (
                  <Tag color={colours[low.problem]}>{t(`check.problem_${low.problem}`)}</Tag>
                )}
              </>
            ),
          },
          {
            title: t('check.lowest'),
            align: 'right',
            className: 'num',
            render: (_, low) => <b>{yuan(low.piece_fen)}</b>,
          },
          {
            title: t('check.list'),
            align: 'right',
            className: 'num',
            render: (_, low) => fen(low.list_fen),
          },
          {
            title: t('check.floor'),
            align: 'right',
            className: 'num',
            render: (_, low) => fen(low.floor_fen),
          },
          {
            title: t('check.cost'),
            align: 'right',
            className: 'num',
            render: (_, low) => fen(low.cost_fen),
          },
        ]}
      />
    </Panel>
  )
}

function HowSo({ low }: { low: OfferLowPrice }) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <dl className="facts">
      <dt>{t('check.cart')}</dt>
      <dd>
        {low.lines.map((line) => `${line.name} × ${line.quantity}`).join(' + ')} ·{' '}
        {t('check.pays', { fen: yuan(low.payable_fen) })}
        {low.gifts_fen > 0 && ` · ${t('check.gifts', { fen: yuan(low.gifts_fen) })}`}
      </dd>
      <dt>{t('check.steps')}</dt>
      <dd>
        {low.steps.map((step) => (
          <Tag key={step.id}>
            {step.name} −{yuan(step.off_fen)}
          </Tag>
        ))}
      </dd>
      <dt>{t('check.where')}</dt>
      <dd>
        {said(low.where)}
        {!low.proven && <span className="quiet"> · {t('check.unproven')}</span>}
      </dd>
    </dl>
  )
}
