"""Where one way to tell somebody something fails, the next is taken."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.base.notices import listens
from huitou.reach.actions import notifications as actions
from huitou.reach.store import notifications as store
from huitou.reach.types.messages import MessagesFailed


@listens(MessagesFailed)
def messages_failed(tx: Tx, notice: MessagesFailed) -> None:
    actions.take_next(tx, notice.message_ids)


@every(hours=24)
def retire_ways(tx: Tx) -> None:
    """What it is too late to say is not kept."""
    store.retire(tx, tx.now)
