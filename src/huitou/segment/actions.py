"""What changes segments and their members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant
from huitou.segment import reads, store
from huitou.segment.rules import compile as compiler
from huitou.segment.rules import live, parse
from huitou.segment.types.answers import Segment, Stored
from huitou.segment.types.refusals import InUse, NameTaken, NoSegment, VersionConflict
from huitou.segment.types.rule import Context, InSegment

STREAM = "segment"
_CUSTOMERS_MAX = 2_000


def add_segment(tx: Tx, name: str, rule: dict[str, Any], language: str = "zh") -> Segment:
    """Save a rule under a name; its members are found at once.

    Refuses: NameTaken and whatever `reads.read_rule` refuses.
    """
    tx.lock(STREAM)
    if store.is_name_taken(tx, name, None):
        raise NameTaken(name=name)
    segment_id = new_id()
    reads.read_rule(tx, rule, segment_id)
    store.add_segment(tx, segment_id, name, rule)
    refresh(tx, segment_id)
    merchants.audit(tx, "segment.added", f"segment:{segment_id}")
    return reads.get_segment(tx, segment_id, language)


def change_segment(
    tx: Tx, segment_id: UUID, *, name: str, rule: dict[str, Any], version: int, language: str = "zh"
) -> Segment:
    """Another name or rule; `version` is the one the change was made on.

    Refuses: NoSegment, VersionConflict, NameTaken and whatever `reads.read_rule` refuses.
    """
    tx.lock(STREAM)
    _locked(tx, segment_id, version)
    if store.is_name_taken(tx, name, segment_id):
        raise NameTaken(name=name)
    reads.read_rule(tx, rule, segment_id)
    store.set_segment(tx, segment_id, name, rule)
    refresh(tx, segment_id)
    merchants.audit(tx, "segment.changed", f"segment:{segment_id}", version=version + 1)
    return reads.get_segment(tx, segment_id, language)


def delete_segment(tx: Tx, segment_id: UUID, version: int | None = None) -> None:
    """Take a segment out of use. Refuses: NoSegment, VersionConflict, InUse."""
    tx.lock(STREAM)
    _locked(tx, segment_id, version)
    for other in store.list_active(tx):
        leaves = (at.leaf for at in parse.leaves(parse.parse(other.rule)))
        if any(isinstance(leaf, InSegment) and leaf.id == segment_id for leaf in leaves):
            raise InUse(name=other.name)
    store.archive_segment(tx, segment_id)
    merchants.audit(tx, "segment.deleted", f"segment:{segment_id}")


def refresh(tx: Tx, segment_id: UUID) -> tuple[int, int]:
    """Let members enter and leave by the rule of now, among all customers.

    Returns how many entered and left. A segment that is gone has nothing to refresh.
    """
    stored = store.lock_segment(tx, segment_id)
    if stored is None:
        return 0, 0
    tree, context = reads.resolve(tx, stored.rule, segment_id)
    compiled = compiler.refresh(tree, context, segment_id)
    return store.refresh(tx, segment_id, compiled)


def refresh_all(tx: Tx) -> None:
    """Every active segment over everybody."""
    tx.lock(STREAM)
    for stored in store.list_active(tx):
        refresh(tx, stored.id)


def judge(tx: Tx, ids: Sequence[UUID]) -> tuple[int, int]:
    """Look again at a few customers, for all active segments together.

    Returns how many entered and left.
    """
    tx.lock(STREAM)
    rules = {stored.id: parse.parse(stored.rule) for stored in store.list_active(tx)}
    context = Context(merchant.get_merchant(tx).zone, tx.now, rules)
    entered, left = 0, 0
    for start in range(0, len(ids), _CUSTOMERS_MAX):
        for compiled in live.refresh(rules, context, ids[start : start + _CUSTOMERS_MAX]):
            moved = store.refresh_live(tx, compiled)
            entered, left = entered + moved[0], left + moved[1]
    return entered, left


def consume(tx: Tx, after: int, upto: int) -> None:
    """Look again at the customers whom the log's positions (after, upto] touch."""
    judge(tx, store.list_touched(tx, after, upto))


def look_again(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After merges and splits: these customers and those who answer for them now."""
    now = identity.canonical(tx, customer_ids)
    judge(tx, sorted({*customer_ids, *now.values()}))


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nothing about these customers stays here."""
    tx.lock(STREAM)
    store.delete_customers(tx, customer_ids)


def _locked(tx: Tx, segment_id: UUID, version: int | None) -> Stored:
    stored = store.lock_segment(tx, segment_id)
    if stored is None:
        raise NoSegment()
    if version is not None and stored.version != version:
        raise VersionConflict()
    return stored
