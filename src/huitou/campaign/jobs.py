"""When campaigns go on by themselves."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.campaign.actions import advancing, estimating, listing, publishing, scheduling
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.reach.types.mailings import MailingReserved
from huitou.reach.types.messages import MessagesDelivered, MessagesFailed, MessagesOpened


@every(minutes=1)
def go_on(tx: Tx) -> None:
    advancing.keep(tx)


@every(minutes=1)
def start_due(tx: Tx) -> None:
    scheduling.start_due(tx)


@every(minutes=1)
def resume_estimates(tx: Tx) -> None:
    estimating.resume(tx)


@every(minutes=1)
def resume_publishing(tx: Tx) -> None:
    publishing.resume_publishing(tx)


@every(hours=24)
def drop_list_errors(tx: Tx) -> None:
    listing.drop_errors(tx)


@listens(MessagesDelivered)
def messages_delivered(tx: Tx, notice: MessagesDelivered) -> None:
    advancing.take_news(tx, notice.message_ids)


@listens(MessagesOpened)
def messages_opened(tx: Tx, notice: MessagesOpened) -> None:
    advancing.take_news(tx, notice.message_ids)


@listens(MessagesFailed)
def messages_failed(tx: Tx, notice: MessagesFailed) -> None:
    advancing.take_news(tx, notice.message_ids)


@listens(MailingReserved)
def mailing_reserved(tx: Tx, notice: MailingReserved) -> None:
    publishing.take_mailing(tx, notice.mailing_id)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    publishing.move_customers(tx, [id_ for pair in notice.pairs for id_ in pair])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    publishing.move_customers(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    publishing.forget(tx, [notice.customer_id, *notice.member_ids])
    listing.forget(tx, [notice.customer_id, *notice.member_ids])
