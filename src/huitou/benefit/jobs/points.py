"""When points are earned, taken back, moved and ended."""

from huitou.base.db import Tx
from huitou.base.jobs import every, job
from huitou.base.notices import listens
from huitou.benefit.actions import lots, points, traits
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.order import reads as orders
from huitou.order.types import OrdersPaid, OrdersRefunded, TotalsMoved


@listens(OrdersPaid)
def points_orders_paid(tx: Tx, notice: OrdersPaid) -> None:
    points.take_orders(tx, notice.order_ids)


@listens(OrdersRefunded)
def points_orders_refunded(tx: Tx, notice: OrdersRefunded) -> None:
    found = orders.refunds(tx, notice.refund_ids)
    points.take_orders(tx, sorted({refund.order_id for refund in found}))


@listens(TotalsMoved)
def points_totals_moved(tx: Tx, notice: TotalsMoved) -> None:
    points.follow_customers(tx, notice.customer_ids)


@listens(CustomersMerged)
def points_customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    points.follow_customers(tx, [id_ for pair in notice.pairs for id_ in pair])


@listens(CustomersSplit)
def points_customers_split(tx: Tx, notice: CustomersSplit) -> None:
    points.follow_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def points_customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Their gifts are nobody's; the books stay, by ids that name nobody."""
    lots.forfeit(tx, [notice.customer_id, *notice.member_ids])


@every(minutes=1)
def end_holds(tx: Tx) -> None:
    """What was frozen and neither paid nor given up."""
    lots.expire_holds(tx)


@every(minutes=1)
def publish_assets(tx: Tx) -> None:
    """What customers have, for segments to ask for; also of whom time alone made it another."""
    traits.publish_changed(tx)


@every(minutes=5)
def end_lots(tx: Tx) -> None:
    """Points and gifts that are over; nobody waits for this, they end by themselves. What does not fit
    into a block follows at once."""
    if lots.expire_lots(tx) == lots.EXPIRED_AT_ONCE:
        tx.defer(end_more_lots, key="lots")


@job
def end_more_lots(tx: Tx) -> None:
    """The next block of those that are over."""
    if lots.expire_lots(tx) == lots.EXPIRED_AT_ONCE:
        tx.defer(end_more_lots, key="lots")
