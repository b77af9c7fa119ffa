"""What goes on by itself after an emergency stop, and what is asked back under one."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import every, job
from huitou.base.queueing import Wanted
from huitou.reach.jobs import asking, sending
from huitou.reach.store import stops as store

_BATCH = 500
_RELEASED_MAX = 2_000


@job
def recall(tx: Tx, stop_id: str, after: str) -> None:
    """Ask back what associates have not confirmed, so many at once, until the stop is lifted or nothing is left."""
    found = store.find_stop(tx, UUID(stop_id))
    if found is None or found.lifted_at is not None:
        return
    message_ids = store.list_unconfirmed(tx, found, UUID(after), _BATCH)
    wanted = [Wanted({"message_id": str(id)}, str(id)) for id in message_ids]
    tx.defer_all(asking.take_back, wanted)
    if message_ids:
        tx.defer(recall, stop_id=stop_id, after=str(message_ids[-1]))


@every(seconds=2)
def release(tx: Tx) -> None:
    """What waited for a stop that is lifted goes on; it looks for other stops itself."""
    released = store.take_released(tx, _RELEASED_MAX)
    sending.queue(tx, [(message_id, channel, None) for message_id, channel in released])
