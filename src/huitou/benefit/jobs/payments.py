"""When payments follow their orders, holds and approvals end, and customers are forgotten."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.benefit.actions import adjustments, approvals, payments, settling, withdrawals
from huitou.identity.types import CustomerForgotten
from huitou.order.types import OrdersPaid, OrdersRefunded

APPROVED_HERE = (adjustments.ADJUST, withdrawals.WITHDRAWAL)
"""Kinds of approvals whose modules are imported, so that what lapses is let go."""


@listens(OrdersPaid)
def pay_orders(tx: Tx, notice: OrdersPaid) -> None:
    """What orders hold is taken once they are paid."""
    settling.settle_orders(tx, notice.order_ids)


@listens(OrdersRefunded)
def refund_payments(tx: Tx, notice: OrdersRefunded) -> None:
    """What orders were paid with comes back as far as they are refunded."""
    settling.settle_refunds(tx, notice.refund_ids)


@every(minutes=1)
def settle_payments(tx: Tx) -> None:
    """What nobody paid in time is free again; and whatever a notice went past is looked at once more."""
    settling.settle_due(tx)


@every(hours=1)
def lapse_approvals(tx: Tx) -> None:
    """What nobody decided in time is over."""
    approvals.lapse(tx)


@listens(CustomerForgotten)
def forget_payments(tx: Tx, notice: CustomerForgotten) -> None:
    """What is held for them is free, what waits is over, and no payment names them. (A merge or a split
    moves nothing: accounts stay with whom they were opened for.)"""
    customer_ids = [notice.customer_id, *notice.member_ids]
    payments.forget(tx, customer_ids)
    approvals.forget(tx, customer_ids)
