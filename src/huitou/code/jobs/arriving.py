"""Codes read the log: who came by them."""

from huitou.base.db import Tx
from huitou.base.jobs import stream
from huitou.code import actions


@stream("code")
def arrive(tx: Tx, after: int, upto: int) -> None:
    """Friends of the events at `(after, upto]`."""
    actions.take_arrivals(tx, after, upto)
