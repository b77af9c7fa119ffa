"""What customers have arrives as traits, so that segments can ask for it: `points` and `stored_fen` that
can be used now, `points_expiring` of them within the setting `benefit.remind_days`."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.reads import ledger
from huitou.benefit.store import changed as store
from huitou.benefit.store import watermarks
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.profile import actions as profiles
from huitou.segment.types.vocabulary import WrittenTrait, publish_trait

_MARK = "traits"
_SETTLED = timedelta(minutes=2)
"""Whoever began to post so long ago has committed: that long is looked at again."""
_AT_ONCE = 1_000
SOURCE = "benefit"

publish_trait("points", WrittenTrait("可用积分", "Points", type="number"))
publish_trait(
    "points_expiring", WrittenTrait("即将到期的积分", "Points about to end", type="number")
)
publish_trait("stored_fen", WrittenTrait("储值余额", "Stored value", type="money"))


def publish_changed(tx: Tx) -> int:
    """Publish of everybody whose assets may have changed since the last time; returns how many."""
    upto = tx.now
    after = (watermarks.find(tx, _MARK) or upto) - _SETTLED
    ids = store.list_changed(tx, after, upto, _horizon(tx))
    for start in range(0, len(ids), _AT_ONCE):
        publish(tx, ids[start : start + _AT_ONCE])
    watermarks.set_at(tx, _MARK, upto)
    return len(ids)


def publish(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Publish of these customers (≤ 1,000) and whoever answers for them."""
    roots = store.list_concerned(tx, sorted(set(identities.canonical(tx, customer_ids).values())))
    if not roots:
        return
    points = ledger.standings(tx, roots, POINTS)
    principal = ledger.standings(tx, roots, PRINCIPAL)
    bonus = ledger.standings(tx, roots, BONUS)
    expiring = store.sum_expiring(tx, roots, POINTS, _horizon(tx))
    profiles.set_traits(
        tx,
        [
            trait
            for root in roots
            for trait in (
                (root, "points", points[root].available),
                (root, "points_expiring", min(expiring.get(root, 0), points[root].available)),
                (root, "stored_fen", principal[root].available + bonus[root].available),
            )
        ],
        source=SOURCE,
    )


def _horizon(tx: Tx) -> int:
    days: int = merchants.setting(tx, "benefit.remind_days", None)
    return days
