"""When commissions are given, taken back, settled and moved."""

from huitou.attribution.types import CreditsReduced, OrdersCredited
from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.commission import actions
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit


@listens(OrdersCredited)
def orders_credited(tx: Tx, notice: OrdersCredited) -> None:
    actions.settle_credits(tx, notice.credit_ids)


@listens(CreditsReduced)
def credits_reduced(tx: Tx, notice: CreditsReduced) -> None:
    actions.settle_credits(tx, notice.credit_ids)


@every(hours=1)
def settle_due(tx: Tx) -> None:
    actions.settle_due(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    actions.move_customers(tx, [loser for _, loser in notice.pairs])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    actions.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
