import { OrderReceipt } from '@/rooms/offer/OrderReceipt'
import { usePlace } from '@/shell/router'

/** What an order cost and how that came about; the address names its unit and number. */
export default function OfferOrderPage() {
  const { query } = usePlace()
  return <OrderReceipt unit={query.get('unit') ?? ''} orderNo={query.get('no') ?? ''} />
}
