"""When members enter and leave: with events, with time, with merges."""

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.order.types import TotalsMoved
from huitou.segment import actions


@stream(actions.STREAM, batch=2_000)
def consume(tx: Tx, after: int, upto: int) -> None:
    """Members among the customers the events touch."""
    actions.consume(tx, after, upto)


@every(minutes=10)
def refresh(tx: Tx) -> None:
    """Time alone moves members, too: windows pass, scores and profiles change."""
    actions.refresh_all(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    """Losers leave, winners may enter."""
    actions.look_again(tx, [customer for pair in notice.pairs for customer in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    """Both are judged on their own."""
    actions.look_again(tx, [notice.customer_id, notice.other_id])


@listens(TotalsMoved)
def totals_moved(tx: Tx, notice: TotalsMoved) -> None:
    """Purchases went from one customer to another, or to other categories."""
    actions.look_again(tx, notice.customer_ids)


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """No member, no history."""
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
