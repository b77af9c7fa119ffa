"""When orders are paid, come back or are given up, and whom offers forget."""

from functools import partial
from time import monotonic
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Effect, every, job
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten
from huitou.offer.actions import checks, orders
from huitou.offer.actions.checks import Block, Worked
from huitou.order import reads as purchases
from huitou.order.types import OrdersPaid, OrdersRefunded


@listens(OrdersPaid)
def offers_orders_paid(tx: Tx, notice: OrdersPaid) -> None:
    orders.take_paid(tx, notice.order_ids)


@listens(OrdersRefunded)
def offers_orders_refunded(tx: Tx, notice: OrdersRefunded) -> None:
    refunds = purchases.refunds(tx, notice.refund_ids)
    orders.take_returned(tx, list({refund.order_id for refund in refunds}))


@every(hours=1)
def lapse_offer_orders(tx: Tx) -> None:
    """Orders that were neither paid nor cancelled."""
    if orders.lapse(tx):
        tx.defer(lapse_more_offer_orders, key="due")


@job
def lapse_more_offer_orders(tx: Tx) -> None:
    """The next block of them."""
    if orders.lapse(tx):
        tx.defer(lapse_more_offer_orders, key="due")


@listens(CustomerForgotten)
def offers_forget(tx: Tx, notice: CustomerForgotten) -> None:
    """(A merge or a split moves nothing: what an order took stays with the customer it was placed for, and
    limits are counted over whoever was merged.)"""
    orders.forget(tx, [notice.customer_id, *notice.member_ids])


@job(kind="effect")
def check_offer() -> Effect[Block, Worked]:
    """The next block of a check: nothing waits for it while it is worked out."""
    return Effect(_claim, partial(checks.work_out, clock=monotonic), _settle)


def _claim(tx: Tx, check: str) -> Block | None:
    return checks.claim(tx, UUID(check))


def _settle(tx: Tx, block: Block, worked: Worked) -> None:
    if checks.settle(tx, block, worked):
        tx.defer(check_offer, check=str(block.check.id))
