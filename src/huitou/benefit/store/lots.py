"""SQL of lots and holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.store import ledger
from huitou.benefit.types.ledger import Hold, Holding, Lot, Standing


@dataclass(frozen=True, slots=True)
class Held:
    hold_id: UUID
    is_new: bool
    is_same: bool


@dataclass(frozen=True, slots=True)
class StandingOf:
    customer_id: UUID
    asset: str
    available: int
    pending: int
    held: int
    owed: int
    next_expiry_at: datetime | None
    next_expiring: int

    @property
    def standing(self) -> Standing:
        return Standing(
            self.asset,
            self.available,
            self.pending,
            self.held,
            self.owed,
            self.next_expiry_at,
            self.next_expiring,
        )


def add_hold(tx: Tx, hold_id: UUID, holding: Holding, request_hash: bytes) -> Held:
    """Hold it; a known key answers with the first hold."""
    return ledger.asked(
        tx,
        Held,
        """
        SELECT hold_id, is_new, is_same FROM benefit.reserve(
            %(now)s, %(id)s, %(key)s, %(hash)s, %(owner)s, %(asset)s, %(amount)s, %(until)s,
            %(ref_kind)s, %(ref_id)s)
        """,
        {
            "id": hold_id,
            "key": holding.idempotency_key,
            "hash": request_hash,
            "owner": holding.customer_id,
            "asset": holding.asset,
            "amount": holding.amount,
            "until": holding.expires_at,
            "ref_kind": holding.ref_kind,
            "ref_id": holding.ref_id,
        },
    )[0]


def end_holds(tx: Tx, hold_ids: Sequence[UUID], outcome: Literal["voided", "expired"]) -> set[UUID]:
    """Let them go; returns those that were still open."""
    return set(
        tx.column(
            "SELECT * FROM benefit.release(%(now)s, %(outcome)s, %(ids)s::uuid[])",
            {"outcome": outcome, "ids": sorted(hold_ids)},
        )
    )


def find_holds(tx: ReadTx, hold_ids: Sequence[UUID]) -> list[Hold]:
    """Those of `hold_ids` that exist."""
    return tx.rows(
        Hold,
        """
        SELECT id, owner_id, asset, quantity, captured, state, ref_kind, ref_id, held_at,
            expires_at, resolved_at
        FROM benefit.hold WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(hold_ids)},
    )


def list_holds_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Hold]:
    """Open holds of these, the first to end first."""
    return tx.rows(
        Hold,
        """
        SELECT id, owner_id, asset, quantity, captured, state, ref_kind, ref_id, held_at,
            expires_at, resolved_at
        FROM benefit.hold
        WHERE merchant_id = %(merchant)s AND owner_id = ANY(%(ids)s::uuid[]) AND state = 'open'
        ORDER BY expires_at, id
        """,
        {"ids": list(customer_ids)},
    )


def list_overdue_holds(tx: ReadTx, limit: int) -> list[UUID]:
    """Open holds whose time is over."""
    return tx.column(
        """
        SELECT id FROM benefit.hold
        WHERE merchant_id = %(merchant)s AND state = 'open' AND expires_at <= %(now)s
        ORDER BY expires_at LIMIT %(limit)s
        """,
        {"limit": limit},
    )


def list_lots(tx: ReadTx, customer_ids: Sequence[UUID], asset: str) -> list[Lot]:
    """What is left of these customers' lots, soonest to expire first."""
    return tx.rows(
        Lot,
        """
        SELECT l.id, a.owner_id AS customer_id, l.asset, l.quantity, l.remaining, l.held,
            l.active_at, l.expires_at, l.transaction_id
        FROM benefit.account a
        JOIN benefit.lot l ON l.merchant_id = a.merchant_id AND l.account_id = a.id
        WHERE a.merchant_id = %(merchant)s AND a.owner_kind = 'customer'
            AND a.owner_id = ANY(%(ids)s::uuid[]) AND a.asset = %(asset)s AND l.remaining > 0
        ORDER BY l.expires_at, l.id
        """,
        {"ids": list(customer_ids), "asset": asset},
    )


def find_lots(tx: ReadTx, lot_ids: Sequence[UUID]) -> list[Lot]:
    """Lots by id, also empty ones."""
    return tx.rows(
        Lot,
        """
        SELECT l.id, a.owner_id AS customer_id, l.asset, l.quantity, l.remaining, l.held,
            l.active_at, l.expires_at, l.transaction_id
        FROM benefit.lot l
        JOIN benefit.account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
        WHERE l.merchant_id = %(merchant)s AND l.id = ANY(%(ids)s::uuid[])
        ORDER BY l.expires_at, l.id
        """,
        {"ids": list(lot_ids)},
    )


def list_lots_made(tx: ReadTx, transaction_ids: Sequence[UUID]) -> list[Lot]:
    """The lots that these transactions made."""
    return tx.rows(
        Lot,
        """
        SELECT l.id, a.owner_id AS customer_id, l.asset, l.quantity, l.remaining, l.held,
            l.active_at, l.expires_at, l.transaction_id
        FROM benefit.every_entry e
        JOIN benefit.lot l ON l.merchant_id = e.merchant_id AND l.id = e.lot_id
            AND l.transaction_id = e.transaction_id
        JOIN benefit.account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
        WHERE e.merchant_id = %(merchant)s AND e.transaction_id = ANY(%(ids)s::uuid[])
            AND e.amount > 0
        ORDER BY l.expires_at, l.id
        """,
        {"ids": list(transaction_ids)},
    )


def list_expired(tx: ReadTx, after: datetime, limit: int) -> list[Lot]:
    """Lots that ended in `(after, now]` and still have a free part, the earliest first."""
    return tx.rows(
        Lot,
        """
        SELECT l.id, a.owner_id AS customer_id, l.asset, l.quantity, l.remaining, l.held,
            l.active_at, l.expires_at, l.transaction_id
        FROM benefit.lot l
        JOIN benefit.account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
        WHERE l.merchant_id = %(merchant)s AND l.expires_at > %(after)s
            AND l.expires_at <= %(now)s AND l.expires_at < '9999-01-01+00'
            AND l.remaining > l.held
        ORDER BY l.expires_at, l.id LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )


def list_lots_of_holds(tx: ReadTx, hold_ids: Sequence[UUID]) -> list[UUID]:
    """The lots in which these holds hold something."""
    return tx.column(
        "SELECT DISTINCT lot_id FROM benefit.hold_lot WHERE merchant_id = %(merchant)s"
        " AND hold_id = ANY(%(ids)s::uuid[])",
        {"ids": list(hold_ids)},
    )


def list_merged(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """These customers and everybody who was merged with them, each once."""
    return tx.column(
        """
        SELECT DISTINCT m.id FROM identity.customer c
        JOIN identity.customer m ON m.merchant_id = c.merchant_id AND m.root_id = c.root_id
        WHERE c.merchant_id = %(merchant)s AND c.id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(customer_ids)},
    )


def lock_accounts(tx: Tx, account_ids: Sequence[UUID]) -> None:
    """Hold accounts until the end of the transaction, in the order of their ids."""
    tx.run("SELECT benefit.lock_accounts(%(ids)s::uuid[])", {"ids": list(account_ids)})


def list_standings(tx: ReadTx, customer_ids: Sequence[UUID], asset: str) -> list[StandingOf]:
    """What each of these customers, who answer for themselves, has; those without are left out."""
    params: dict[str, Any] = {"ids": list(customer_ids), "asset": asset}
    return tx.rows(
        StandingOf,
        """
        WITH own AS (
            SELECT coalesce(m.root_id, w.id) AS customer_id, a.id, a.owed
            FROM unnest(%(ids)s::uuid[]) AS w (id)
            LEFT JOIN identity.customer m ON m.merchant_id = %(merchant)s AND m.root_id = w.id
            JOIN benefit.account a ON a.merchant_id = %(merchant)s AND a.owner_kind = 'customer'
                AND a.owner_id = coalesce(m.id, w.id) AND a.asset = %(asset)s
        ), part AS (
            SELECT o.customer_id, l.expires_at, l.held,
                CASE WHEN l.active_at <= %(now)s THEN l.remaining - l.held ELSE 0 END AS free,
                CASE WHEN l.active_at > %(now)s THEN l.remaining - l.held ELSE 0 END AS pending
            FROM own o
            JOIN benefit.lot l ON l.merchant_id = %(merchant)s AND l.account_id = o.id
            WHERE l.expires_at > %(now)s AND l.remaining > 0
        ), soon AS (
            SELECT DISTINCT ON (customer_id) customer_id, expires_at, sum(free) AS free
            FROM part WHERE free > 0 AND expires_at < '9999-01-01+00'
            GROUP BY customer_id, expires_at ORDER BY customer_id, expires_at
        )
        SELECT o.customer_id, %(asset)s AS asset,
            (coalesce(p.free, 0) - o.owed)::bigint AS available,
            coalesce(p.pending, 0)::bigint AS pending, coalesce(p.held, 0)::bigint AS held,
            o.owed::bigint, s.expires_at AS next_expiry_at,
            coalesce(s.free, 0)::bigint AS next_expiring
        FROM (SELECT customer_id, sum(owed) AS owed FROM own GROUP BY customer_id) o
        LEFT JOIN (
            SELECT customer_id, sum(free) AS free, sum(pending) AS pending, sum(held) AS held
            FROM part GROUP BY customer_id
        ) p ON p.customer_id = o.customer_id
        LEFT JOIN soon s ON s.customer_id = o.customer_id
        """,
        params,
    )


def sum_usable(tx: ReadTx, account_ids: Sequence[UUID], at: datetime) -> int:
    """What was usable at `at` by the entries that counted by then, held parts included."""
    return int(
        tx.value(
            """
            SELECT sum(e.amount) FROM benefit.every_entry e
            LEFT JOIN benefit.lot l ON l.merchant_id = e.merchant_id AND l.id = e.lot_id
            WHERE e.merchant_id = %(merchant)s AND e.account_id = ANY(%(ids)s::uuid[])
                AND e.at <= %(at)s
                AND (l.id IS NULL OR (l.active_at <= %(at)s AND l.expires_at > %(at)s))
            """,
            {"ids": list(account_ids), "at": at},
        )
        or 0
    )
