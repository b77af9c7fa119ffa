"""How fast channels' accounts may be called."""

from huitou.base.db import Tx
from huitou.reach.rules.pacing import Pace


def lock_pace(tx: Tx, carrier: str) -> Pace:
    """Held until the commit."""
    tx.run(
        """
        INSERT INTO reach.pace (merchant_id, carrier, next_at, later_at)
        VALUES (%(merchant)s, %(carrier)s, %(now)s, %(now)s) ON CONFLICT DO NOTHING
        """,
        {"carrier": carrier},
    )
    found = tx.row(
        Pace,
        "SELECT next_at, later_at FROM reach.pace"
        " WHERE merchant_id = %(merchant)s AND carrier = %(carrier)s FOR UPDATE",
        {"carrier": carrier},
    )
    assert found is not None
    return found


def set_pace(tx: Tx, carrier: str, pace: Pace) -> None:
    tx.run(
        "UPDATE reach.pace SET next_at = %(next_at)s, later_at = %(later_at)s"
        " WHERE merchant_id = %(merchant)s AND carrier = %(carrier)s",
        {"carrier": carrier, "next_at": pace.next_at, "later_at": pace.later_at},
    )
