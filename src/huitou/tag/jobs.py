"""When findings are made and rule tags follow."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.tag import actions


@every(hours=24)
def find(tx: Tx) -> None:
    """What purchases suggest, once a day."""
    actions.find(tx)


@every(minutes=1)
def follow(tx: Tx) -> None:
    """Rule tags go with the members of their segments."""
    actions.follow_all(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    """The purchases of both are somebody else's habits."""
    actions.renew(tx, [each for pair in notice.pairs for each in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    """Each has habits of their own."""
    actions.renew(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Nothing about the customer stays."""
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
