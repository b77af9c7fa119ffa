"""Looking whether everything that must hold of the ledger holds."""

from datetime import timedelta

from huitou.base.db import Tx
from huitou.benefit.reads import ledger
from huitou.benefit.store import checks, reconciliations, watermarks
from huitou.benefit.types.explorer import Reconciled
from huitou.benefit.types.ledger import Broken
from huitou.kernel.ids import new_id

_MARK = "reconciled"
_SETTLED = timedelta(minutes=2)
"""Whoever began to post so long ago has committed."""
_BEGINNING = timedelta(hours=1)


def look_at_new(tx: Tx) -> Reconciled | None:
    """What was posted since the last time, and the accounts it moved."""
    upto = tx.now - _SETTLED
    after = watermarks.find(tx, _MARK) or upto - _BEGINNING
    if after >= upto:
        return None
    transactions, accounts = reconciliations.list_touched(tx, after, upto)
    found = checks.list_violations_of(tx, transactions, accounts) if transactions else {}
    broken = [Broken(name, len(ids), tuple(ids[:10])) for name, ids in found.items() if ids]
    done = Reconciled(new_id(), "continuous", tx.now, upto, len(transactions), broken)
    reconciliations.add(tx, done)
    watermarks.set_at(tx, _MARK, upto)
    return done


def look_at_all(tx: Tx) -> Reconciled:
    """Everything that was ever posted."""
    count = reconciliations.count_transactions(tx)
    done = Reconciled(new_id(), "full", tx.now, tx.now, count, ledger.check(tx))
    reconciliations.add(tx, done)
    return done
