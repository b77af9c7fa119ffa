import { Button, DatePicker, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import { useRead } from '@/client/query'
import { CustomerPick } from '@/shell/customer'
import { ProductFinder } from '@/shell/goods'
import { useMe } from '@/shell/session'
import { Field, YuanInput } from '@/ui/field'
import { Panel } from '@/ui/page'
import { withMore, type Asked, type AskedLine } from './asked'

interface Given {
  asked: Asked
  change: (asked: Asked) => void
}

/** Who buys what, where and when. */
export function AskedForm({ asked, change }: Given) {
  const { t } = useTranslation()
  const me = useMe()
  const units = useRead('/v1/units')
  const set = (next: Partial<Asked>) => change({ ...asked, ...next })
  return (
    <>
      <Panel title={t('offer.who_where')}>
        <Field label={t('offer.customer')} hint={t('offer.customer_hint')}>
          <CustomerPick
            value={asked.customer ?? undefined}
            change={(customer) => set({ customer: customer ?? null })}
          />
        </Field>
        <div className="fields">
          <Field label={t('offer.unit')}>
            <Select
              className="wide"
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t('offer.unit')}
              value={asked.unit ?? me.unit.code}
              onChange={(unit) => set({ unit })}
              options={units.data?.items.map((unit) => ({ value: unit.code, label: unit.name }))}
            />
          </Field>
          <Field label={t('offer.at')}>
            <DatePicker
              className="wide"
              showTime={{ format: 'HH:mm' }}
              format="YYYY-MM-DD HH:mm"
              aria-label={t('offer.at')}
              placeholder={t('offer.now')}
              value={asked.at ? dayjs(asked.at) : null}
              onChange={(at) => set({ at: at?.toISOString() ?? null })}
            />
          </Field>
          <Field label={t('coupon.channels')}>
            <Select
              className="wide"
              aria-label={t('coupon.channels')}
              value={asked.channel ?? 'unit'}
              onChange={(channel: 'unit' | 'store' | 'online') =>
                set({ channel: channel === 'unit' ? null : channel })
              }
              options={(['unit', 'store', 'online'] as const).map((value) => ({
                value,
                label: t(`offer.channel_${value}`),
              }))}
            />
          </Field>
          <Promoter asked={asked} change={change} />
        </div>
      </Panel>
      <Panel title={t('offer.cart')}>
        <Lines asked={asked} change={change} />
        <Field label={t('offer.shipping')}>
          <YuanInput
            label={t('offer.shipping')}
            fen={asked.shippingFen}
            change={(fen) => set({ shippingFen: fen ?? 0 })}
          />
        </Field>
      </Panel>
    </>
  )
}

/** Through whose link she came; some offers are for those only. */
function Promoter({ asked, change }: Given) {
  const { t } = useTranslation()
  const staff = useRead('/v1/staff', { query: { limit: 200 } })
  return (
    <Field label={t('offer.promoter')}>
      <Select
        allowClear
        className="wide"
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('offer.promoter')}
        placeholder={t('offer.no_promoter')}
        value={asked.promoter}
        onChange={(promoter?: string) => change({ ...asked, promoter: promoter ?? null })}
        options={staff.data?.items.map((one) => ({ value: one.code, label: one.name }))}
      />
    </Field>
  )
}

function Lines({ asked, change }: Given) {
  const { t } = useTranslation()
  const known = new Map(
    useProductsOf([...new Set(asked.lines.map((line) => line.sku))]).map((one) => [one.sku, one]),
  )
  const set = (at: number, next: Partial<AskedLine> | null) =>
    change({
      ...asked,
      lines: asked.lines.flatMap((line, other) =>
        other !== at ? [line] : next ? [{ ...line, ...next }] : [],
      ),
    })
  return (
    <div className="field">
      {asked.lines.map((line, at) => {
        const product = known.get(line.sku)
        const name = product?.name || line.sku
        return (
          <div key={at} className="asked-line">
            <span className="asked-name">
              {name}
              <small className="quiet num"> {line.sku}</small>
            </span>
            <InputNumber<number>
              min={1}
              max={500}
              precision={0}
              aria-label={t('offer.pieces_of', { name })}
              suffix={t('offer.pieces')}
              value={line.quantity}
              onChange={(quantity) => quantity && set(at, { quantity })}
            />
            <YuanInput
              label={t('offer.list_of', { name })}
              placeholder={product?.price_fen ? String(product.price_fen / 100) : undefined}
              fen={line.listFen}
              change={(listFen) => set(at, { listFen })}
            />
            <Button
              type="text"
              size="small"
              aria-label={t('offer.take_away', { name })}
              onClick={() => set(at, null)}
            >
              ✕
            </Button>
          </div>
        )
      })}
      <ProductFinder
        label={t('offer.add_product')}
        add={(product) => change(withMore(asked, product.sku, 1))}
      />
      {asked.lines.length > 0 && <small className="quiet">{t('offer.list_hint')}</small>}
    </div>
  )
}
