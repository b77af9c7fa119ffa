"""The ledger's SQL. Everything is written by functions of the database, one call each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg

from huitou.base.arrays import literal
from huitou.base.db import Database, Query, ReadTx, Row, Tx
from huitou.benefit.rules import ledger as rules
from huitou.benefit.types.ledger import (
    FOREVER,
    BelowFloor,
    Entry,
    HoldEnded,
    Leg,
    OverCaptured,
    OverReversed,
    OwnerKind,
    Posting,
    Terms,
)
from huitou.kernel.errors import Refusal
from huitou.kernel.ids import new_id, new_ids
from huitou.kernel.time import rfc3339

_REFUSALS: dict[str, type[Refusal]] = {
    "HT001": BelowFloor,
    "HT004": OverReversed,
    "HT006": HoldEnded,
    "HT007": OverCaptured,
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A posting with its new id, its hash and the original it takes back."""

    id: UUID
    posting: Posting
    hash: bytes
    original_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Added:
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
    lot_id: UUID | None

    @property
    def leg(self) -> Leg:
        return Leg(self.owner_kind, self.owner_id, self.asset, self.amount, lot_id=self.lot_id)


def add_transactions(tx: Tx, prepared: Sequence[Prepared]) -> list[Added]:
    """Post all in one call; a known key answers with its first transaction."""
    if len(prepared) == 1 and is_plain_move(prepared[0]):
        return [_move(tx, prepared[0])]
    legs: list[tuple[int, Leg, rules.Mode, UUID | None]] = []
    for number, item in enumerate(prepared, start=1):
        of_posting = item.posting.legs
        if is_plain_move(item) and of_posting[1].owner_id == tx.merchant:
            leg, contra = of_posting
            legs.append((number, leg, rules.mode_of(leg), rules.account_id(tx.merchant, contra)))
        else:
            legs.extend((number, leg, rules.mode_of(leg), None) for leg in of_posting)
    terms = [_terms_of(prepared[number - 1].posting, leg, mode) for number, leg, mode, _ in legs]
    lots = iter(new_ids(sum(mode == "give" for _, _, mode, _ in legs)))
    lists: list[Sequence[Any]] = [
        [item.id for item in prepared],
        [item.posting.idempotency_key for item in prepared],
        [item.hash for item in prepared],
        [item.posting.kind for item in prepared],
        [item.posting.ref_kind for item in prepared],
        [item.posting.ref_id for item in prepared],
        [item.posting.at for item in prepared],
        [item.original_id for item in prepared],
        [item.posting.detail for item in prepared],
        [item.posting.may_overdraw for item in prepared],
        [number for number, _, _, _ in legs],
        [mode for _, _, mode, _ in legs],
        [rules.account_id(tx.merchant, leg) for _, leg, _, _ in legs],
        [leg.owner_kind for _, leg, _, _ in legs],
        [leg.owner_id for _, leg, _, _ in legs],
        [leg.asset for _, leg, _, _ in legs],
        [rules.floor_of(leg) for _, leg, _, _ in legs],
        [leg.amount for _, leg, _, _ in legs],
        [
            next(lots) if mode == "give" else leg.lot_id and leg.lot_id.hex
            for _, leg, mode, _ in legs
        ],
        [each.active_at if each else None for each in terms],
        [each.expires_at if each else None for each in terms],
        [leg.hold_id for _, leg, _, _ in legs],
        [contra for _, _, _, contra in legs],
    ]
    added = [Added(item.id, is_new=True, is_same=True) for item in prepared]
    with refusing():
        known = tx.call(_POST, [rfc3339(tx.now), *map(_list, lists)])
    for ordinal, transaction_id, is_same in known:
        assert ordinal is not None
        added[int(ordinal) - 1] = Added(UUID(transaction_id), is_new=False, is_same=is_same == "t")
    return added


def _list(values: Sequence[Any]) -> str | None:
    """A list in which nothing is given is not given: beside others it is filled up with NULL."""
    return literal(values) if any(value is not None for value in values) else None


def is_plain_move(item: Prepared) -> bool:
    """Is it one customer's lots against the merchant?"""
    legs = item.posting.legs
    return (
        len(legs) == 2
        and rules.mode_of(legs[0]) in ("give", "take")
        and legs[1].owner_kind == "merchant"
        and legs[0].asset == legs[1].asset
        and legs[0].amount == -legs[1].amount != 0
        and not item.posting.may_overdraw
        and item.original_id is None
    )


def add_alone(database: Database, merchant: UUID, item: Prepared) -> Added:
    """Post one plain move in a transaction of its own, committed when it answers."""
    assert is_plain_move(item), "a movement between one customer's lots and the merchant"
    with refusing():
        return _moved(item, database.alone(_MOVE, _values_of(merchant, database.clock(), item)))


def _move(tx: Tx, item: Prepared) -> Added:
    with refusing():
        return _moved(item, tx.call(_MOVE, _values_of(tx.merchant, tx.now, item)))


def _moved(item: Prepared, answer: list[list[str | None]]) -> Added:
    [[known]] = answer
    if known is None:
        return Added(item.id, is_new=False, is_same=False)
    if known == str(item.id):
        return Added(item.id, is_new=True, is_same=True)
    return Added(UUID(known), is_new=False, is_same=True)


def _values_of(merchant: UUID, now: datetime, item: Prepared) -> list[str | None]:
    posting, (leg, contra) = item.posting, item.posting.legs
    terms = leg.terms
    at = rfc3339(posting.at)
    return [
        merchant.hex,
        rfc3339(now),
        item.id.hex,
        posting.idempotency_key,
        "\\x" + item.hash.hex(),
        posting.kind,
        posting.ref_kind,
        posting.ref_id,
        at,
        msgspec.json.encode(posting.detail).decode() if posting.detail else "{}",
        rules.account_id(merchant, leg).hex,
        leg.owner_id.hex,
        leg.asset,
        str(leg.amount),
        rules.account_id(merchant, contra).hex,
        contra.owner_id.hex,
        new_id().hex if leg.amount > 0 else None,
        rfc3339(terms.active_at) if terms else at,
        rfc3339(terms.expires_at) if terms else _FOREVER,
    ]


_FOREVER = rfc3339(FOREVER)

_MOVE: LiteralString = """
    SELECT benefit.move(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    """

# In the order of the function's parameters.
_POST: LiteralString = """
    SELECT ordinal, transaction_id, is_same FROM benefit.post(
        $1, $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
        $9::uuid[], $10::jsonb[], $11::boolean[], $12::int[], $13::text[], $14::uuid[], $15::text[],
        $16::uuid[], $17::text[], $18::bigint[], $19::bigint[], $20::uuid[], $21::timestamptz[],
        $22::timestamptz[], $23::uuid[], $24::uuid[])
    """


def _terms_of(posting: Posting, leg: Leg, mode: rules.Mode) -> Terms | None:
    return (leg.terms or Terms(posting.at)) if mode == "give" else None


def asked(tx: Tx, cls: type[Row], query: Query, params: dict[str, Any]) -> list[Row]:
    """Ask a function of the ledger. Refuses what it raises."""
    with refusing():
        return tx.rows(cls, query, params)


class refusing:
    """What a function of the ledger raises is refused."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, psycopg.DatabaseError):
            refusal = _REFUSALS.get(error.sqlstate or "")
            if refusal is not None:
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
        SELECT t.original_id, t.is_back, a.owner_kind, a.owner_id, e.asset, e.amount, e.lot_id
        FROM benefit.every_entry e
        JOIN told t ON t.id = e.transaction_id
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        WHERE e.merchant_id = %(merchant)s AND e.transaction_id = ANY(ARRAY(SELECT id FROM told))
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
            t.kind, t.ref_kind, t.ref_id, t.reverses, t.detail, e.lot_id
        FROM benefit.every_entry e
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
            SELECT sum(amount) FROM benefit.every_entry
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
