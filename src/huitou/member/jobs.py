"""When visits end, and who is no longer known."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.identity.types import CustomerForgotten
from huitou.member import actions


@every(minutes=60)
def tidy(tx: Tx) -> None:
    """Codes that were shown yesterday."""
    actions.tidy(tx)


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Merges and splits need nothing here: a visit asks who answers when it is used."""
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
