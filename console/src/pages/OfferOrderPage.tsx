import { FindOrder } from '@/rooms/offer/FindOrder'
import { OrderReceipt } from '@/rooms/offer/OrderReceipt'
import { usePlace } from '@/shell/router'

/** What an order cost and how that came about; the address names its unit and number, or they are asked for. */
export default function OfferOrderPage() {
  const { query } = usePlace()
  const [unit, orderNo] = [query.get('unit'), query.get('no')]
  if (!unit || !orderNo) return <FindOrder />
  return <OrderReceipt unit={unit} orderNo={orderNo} />
}
