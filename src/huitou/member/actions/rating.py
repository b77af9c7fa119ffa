"""A customer rates their bill."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.member import store
from huitou.member.reads import bills
from huitou.member.rules import ratings
from huitou.member.types import Bill, NoBill, RatingClosed
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.profile import reads as profiles


def rate(
    tx: Tx,
    customer_id: UUID,
    order_id: UUID,
    *,
    rating: int,
    service_rating: int | None = None,
    reasons: Sequence[str] = (),
) -> Bill:
    """Rate a bill of one's own, or change one's mind, for `RATE_DAYS`; each change is an event.

    The service rated is that of the customer's own associate, as the page shows. Refuses NoBill,
    RatingClosed, BadRating.
    """
    chosen = ratings.checked(rating, service_rating, reasons)
    order = orders.find_order_of(tx, customer_id, order_id)
    if order is None:
        raise NoBill()
    if not ratings.may_rate(order.paid_at, tx.now):
        raise RatingClosed(days=ratings.RATE_DAYS)
    staff_id = profiles.owners(tx, [customer_id]).get(customer_id) if service_rating else None
    change = store.set_rating(
        tx,
        order_id,
        rating=rating,
        service_rating=service_rating,
        reasons=chosen,
        staff_id=staff_id,
    )
    if change is not None:
        said: dict[str, object] = {"order_no": order.order_no, "rating": rating}
        if service_rating is not None:
            said["service_rating"] = service_rating
        if chosen:
            said["reasons"] = chosen
        if staff_id is not None:
            said["staff"] = merchants.get_staff(tx, staff_id).code
        id = f"order.reviewed:{order_id}:{change}"
        events.record(
            tx, [Recorded(id, "order.reviewed", customer_id, tx.now, said, order.unit_id)]
        )
    return bills.get_bill(tx, customer_id, order_id)
