"""Verbs of the member page: rate a bill, be recognised."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.member import reads, store
from huitou.member.rules import codes, ratings
from huitou.member.types import BadCode, Bill, CodeUsed, NoBill, RatingClosed, Visit
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.profile import reads as profiles

VISIT_KEPT = timedelta(days=1)


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
    return reads.get_bill(tx, customer_id, order_id)


def recognise(tx: Tx, code: str, *, unit_id: UUID | None) -> Visit:
    """Who shows this member code. A code is one counter's: it begins a visit, during which this
    principal may serve the customer, in their book or not; the same principal may ask again.

    Refuses BadCode, CodeUsed.
    """
    wanted = codes.normal(code)
    ordinal = codes.ordinal_in(wanted, codes.step_of(tx.now), tx.keys.blind)
    found = identities.find_by_ordinal(tx, ordinal) if ordinal is not None else None
    if found is None:
        raise BadCode()
    root = identities.get_root(tx, found.id)
    if root.state != "live":
        raise BadCode()
    code_hash = tx.keys.blind(f"member.used|{wanted}")
    store.add_visit(tx, Visit(new_id(), root.id, tx.principal, unit_id, tx.now), code_hash)
    visit = store.find_visit_of_code(tx, code_hash)
    assert visit is not None, "it was added, or stood there"
    if visit.principal != tx.principal:
        raise CodeUsed()
    return visit


def tidy(tx: Tx) -> int:
    """Visits of yesterday go."""
    return store.remove_visits(tx, tx.now - VISIT_KEPT)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No visit of a forgotten customer is kept."""
    store.remove_visits_of(tx, customer_ids)
