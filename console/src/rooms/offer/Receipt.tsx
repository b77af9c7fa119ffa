import { Button, Tag } from 'antd'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useProductsOf } from '@/client/names'
import type { OfferOrder, Priced, PricedStep } from '@/client/types'
import { yuan } from '@/ui/format'
import './receipt.css'

type Bill = Pick<
  Priced | OfferOrder,
  'lines' | 'steps' | 'gifts' | 'list_fen' | 'payable_fen' | 'shipping_fen'
>

const kinds: PricedStep['kind'][] = ['price', 'piece', 'activity', 'coupon', 'shipping']

/** A priced cart as a till would print it: lines with what each pays by, then step by step to the sum. */
export function Receipt({
  bill,
  head,
  foot,
  turn,
}: {
  bill: Bill
  head: ReactNode
  foot?: ReactNode
  /** What can be wished of a step; a kept order has no wishes. */
  turn?: { pinned: string[]; wish: (id: string, wish: 'pinned' | 'refused' | null) => void }
}) {
  const { t } = useTranslation()
  const names = useNames(bill)
  const shippingOff = bill.steps.reduce((sum, step) => sum + step.shipping_off_fen, 0)
  const shipping = bill.shipping_fen + shippingOff
  const saved = bill.list_fen + shipping - bill.payable_fen
  const done = bill.steps.filter(
    (step) =>
      step.off_fen > 0 || step.shipping_off_fen > 0 || step.gifts.length > 0 || step.times > 0,
  )
  return (
    <article className="receipt" aria-label={t('offer.receipt')}>
      <header>{head}</header>
      <table className="receipt-lines">
        <tbody>
          {bill.lines.map((line) => (
            <Line key={line.line_no} line={line} steps={bill.steps} name={names.get(line.sku)} />
          ))}
          {bill.gifts.map((gift) => (
            <tr key={gift.sku} className="teal">
              <td>
                {t('offer.gift', { name: names.get(gift.sku) ?? gift.sku })}
                <small className="quiet"> × {gift.count ?? 1}</small>
              </td>
              <td className="num">{yuan(0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="receipt-sums">
        <Sum name={t('offer.sum_list')} fen={bill.list_fen} />
        {shipping > 0 && <Sum name={t('offer.sum_shipping')} fen={shipping} />}
      </dl>
      {done.length > 0 && (
        <ol className="receipt-steps">
          {kinds.flatMap((kind) =>
            done
              .filter((step) => step.kind === kind)
              .map((step) => <StepLine key={`${kind}-${step.id}`} step={step} turn={turn} />),
          )}
        </ol>
      )}
      <dl className="receipt-sums total">
        <dt>{t('offer.payable')}</dt>
        <dd className="num">{yuan(bill.payable_fen)}</dd>
        {saved > 0 && (
          <>
            <dt className="quiet">{t('offer.saved')}</dt>
            <dd className="num up">{yuan(saved)}</dd>
          </>
        )}
      </dl>
      {foot && <footer>{foot}</footer>}
    </article>
  )
}

function useNames(bill: Bill): Map<string, string> {
  const skus = useMemo(
    () => [...new Set([...bill.lines, ...bill.gifts].map((one) => one.sku))],
    [bill],
  )
  return new Map(useProductsOf(skus).map((one) => [one.sku, one.name || one.sku]))
}

function Sum({ name, fen }: { name: string; fen: number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="num">{yuan(fen)}</dd>
    </>
  )
}

function Line({
  line,
  steps,
  name,
}: {
  line: Bill['lines'][number]
  steps: PricedStep[]
  name: string | undefined
}) {
  const { t } = useTranslation()
  const off = steps.flatMap((step) => {
    const share = step.by_line.find((one) => one.line_no === line.line_no)?.off_fen ?? 0
    return share > 0 ? [{ key: `${step.kind}-${step.id}`, name: step.name, share }] : []
  })
  const isOneBreak = new Set(line.by_piece).size > 1
  return (
    <tr>
      <td>
        {name ?? line.sku}
        <small className="quiet num">
          {' '}
          {t('offer.times', { count: line.quantity, each: yuan(line.list_fen / line.quantity) })}
        </small>
        {off.map((one) => (
          <div key={one.key} className="receipt-off quiet">
            <span>{one.name}</span>
            <span className="num">−{yuan(one.share)}</span>
          </div>
        ))}
        {isOneBreak && (
          <div className="quiet receipt-pieces num" title={t('offer.by_piece_hint')}>
            {t('offer.by_piece', { each: line.by_piece.map((fen) => yuan(fen)).join(' + ') })}
          </div>
        )}
      </td>
      <td className="num">
        {line.paid_fen < line.list_fen && (
          <>
            <s className="quiet">{yuan(line.list_fen)}</s>
            <br />
          </>
        )}
        {yuan(line.paid_fen)}
      </td>
    </tr>
  )
}

function StepLine({
  step,
  turn,
}: {
  step: PricedStep
  turn?: { pinned: string[]; wish: (id: string, wish: 'pinned' | 'refused' | null) => void }
}) {
  const { t, i18n } = useTranslation()
  const isPinned = turn?.pinned.includes(step.id) ?? false
  const off = step.off_fen + step.shipping_off_fen
  return (
    <li>
      <span className="receipt-kind quiet">{t(`offer.step_${step.kind}`)}</span>
      <span>
        {i18n.language === 'en' ? step.en : step.zh}
        {isPinned && <Tag color="blue">{t('offer.is_pinned')}</Tag>}
        {turn && (
          <span className="receipt-turns">
            <Button type="link" size="small" onClick={() => turn.wish(step.id, 'refused')}>
              {t('offer.refuse')}
            </Button>
            <Button
              type="link"
              size="small"
              onClick={() => turn.wish(step.id, isPinned ? null : 'pinned')}
            >
              {t(isPinned ? 'offer.unpin' : 'offer.pin')}
            </Button>
          </span>
        )}
      </span>
      <span className="num">{off > 0 ? `−${yuan(off)}` : ''}</span>
    </li>
  )
}
