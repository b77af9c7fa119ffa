"""What earned growth, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.rules.growth import Earning

_NEW = {
    "key": "text",
    "customer_id": "uuid",
    "position": "bigint",
    "order_id": "uuid",
    "amount": "bigint",
    "per_yuan": "int",
    "at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Earned:
    """An earning as kept; `amount - reversed` is what counts. `moves`: how often it changed hands."""

    key: str
    customer_id: UUID
    position: int
    order_id: UUID | None
    amount: int
    per_yuan: int
    reversed: int
    at: datetime
    plan_version: int
    moves: int
    transaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An earning whose event identity gives to `to_id` first by now."""

    key: str
    to_id: UUID


def list_first_given(tx: ReadTx, positions: Sequence[int]) -> dict[int, UUID]:
    """Position → the live customer its event was first given to."""
    rows = tx.rows(
        dict,
        """
        SELECT position, first_customer_id FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND position = ANY(%(positions)s) AND state = 'live'
        """,
        {"positions": list(positions)},
    )
    return {row["position"]: row["first_customer_id"] for row in rows}


def add_earnings(tx: Tx, earnings: Sequence[Earning], plan_version: int) -> None:
    """Keep what is not known yet."""
    tx.load("growth_new", _NEW, ([getattr(each, column) for column in _NEW] for each in earnings))
    tx.run(
        """
        INSERT INTO benefit.growth_earned
            (merchant_id, key, customer_id, position, order_id, amount, per_yuan, at, plan_version)
        SELECT %(merchant)s, n.key, n.customer_id, n.position, n.order_id, n.amount, n.per_yuan, n.at,
            %(version)s
        FROM pg_temp.growth_new n ORDER BY n.key
        ON CONFLICT (merchant_id, key) DO NOTHING
        """,
        {"version": plan_version},
    )


def lock_earned(tx: Tx, keys: Sequence[str]) -> list[Earned]:
    """Held until the end of the transaction."""
    return tx.rows(
        Earned,
        """
        SELECT key, customer_id, position, order_id, amount, per_yuan, reversed, at, plan_version,
            moves, transaction_id
        FROM benefit.growth_earned
        WHERE merchant_id = %(merchant)s AND key = ANY(%(keys)s) ORDER BY key FOR UPDATE
        """,
        {"keys": list(keys)},
    )


def set_earned(tx: Tx, changed: Sequence[Earned]) -> None:
    """Whose it is, what was taken back, and the transaction that gave it."""
    tx.load(
        "growth_changed",
        {
            "key": "text",
            "customer_id": "uuid",
            "reversed": "bigint",
            "moves": "int",
            "transaction_id": "uuid",
        },
        (
            (each.key, each.customer_id, each.reversed, each.moves, each.transaction_id)
            for each in changed
        ),
    )
    tx.run(
        """
        UPDATE benefit.growth_earned g
        SET customer_id = c.customer_id, reversed = c.reversed, moves = c.moves,
            transaction_id = c.transaction_id
        FROM pg_temp.growth_changed c
        WHERE g.merchant_id = %(merchant)s AND g.key = c.key
        """
    )


def list_orders_without(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Orders of these customers (who answer for themselves) that earned nothing yet."""
    return tx.column(
        """
        SELECT p.id FROM "order".purchase p
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT FROM benefit.growth_earned g
                          WHERE g.merchant_id = p.merchant_id AND g.order_id = p.id)
        ORDER BY p.id
        """,
        {"ids": list(customer_ids)},
    )


def list_misplaced(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Misplaced]:
    """Earnings of these customers whose events are another's by now: identity was split, or another
    rule applied."""
    return tx.rows(
        Misplaced,
        """
        SELECT g.key, r.customer_id AS to_id
        FROM benefit.growth_earned g
        JOIN identity.resolved r ON r.merchant_id = g.merchant_id AND r.position = g.position
        WHERE g.merchant_id = %(merchant)s AND g.customer_id = ANY(%(ids)s)
          AND r.customer_id <> g.customer_id
        ORDER BY g.key
        """,
        {"ids": list(customer_ids)},
    )
