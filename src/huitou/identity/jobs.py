"""Identity reads the log first of all rooms."""

from huitou.base.db import Tx
from huitou.base.jobs import stream
from huitou.identity import actions


@stream("identity")
def resolve(tx: Tx, after: int, upto: int) -> None:
    """Customers of the events at `(after, upto]`."""
    actions.resolve(tx, after, upto)
