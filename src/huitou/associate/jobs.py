"""When tasks change by themselves."""

from huitou.associate.actions import managing, tasks
from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.reach.types.messages import MessagesDelivered, MessagesFailed


@stream("associate")
def consume(tx: Tx, after: int, upto: int) -> None:
    tasks.close_bought(tx, after, upto)


@every(minutes=5)
def expire(tx: Tx) -> None:
    tasks.expire(tx)


@every(hours=6)
def add_default_goals(tx: Tx) -> None:
    managing.add_default_goals(tx)


@listens(MessagesDelivered)
def messages_delivered(tx: Tx, notice: MessagesDelivered) -> None:
    tasks.mark_delivered(tx, notice.message_ids)


@listens(MessagesFailed)
def messages_failed(tx: Tx, notice: MessagesFailed) -> None:
    tasks.mark_failed(tx, notice.message_ids)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    tasks.move_customers(tx, [id_ for pair in notice.pairs for id_ in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    tasks.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    tasks.forget(tx, [notice.customer_id, *notice.member_ids])
