"""Any balance opens to its lots and entries, any entry to its transaction; what is owed to customers."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.rules import ledger as rules
from huitou.benefit.store import explorer as store
from huitou.benefit.store import reconciliations
from huitou.benefit.types.explorer import (
    AssetLiability,
    Holding360,
    LegShown,
    Movement,
    NoTransaction,
    Soundness,
    TransactionRow,
    TransactionShown,
)
from huitou.benefit.types.ledger import LOTTED, Leg, OwnerKind
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.merchant import reads as merchants
from huitou.profile import reads as profile

_FAILURES_MAX = 20


def transactions(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    asset: str | None = None,
    kind: str | None = None,
    ref: tuple[str, str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TransactionShown]:
    """Transactions with all their legs, latest posted first; of a customer only if the asker may see
    them. `asset` without a customer is all of the merchant's. Refuses `NoSuchCustomer`."""
    limit = min(limit, PAGE_MAX)
    found = store.list_transactions(
        tx,
        accounts=_accounts(tx, customer_id, asset),
        kind=kind,
        ref=ref,
        since=since,
        until=until,
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    shown = found[:limit]
    following = encode_cursor(shown[-1].posted_at, shown[-1].id) if len(found) > limit else None
    return Page(_with_legs(tx, shown), following)


def get_transaction(tx: ReadTx, transaction_id: UUID) -> TransactionShown:
    """One transaction. Refuses `benefit.no_transaction`."""
    found = store.list_transactions(tx, ids=[transaction_id], count_max=1)
    if not found:
        raise NoTransaction()
    return _with_legs(tx, found)[0]


def holdings(tx: ReadTx, customer_id: UUID, at: datetime | None = None) -> list[Holding360]:
    """What a customer has of each asset with lots, now and at a moment. Refuses `NoSuchCustomer`."""
    root = profile.get_visible_root(tx, customer_id)
    owner: tuple[OwnerKind, UUID] = ("customer", root)
    return [
        Holding360(
            standing=ledger.standing(tx, root, asset),
            balance=ledger.balance(tx, owner, asset),
            lots=ledger.lots_of(tx, root, asset),
            usable_at=None if at is None else ledger.usable_at(tx, root, asset, at),
            balance_at=None if at is None else ledger.balance(tx, owner, asset, at),
        )
        for asset in sorted(LOTTED)
    ]


def liability(tx: ReadTx) -> list[AssetLiability]:
    """What is owed to customers, by asset and the month in which it ends."""
    months = store.sum_liability(tx, merchants.get_merchant(tx).zone)
    owed = store.sum_owed(tx)
    return [
        AssetLiability(
            asset,
            sum(each.amount for each in months if each.asset == asset),
            owed.get(asset, 0),
            [each for each in months if each.asset == asset],
        )
        for asset in sorted(LOTTED)
    ]


def movements(tx: ReadTx, asset: str, since: datetime, until: datetime) -> list[Movement]:
    """What customers got and lost in the span, by kind of transaction."""
    return store.sum_kinds(tx, asset, since, until)


def soundness(tx: ReadTx) -> Soundness:
    """The latest reconciliations, and those that found something."""
    continuous = reconciliations.list_latest(tx, kind="continuous", count_max=1)
    full = reconciliations.list_latest(tx, kind="full", count_max=1)
    return Soundness(
        continuous[0] if continuous else None,
        full[0] if full else None,
        reconciliations.list_latest(tx, is_broken=True, count_max=_FAILURES_MAX),
    )


def _accounts(tx: ReadTx, customer_id: UUID | None, asset: str | None) -> list[UUID] | None:
    if customer_id is None:
        if asset is None:
            return None
        return [rules.account_id(tx.merchant, Leg("merchant", tx.merchant, asset, 0))]
    root = profile.get_visible_root(tx, customer_id)
    members = [member.id for member in identities.members_of(tx, root)]
    assets = [asset] if asset else [*sorted(LOTTED), "growth"]
    return [
        rules.account_id(tx.merchant, Leg("customer", member, each, 0))
        for member in members
        for each in assets
    ]


def _with_legs(tx: ReadTx, rows: list[TransactionRow]) -> list[TransactionShown]:
    ids = [row.id for row in rows]
    legs: dict[UUID, list[LegShown]] = defaultdict(list)
    for leg in store.list_legs(tx, ids):
        legs[leg.transaction_id].append(leg.shown)
    back = store.list_reversals(tx, ids)
    return [
        TransactionShown(
            row.id,
            row.kind,
            row.ref_kind,
            row.ref_id,
            row.at,
            row.posted_at,
            row.reverses,
            back.get(row.id, []),
            row.detail,
            legs[row.id],
        )
        for row in rows
    ]
