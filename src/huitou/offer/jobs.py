"""Whom offers forget."""

from huitou.base.db import Tx
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten
from huitou.offer.actions import orders


@listens(CustomerForgotten)
def offers_forget(tx: Tx, notice: CustomerForgotten) -> None:
    """(A merge or a split moves nothing: what an order took stays with the customer it was placed for, and
    limits are counted over whoever was merged.)"""
    orders.forget(tx, [notice.customer_id, *notice.member_ids])
