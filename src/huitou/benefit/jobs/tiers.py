"""When growth is earned and tiers are decided anew."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import every, job
from huitou.base.notices import listens
from huitou.benefit.actions import privileges, tier_plans, tiers
from huitou.benefit.types.tiers import TiersChanged
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.order import reads as orders
from huitou.order.types import OrdersPaid, OrdersRefunded, TotalsMoved


@listens(OrdersPaid)
def tier_orders_paid(tx: Tx, notice: OrdersPaid) -> None:
    tiers.take_orders(tx, notice.order_ids)


@listens(OrdersRefunded)
def tier_orders_refunded(tx: Tx, notice: OrdersRefunded) -> None:
    found = orders.refunds(tx, notice.refund_ids)
    tiers.take_orders(tx, sorted({refund.order_id for refund in found}))


@listens(TotalsMoved)
def tier_totals_moved(tx: Tx, notice: TotalsMoved) -> None:
    tiers.follow_customers(tx, notice.customer_ids)


@listens(CustomersMerged)
def tier_customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    tiers.follow_customers(tx, [id_ for pair in notice.pairs for id_ in pair])


@listens(CustomersSplit)
def tier_customers_split(tx: Tx, notice: CustomersSplit) -> None:
    tiers.follow_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def tier_customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    tiers.forget(tx, [notice.customer_id, *notice.member_ids])


@every(minutes=1)
def tiers_due(tx: Tx) -> None:
    """Windows slide, validities end. What does not fit into a block follows at once."""
    if tiers.evaluate_due(tx) == tiers.AT_ONCE:
        tx.defer(more_tiers_due, key="due")


@job
def more_tiers_due(tx: Tx) -> None:
    """The next block of those that are due."""
    if tiers.evaluate_due(tx) == tiers.AT_ONCE:
        tx.defer(more_tiers_due, key="due")


@job
def tier_run(tx: Tx, run: str) -> None:
    """The next block of a preview or an application."""
    if tier_plans.go_on(tx, UUID(run)):
        tx.defer(tier_run, run=run)


@listens(TiersChanged)
def tier_gifts_on_upgrade(tx: Tx, notice: TiersChanged) -> None:
    """A plan that moves everybody gives nobody a gift."""
    if not notice.by_plan:
        privileges.give_on_upgrade(tx, notice.customer_ids)


@every(hours=1)
def tier_gifts(tx: Tx) -> None:
    """Gifts of the month, and of the month of birth."""
    if privileges.give_due(tx):
        tx.defer(more_tier_gifts, key="due")


@job
def more_tier_gifts(tx: Tx) -> None:
    """The next block of them."""
    if privileges.give_due(tx):
        tx.defer(more_tier_gifts, key="due")
