"""When orders are judged, again judged, and moved."""

from huitou.attribution import actions
from huitou.base.db import Tx
from huitou.base.jobs import stream
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.reach.types.messages import MessagesDelivered, MessagesOpened


@stream(actions.STREAM)
def consume(tx: Tx, after: int, upto: int) -> None:
    actions.consume(tx, after, upto)


@listens(MessagesDelivered)
def messages_delivered(tx: Tx, notice: MessagesDelivered) -> None:
    actions.messages_delivered(tx, notice.message_ids)


@listens(MessagesOpened)
def messages_opened(tx: Tx, notice: MessagesOpened) -> None:
    actions.messages_opened(tx, notice.message_ids)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    actions.customers_merged(tx, notice.pairs)


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    actions.customers_split(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
