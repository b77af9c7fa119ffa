"""Holding, capturing and letting go; the end of lots."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.rules import ledger as rules
from huitou.benefit.store import lots as store
from huitou.benefit.store import watermarks
from huitou.benefit.types.ledger import (
    LOTTED,
    PRINCIPAL,
    Hold,
    Holding,
    Leg,
    NoHold,
    OtherBody,
    Posted,
    Posting,
)
from huitou.kernel.ids import new_id

_EXPIRY = "expiry"
EXPIRED_AT_ONCE = 5_000
_HOLDS_AT_ONCE = 1_000


def lock(tx: Tx, customer_ids: Sequence[UUID], assets: Iterable[str]) -> None:
    """Wait once for all that customers have of several assets: whoever moves them one after another
    would meet who moves them in one call."""
    accounts = [
        rules.account_id(tx.merchant, Leg("customer", member, asset, 0))
        for member in store.list_merged(tx, customer_ids)
        for asset in assets
    ]
    store.lock_accounts(tx, sorted(accounts))


def hold(tx: Tx, holding: Holding) -> Hold:
    """Keep a part of what a customer can use; a known key answers with its first hold.

    Refuses `benefit.bad_amount`, `benefit.below_floor`, `benefit.other_body`.
    """
    rules.checked_amount(holding.amount)
    held = store.add_hold(tx, new_id(), holding, rules.holding_hash(holding))
    if not held.is_same:
        raise OtherBody(key=holding.idempotency_key)
    return store.find_holds(tx, [held.hold_id])[0]


def capture(
    tx: Tx,
    hold_id: UUID,
    *,
    kind: str,
    amount: int | None = None,
    at: datetime | None = None,
    detail: dict[str, Any] | None = None,
) -> Posted:
    """Take what is held, or `amount` of it: the rest is free again. Once: the same request again
    answers with the first transaction.

    Refuses `benefit.no_hold`, `benefit.hold_ended`, `benefit.over_captured`, `benefit.other_body`.
    """
    found = store.find_holds(tx, [hold_id])
    if not found:
        raise NoHold()
    held = found[0]
    taken = rules.checked_amount(held.quantity if amount is None else amount)
    posting = capturing(tx, held, taken, kind=kind, at=at, detail=detail)
    posted = ledger.post(tx, [posting])[0]
    if posted.is_new and taken < held.quantity:
        _expire_of_holds(tx, [hold_id])
    return posted


def capturing(
    tx: Tx,
    held: Hold,
    amount: int,
    *,
    kind: str,
    at: datetime | None = None,
    detail: dict[str, Any] | None = None,
) -> Posting:
    """The posting that takes `amount` of what is held, for who posts it together with others."""
    return Posting(
        f"capture:{held.id}",
        kind,
        held.ref_kind,
        held.ref_id,
        held.held_at if at is None else at,
        (
            Leg("customer", held.owner_id, held.asset, -amount, hold_id=held.id),
            Leg("merchant", tx.merchant, held.asset, amount),
        ),
        detail or {},
    )


def void(tx: Tx, hold_ids: Sequence[UUID]) -> set[UUID]:
    """Let holds go; returns those that were open. What expired meanwhile expires now."""
    ended = store.end_holds(tx, hold_ids, "voided")
    _expire_of_holds(tx, ended)
    return ended


def expire_holds(tx: Tx) -> int:
    """Let go whatever was neither captured nor voided in time; returns how many."""
    ended = store.end_holds(tx, store.list_overdue_holds(tx, _HOLDS_AT_ONCE), "expired")
    _expire_of_holds(tx, ended)
    return len(ended)


def expire_lots(tx: Tx) -> int:
    """Post the end of lots that have expired since the last time; returns how many."""
    after = watermarks.find(tx, _EXPIRY) or datetime(1, 1, 1, tzinfo=UTC)
    due = store.list_expired(tx, after, EXPIRED_AT_ONCE)
    ledger.expire(tx, [lot.id for lot in due])
    if len(due) < EXPIRED_AT_ONCE:
        watermarks.set_at(tx, _EXPIRY, tx.now)
    return len(due)


def forfeit(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nobody can use any more what these very customers have in points and gifts; what they paid in
    (principal) stays owed to them."""
    voided = [held.id for held in store.list_holds_of(tx, customer_ids) if held.asset != PRINCIPAL]
    store.end_holds(tx, voided, "voided")
    for asset in sorted(LOTTED - {PRINCIPAL}):
        accounts = [
            rules.account_id(tx.merchant, Leg("customer", each, asset, 0)) for each in customer_ids
        ]
        store.lock_accounts(tx, sorted(accounts))
        ledger.post(
            tx,
            [
                Posting(
                    f"forfeit:{lot.id}:{new_id()}",
                    "forfeit",
                    "lot",
                    str(lot.id),
                    tx.now,
                    (
                        Leg("customer", lot.customer_id, asset, -lot.remaining, lot_id=lot.id),
                        Leg("merchant", tx.merchant, asset, lot.remaining),
                    ),
                )
                for lot in store.list_lots(tx, customer_ids, asset)
            ],
        )


def _expire_of_holds(tx: Tx, hold_ids: Iterable[UUID]) -> None:
    lots = store.find_lots(tx, store.list_lots_of_holds(tx, list(hold_ids)))
    ledger.expire(tx, [lot.id for lot in lots if lot.expires_at <= tx.now])
