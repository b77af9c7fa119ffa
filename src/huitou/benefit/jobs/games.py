"""When orders give plays, and whom games forget."""

from huitou.base.db import Tx
from huitou.base.notices import listens
from huitou.benefit.actions import check_ins, plays
from huitou.identity.types import CustomerForgotten
from huitou.order import reads as orders
from huitou.order.types import OrdersPaid, OrdersRefunded


@listens(OrdersPaid)
def plays_of_orders_paid(tx: Tx, notice: OrdersPaid) -> None:
    plays.take_orders(tx, notice.order_ids)


@listens(OrdersRefunded)
def plays_of_orders_refunded(tx: Tx, notice: OrdersRefunded) -> None:
    found = orders.refunds(tx, notice.refund_ids)
    plays.take_orders(tx, sorted({refund.order_id for refund in found}))


@listens(CustomerForgotten)
def games_forget(tx: Tx, notice: CustomerForgotten) -> None:
    """(A merge or a split moves nothing: plays and streaks are read over whoever was merged.)"""
    check_ins.forget(tx, [notice.customer_id, *notice.member_ids])
