"""What this room reads in the log."""

from huitou.base.db import Tx
from huitou.base.jobs import stream
from huitou.benefit.actions import tiers


@stream("benefit")
def consume(tx: Tx, after: int, upto: int) -> None:
    """Events that earn."""
    tiers.take_events(tx, after, upto)
