"""The ledger's SQL. Everything is written by `benefit.post`, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from huitou.base.db import Query, ReadTx, Tx
from huitou.benefit.rules import ledger as rules
from huitou.benefit.types.ledger import BelowFloor, Entry, Leg, OverReversed, OwnerKind, Posting
from huitou.kernel.errors import Refusal

_REFUSALS: dict[str, type[Refusal]] = {"HT001": BelowFloor, "HT004": OverReversed}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A posting with its new id, its hash and the original it takes back."""

    id: UUID
    posting: Posting
    hash: bytes
    original_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Added:
    ordinal: int
    transaction_id: UUID
    is_new: bool
    is_same: bool


@dataclass(frozen=True, slots=True)
class Original:
    id: UUID
    kind: str
    ref_kind: str
    ref_id: str


@dataclass(frozen=True, slots=True)
class LegOf:
    """A leg in the history of `original_id`; `is_back` for those of its reversals."""

    original_id: UUID
    is_back: bool
    owner_kind: OwnerKind
    owner_id: UUID
    asset: str
    amount: int

    @property
    def leg(self) -> Leg:
        return Leg(self.owner_kind, self.owner_id, self.asset, self.amount)


def add_transactions(tx: Tx, prepared: Sequence[Prepared]) -> list[Added]:
    """Post all in one call; a known key answers with the first transaction."""
    legs = [
        (number, seq, leg)
        for number, item in enumerate(prepared, start=1)
        for seq, leg in enumerate(item.posting.legs, start=1)
    ]
    params: dict[str, Any] = {
        "ids": [item.id for item in prepared],
        "keys": [item.posting.idempotency_key for item in prepared],
        "hashes": [item.hash for item in prepared],
        "kinds": [item.posting.kind for item in prepared],
        "ref_kinds": [item.posting.ref_kind for item in prepared],
        "ref_ids": [item.posting.ref_id for item in prepared],
        "ats": [item.posting.at for item in prepared],
        "originals": [item.original_id for item in prepared],
        "details": [Jsonb(item.posting.detail) for item in prepared],
        "overdraws": [item.posting.may_overdraw for item in prepared],
        "leg_postings": [number for number, _, _ in legs],
        "leg_seqs": [seq for _, seq, _ in legs],
        "leg_accounts": [rules.account_id(tx.merchant, leg) for _, _, leg in legs],
        "leg_owner_kinds": [leg.owner_kind for _, _, leg in legs],
        "leg_owners": [leg.owner_id for _, _, leg in legs],
        "leg_assets": [leg.asset for _, _, leg in legs],
        "leg_floors": [rules.floor_of(leg) for _, _, leg in legs],
        "leg_amounts": [leg.amount for _, _, leg in legs],
    }
    try:
        return tx.rows(
            Added,
            """
            SELECT ordinal, transaction_id, is_new, is_same FROM benefit.post(
                %(now)s, %(ids)s::uuid[], %(keys)s::text[], %(hashes)s::bytea[],
                %(kinds)s::text[], %(ref_kinds)s::text[], %(ref_ids)s::text[],
                %(ats)s::timestamptz[], %(originals)s::uuid[], %(details)s::jsonb[],
                %(overdraws)s::boolean[], %(leg_postings)s::int[], %(leg_seqs)s::int[],
                %(leg_accounts)s::uuid[], %(leg_owner_kinds)s::text[], %(leg_owners)s::uuid[],
                %(leg_assets)s::text[], %(leg_floors)s::bigint[], %(leg_amounts)s::bigint[])
            """,
            params,
        )
    except psycopg.DatabaseError as error:
        refusal = _REFUSALS.get(error.sqlstate or "")
        if refusal is None:
            raise
        raise refusal() from error


def lock_originals(tx: Tx, ids: Sequence[UUID]) -> None:
    """Hold them until the end of the transaction, in the order of their ids."""
    tx.run("SELECT benefit.hold(%(ids)s::uuid[])", {"ids": list(ids)})


def list_originals(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, Original]:
    """Those of `ids` that are transactions."""
    found = tx.rows(
        Original,
        """
        SELECT id, kind, ref_kind, ref_id FROM benefit.transaction
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(ids)},
    )
    return {original.id: original for original in found}


def list_legs(tx: ReadTx, ids: Sequence[UUID]) -> list[LegOf]:
    """All legs of these originals and of their reversals."""
    return tx.rows(
        LegOf,
        """
        WITH told AS (
            SELECT id, id AS original_id, false AS is_back FROM benefit.transaction
            WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
            UNION ALL
            SELECT id, reverses, true FROM benefit.transaction
            WHERE merchant_id = %(merchant)s AND reverses = ANY(%(ids)s::uuid[])
        )
        SELECT t.original_id, t.is_back, a.owner_kind, a.owner_id, e.asset, e.amount
        FROM told t
        JOIN benefit.entry e ON e.merchant_id = %(merchant)s AND e.transaction_id = t.id
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        ORDER BY t.id, e.seq
        """,
        {"ids": list(ids)},
    )


def find_posted(tx: ReadTx, keys: Sequence[str]) -> dict[str, tuple[UUID, bytes]]:
    """The transaction and the body's hash of those keys that were used."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT idempotency_key, id, request_hash FROM benefit.transaction
        WHERE merchant_id = %(merchant)s AND idempotency_key = ANY(%(keys)s::text[])
        """,
        {"keys": list(keys)},
    )
    return {row["idempotency_key"]: (row["id"], row["request_hash"]) for row in found}


def list_entries(
    tx: ReadTx, accounts: Sequence[UUID], before: tuple[datetime, UUID] | None, limit: int
) -> list[Entry]:
    """These accounts' latest entries first, those older than `before`."""
    at, transaction_id = before or (None, None)
    return tx.rows(
        Entry,
        """
        SELECT e.transaction_id, e.seq, e.asset, e.amount, e.at,
            t.kind, t.ref_kind, t.ref_id, t.reverses, t.detail
        FROM benefit.entry e
        JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
        WHERE e.merchant_id = %(merchant)s AND e.account_id = ANY(%(accounts)s::uuid[])
            AND (%(at)s::timestamptz IS NULL
                OR (e.at, e.transaction_id) < (%(at)s::timestamptz, %(transaction)s::uuid))
        ORDER BY e.at DESC, e.transaction_id DESC, e.seq
        LIMIT %(limit)s
        """,
        {"accounts": list(accounts), "at": at, "transaction": transaction_id, "limit": limit},
    )


def sum_balances(tx: ReadTx, account_ids: Sequence[UUID]) -> int:
    """What accounts with a kept balance come to."""
    return int(
        tx.value(
            """
            SELECT sum(balance) FROM benefit.account
            WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
            """,
            {"ids": list(account_ids)},
        )
        or 0
    )


def sum_entries(tx: ReadTx, account_ids: Sequence[UUID], at: datetime | None) -> int:
    """What the entries that counted by `at` come to; None is all of them."""
    return int(
        tx.value(
            """
            SELECT sum(amount) FROM benefit.entry
            WHERE merchant_id = %(merchant)s AND account_id = ANY(%(ids)s::uuid[])
                AND (%(at)s::timestamptz IS NULL OR at <= %(at)s::timestamptz)
            """,
            {"ids": list(account_ids), "at": at},
        )
        or 0
    )


def list_staff_balances(tx: ReadTx, staff_ids: Sequence[UUID], asset: str) -> dict[UUID, int]:
    """Staff → kept balance; those without an account are left out."""
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


def list_assets(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[str]:
    """The assets these customers have accounts of."""
    return tx.column(
        "SELECT DISTINCT asset FROM benefit.account WHERE merchant_id = %(merchant)s"
        " AND owner_kind = 'customer' AND owner_id = ANY(%(ids)s::uuid[]) ORDER BY asset",
        {"ids": list(customer_ids)},
    )


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


def list_violations(tx: ReadTx) -> dict[str, list[UUID]]:
    """Invariant → what breaks it; all empty in a sound ledger."""
    return {name: tx.column(query) for name, query in _INVARIANTS.items()}
