"""When messages are looked after, and what reach hears."""

from datetime import timedelta

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.merchant import reads as merchants
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import asking
from huitou.reach.store import callbacks as calls
from huitou.reach.store import messages


@stream("reach")
def consume(tx: Tx, after: int, upto: int) -> None:
    actions.consume(tx, after, upto)


@every(hours=24)
def retire(tx: Tx) -> None:
    """Texts older than the merchant keeps them are erased."""
    days = int(merchants.setting(tx, "reach.retention_days"))
    messages.retire_bodies(tx, tx.now - timedelta(days=days))


@every(hours=24)
def forget_calls(tx: Tx) -> None:
    """Counts of providers' calls are kept for 30 days."""
    calls.remove_old(tx, tx.now - timedelta(days=30))


@every(seconds=2)
def poll(tx: Tx) -> None:
    asking.poll(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    actions.move_customers(tx, [customer for pair in notice.pairs for customer in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    actions.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
