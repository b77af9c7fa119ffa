import { useTranslation } from 'react-i18next'
import { OrderReceipt } from '@/rooms/offer/OrderReceipt'
import { usePlace } from '@/shell/router'
import { Nothing } from '@/ui/page'

/** What an order cost and how that came about; the address names its unit and number. */
export default function OfferOrderPage() {
  const { t } = useTranslation()
  const { query } = usePlace()
  const [unit, orderNo] = [query.get('unit'), query.get('no')]
  if (!unit || !orderNo) return <Nothing title={t('shell.nowhere')} />
  return <OrderReceipt unit={unit} orderNo={orderNo} />
}
