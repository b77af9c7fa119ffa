"""What the ledger says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import Query, ReadTx
from huitou.benefit import rules, store
from huitou.benefit.types import Broken, Entry, Leg, OwnerKind
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
        SELECT DISTINCT original_id FROM benefit.over_reversed WHERE merchant_id = %(merchant)s
        """,
}


def balance(
    tx: ReadTx,
    owner: tuple[OwnerKind, UUID],
    asset: str,
    at: datetime | None = None,
) -> int:
    """What `owner` has; with `at`, what the entries that counted by then come to.

    Accounts that never moved have 0. The merchant's own accounts are always summed from entries.
    """
    account = rules.account_id(tx.merchant, Leg(*owner, asset, 0))
    if at is None and owner[0] != "merchant":
        kept = tx.value(
            "SELECT balance FROM benefit.account WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": account},
        )
        return int(kept or 0)
    summed = tx.value(
        """
        SELECT sum(amount) FROM benefit.entry
        WHERE merchant_id = %(merchant)s AND account_id = %(id)s
            AND (%(at)s::timestamptz IS NULL OR at <= %(at)s::timestamptz)
        """,
        {"id": account, "at": at},
    )
    return int(summed or 0)


def balances(
    tx: ReadTx, owner_kind: OwnerKind, owner_ids: Sequence[UUID], asset: str
) -> dict[UUID, int]:
    """The balances of many owners at once; those without an account are left out."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT owner_id, balance FROM benefit.account
        WHERE merchant_id = %(merchant)s AND owner_kind = %(kind)s AND asset = %(asset)s
            AND owner_id = ANY(%(ids)s::uuid[]) AND balance IS NOT NULL
        """,
        {"kind": owner_kind, "ids": list(owner_ids), "asset": asset},
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
    account = rules.account_id(tx.merchant, Leg(*owner, asset, 0))
    found = store.list_entries(tx, account, before, limit + 1)
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
