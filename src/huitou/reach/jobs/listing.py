"""Suppression lists are taken in part by part, each in a transaction of its own."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.reach.actions import lists


@job
def take_in(tx: Tx, list_id: str) -> None:
    """The next part; then the one after it, until nothing is left."""
    if lists.take_part(tx, UUID(list_id)):
        tx.defer(take_in, list_id=list_id)
