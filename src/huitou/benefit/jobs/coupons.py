"""When coupons come back, end, and are forgotten."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.benefit.actions import handing, redeeming
from huitou.benefit.types.coupons import CouponsUsed
from huitou.identity.types import CustomerForgotten
from huitou.order.types import OrdersRefunded


@every(minutes=1)
def lapse_holds(tx: Tx) -> None:
    """Orders that held coupons and were neither paid nor given up."""
    handing.lapse(tx)


@every(minutes=1)
def expire_coupons(tx: Tx) -> None:
    """Coupons that are over; nobody waits for this, they end by themselves."""
    handing.expire(tx)


@listens(OrdersRefunded)
def return_coupons(tx: Tx, notice: OrdersRefunded) -> None:
    """Coupons of orders that were refunded in full."""
    redeeming.return_refunded(tx, refund_ids=notice.refund_ids)


@listens(CouponsUsed)
def return_late_coupons(tx: Tx, notice: CouponsUsed) -> None:
    """Coupons of orders that had been refunded before we heard of the coupons."""
    redeeming.return_refunded(tx, orders=notice.orders)


@listens(CustomerForgotten)
def forget_coupons(tx: Tx, notice: CustomerForgotten) -> None:
    """None is theirs any more. (A merge or a split moves nothing: a coupon stays with the customer it
    was given to, and reading goes over whoever was merged.)"""
    handing.forget(tx, [notice.customer_id, *notice.member_ids])
