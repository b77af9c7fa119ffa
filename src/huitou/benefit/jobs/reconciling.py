"""When the ledger is looked through."""

from huitou.base.db import Tx
from huitou.base.jobs import every
from huitou.benefit.actions import reconciling


@every(minutes=1)
def reconcile_new(tx: Tx) -> None:
    """What was posted lately."""
    reconciling.look_at_new(tx)


@every(hours=24)
def reconcile_all(tx: Tx) -> None:
    """Everything."""
    reconciling.look_at_all(tx)
