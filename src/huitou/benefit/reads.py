"""What the ledger says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import Query, ReadTx
from huitou.benefit import rules, store
from huitou.benefit.types import Broken, Entry, Leg, OwnerKind
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_cursor, encode_cursor

_INVARIANTS: dict[str, Query] = {
    "sums_to_zero": """
        SELECT transaction_id FROM benefit.entry WHERE merchant_id = %(merchant)s
        GROUP BY transaction_id, asset HAVING sum(amount) <> 0
        """,
    "has_entries": """
        SELECT t.id FROM benefit.transaction t
        WHERE t.merchant_id = %(merchant)s AND NOT EXISTS (
            SELECT FROM benefit.entry e
            WHERE e.merchant_id = t.merchant_id AND e.transaction_id = t.id)
        """,
    "balance_is_its_entries": """
        SELECT a.id FROM benefit.account a
        LEFT JOIN benefit.entry e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.merchant_id = %(merchant)s AND a.balance IS NOT NULL
        GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(e.amount), 0)
        """,
    "asset_of_account": """
        SELECT e.transaction_id FROM benefit.entry e
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        WHERE e.merchant_id = %(merchant)s AND a.asset <> e.asset
        """,
    "reversed_within_original": """
        SELECT DISTINCT original_id
        FROM (
            SELECT e.reverses AS original_id, e.account_id, e.asset, e.amount AS back, 0 AS given
            FROM benefit.entry e WHERE e.merchant_id = %(merchant)s AND e.reverses IS NOT NULL
            UNION ALL
            SELECT e.transaction_id, e.account_id, e.asset, 0, e.amount
            FROM benefit.entry e WHERE e.merchant_id = %(merchant)s
        ) moved
        GROUP BY original_id, account_id, asset
        HAVING benefit.is_over_reversed(sum(given), sum(back))
        """,
    "entry_repeats_its_transaction": """
        SELECT DISTINCT t.id FROM benefit.transaction t
        JOIN benefit.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
        WHERE t.merchant_id = %(merchant)s
            AND (e.at, e.reverses) IS DISTINCT FROM (t.at, t.reverses)
        """,
}


def balance(
    tx: ReadTx,
    owner: tuple[OwnerKind, UUID],
    asset: str,
    at: datetime | None = None,
) -> int:
    """What `owner` has; with `at`, what the entries that counted by then come to.

    A customer has also what those have who were merged into them. Accounts that never moved have 0.
    The merchant's own accounts are always summed from entries.
    """
    accounts = _accounts(tx, owner, asset)
    if at is None and owner[0] != "merchant":
        kept = tx.value(
            """
            SELECT sum(balance) FROM benefit.account
            WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
            """,
            {"ids": accounts},
        )
        return int(kept or 0)
    summed = tx.value(
        """
        SELECT sum(amount) FROM benefit.entry
        WHERE merchant_id = %(merchant)s AND account_id = ANY(%(ids)s::uuid[])
            AND (%(at)s::timestamptz IS NULL OR at <= %(at)s::timestamptz)
        """,
        {"ids": accounts, "at": at},
    )
    return int(summed or 0)


def balances(tx: ReadTx, staff_ids: Sequence[UUID], asset: str) -> dict[UUID, int]:
    """The balances of many members of staff; those without an account are left out."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT owner_id, balance FROM benefit.account
        WHERE merchant_id = %(merchant)s AND owner_kind = 'staff' AND asset = %(asset)s
            AND owner_id = ANY(%(ids)s::uuid[]) AND balance IS NOT NULL
        """,
        {"ids": list(staff_ids), "asset": asset},
    )
    return {row["owner_id"]: row["balance"] for row in found}


def entries(
    tx: ReadTx,
    owner: tuple[OwnerKind, UUID],
    asset: str,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """The statement of an account, latest first."""
    limit = min(limit, PAGE_MAX)
    before = None
    if cursor is not None:
        at, transaction_id = decode_cursor(cursor, 2)
        before = (datetime.fromisoformat(at), UUID(transaction_id))
    found = store.list_entries(tx, _accounts(tx, owner, asset), before, limit + 1)
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1]
    return Page(found[:limit], encode_cursor(last.at.isoformat(), last.transaction_id))


def check(tx: ReadTx) -> list[Broken]:
    """The invariants that do not hold now; an empty list is a sound ledger."""
    broken = []
    for name, query in _INVARIANTS.items():
        ids = tx.column(query)
        if ids:
            broken.append(Broken(name, len(ids), tuple(ids[:10])))
    return broken


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Everything the ledger keeps about a customer, as plain values."""
    assets = tx.column(
        "SELECT DISTINCT asset FROM benefit.account WHERE merchant_id = %(merchant)s"
        " AND owner_kind = 'customer' AND owner_id = ANY(%(ids)s::uuid[]) ORDER BY asset",
        {"ids": _members(tx, customer_id)},
    )
    return [
        {"asset": asset, "balance": balance(tx, ("customer", customer_id), asset)}
        for asset in assets
    ]


def _accounts(tx: ReadTx, owner: tuple[OwnerKind, UUID], asset: str) -> list[UUID]:
    kind, owner_id = owner
    owners = _members(tx, owner_id) if kind == "customer" else [owner_id]
    return [rules.account_id(tx.merchant, Leg(kind, each, asset, 0)) for each in owners]


def _members(tx: ReadTx, customer_id: UUID) -> list[UUID]:
    # An account stays with whom it was opened for, so a merge moves nothing and can be taken back.
    members = {member.id for member in identities.members_of(tx, customer_id)}
    return sorted(members | {customer_id})
