"""When opportunities are looked for, won and moved."""

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.opportunity import actions
from huitou.order.types import TotalsMoved


@stream("opportunity")
def consume(tx: Tx, after: int, upto: int) -> None:
    actions.consume(tx, after, upto)


@every(hours=6)
def refresh(tx: Tx) -> None:
    actions.refresh(tx)


@every(minutes=2)
def refresh_if_grown(tx: Tx) -> None:
    actions.refresh_if_grown(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    actions.move_customers(tx, [id_ for pair in notice.pairs for id_ in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    actions.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(TotalsMoved)
def totals_moved(tx: Tx, notice: TotalsMoved) -> None:
    actions.refresh_customers(tx, notice.customer_ids)


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
