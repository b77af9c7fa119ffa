"""Links follow their customers."""

from huitou.base.db import Tx
from huitou.base.notices import listens
from huitou.content import actions
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    actions.move_customers(tx, [customer for pair in notice.pairs for customer in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    actions.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
