"""Profile reads the log after identity, and follows merges, splits and forgetting."""

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.profile import actions


@stream("profile")
def learn(tx: Tx, after: int, upto: int) -> None:
    """Facts of the events at `(after, upto]`."""
    actions.learn(tx, after, upto)


@every(hours=6)
def drop_awaited(tx: Tx) -> None:
    """Personal values that wait for nobody end."""
    actions.drop_awaited(tx)


@listens(CustomersMerged)
def follow_merge(tx: Tx, notice: CustomersMerged) -> None:
    """Winners are derived anew, from everybody's facts."""
    actions.derive(tx, [winner for winner, _ in notice.pairs])


@listens(CustomersSplit)
def follow_split(tx: Tx, notice: CustomersSplit) -> None:
    """Both sides are derived anew, each from its own facts."""
    actions.regather(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def follow_forgetting(tx: Tx, notice: CustomerForgotten) -> None:
    """Nothing about the customer stays."""
    actions.forget(tx, notice.member_ids)
