"""What became of tests."""

from uuid import UUID

from huitou.base.db import ReadTx
from huitou.reach.store import messages as store
from huitou.reach.store import records
from huitou.reach.types.messages import NoMessage


def state_of_test(tx: ReadTx, test_id: UUID) -> tuple[str, str | None]:
    """The state of a test message or of a card to staff, and the code of its failure. Refuses `NoMessage`."""
    note = records.find_note(tx, test_id)
    if note is not None:
        return note["state"], note["failure"]
    for message in store.find_messages(tx, [test_id]):
        if message.is_test:
            return message.state, message.failure
    raise NoMessage()
