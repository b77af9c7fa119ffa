"""What this room reads in the log."""

from huitou.base.db import Tx
from huitou.base.jobs import stream
from huitou.benefit.actions import points, tiers


@stream("benefit")
def consume(tx: Tx, after: int, upto: int) -> None:
    """Events that earn."""
    tiers.take_events(tx, after, upto)
    points.take_events(tx, after, upto)
