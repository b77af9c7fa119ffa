"""What was earned by plans, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.earnings import Earned, Earning

_NEW = {
    "asset": "text",
    "key": "text",
    "customer_id": "uuid",
    "position": "bigint",
    "order_id": "uuid",
    "amount": "bigint",
    "basis": "jsonb",
    "at": "timestamptz",
    "active_at": "timestamptz",
    "expires_at": "timestamptz",
}


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


def list_known(tx: ReadTx, asset: str, keys: Sequence[str]) -> set[str]:
    """Which of these have earned already."""
    return set(
        tx.column(
            "SELECT key FROM benefit.earned WHERE merchant_id = %(merchant)s"
            " AND asset = %(asset)s AND key = ANY(%(keys)s)",
            {"asset": asset, "keys": list(keys)},
        )
    )


def add_earnings(tx: Tx, earnings: Sequence[Earning], plan_version: int) -> None:
    """Keep what is not known yet."""
    if not earnings:
        return
    tx.load(
        "earning_new",
        _NEW,
        (
            (
                each.asset,
                each.key,
                each.customer_id,
                each.position,
                each.order_id,
                each.amount,
                each.basis,
                each.at,
                each.terms.active_at if each.terms else None,
                each.terms.expires_at if each.terms else None,
            )
            for each in earnings
        ),
    )
    tx.run(
        """
        INSERT INTO benefit.earned
            (merchant_id, asset, key, customer_id, position, order_id, amount, basis, at, active_at,
             expires_at, plan_version)
        SELECT %(merchant)s, n.asset, n.key, n.customer_id, n.position, n.order_id, n.amount, n.basis,
            n.at, n.active_at, n.expires_at, %(version)s
        FROM pg_temp.earning_new n ORDER BY n.key
        ON CONFLICT (merchant_id, asset, key) DO NOTHING
        """,
        {"version": plan_version},
    )


def lock_earned(tx: Tx, asset: str, keys: Sequence[str]) -> list[Earned]:
    """Held until the end of the transaction."""
    return tx.rows(
        Earned,
        """
        SELECT asset, key, customer_id, position, order_id, amount, basis, reversed, forgiven, at,
            active_at, expires_at, plan_version, moves, transaction_id
        FROM benefit.earned
        WHERE merchant_id = %(merchant)s AND asset = %(asset)s AND key = ANY(%(keys)s)
        ORDER BY key FOR UPDATE
        """,
        {"asset": asset, "keys": list(keys)},
    )


def list_of_orders(tx: ReadTx, asset: str, order_ids: Sequence[UUID]) -> list[Earned]:
    """What these orders earned."""
    return tx.rows(
        Earned,
        """
        SELECT asset, key, customer_id, position, order_id, amount, basis, reversed, forgiven, at,
            active_at, expires_at, plan_version, moves, transaction_id
        FROM benefit.earned
        WHERE merchant_id = %(merchant)s AND asset = %(asset)s AND order_id = ANY(%(ids)s)
        """,
        {"asset": asset, "ids": list(order_ids)},
    )


def set_earned(tx: Tx, changed: Sequence[Earned]) -> None:
    """Whose it is, what was taken back, and the transaction that gave it."""
    tx.load(
        "earning_changed",
        {
            "asset": "text",
            "key": "text",
            "customer_id": "uuid",
            "reversed": "bigint",
            "forgiven": "bigint",
            "moves": "int",
            "transaction_id": "uuid",
        },
        (
            (
                each.asset,
                each.key,
                each.customer_id,
                each.reversed,
                each.forgiven,
                each.moves,
                each.transaction_id,
            )
            for each in changed
        ),
    )
    tx.run(
        """
        UPDATE benefit.earned e
        SET customer_id = c.customer_id, reversed = c.reversed, forgiven = c.forgiven,
            moves = c.moves, transaction_id = c.transaction_id
        FROM pg_temp.earning_changed c
        WHERE e.merchant_id = %(merchant)s AND e.asset = c.asset AND e.key = c.key
        """
    )


def list_orders_without(tx: ReadTx, asset: str, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Orders of these customers (who answer for themselves) that earned nothing yet."""
    return tx.column(
        """
        SELECT p.id FROM "order".purchase p
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT FROM benefit.earned e
                          WHERE e.merchant_id = p.merchant_id AND e.asset = %(asset)s
                            AND e.order_id = p.id)
        ORDER BY p.id
        """,
        {"asset": asset, "ids": list(customer_ids)},
    )


def list_misplaced(tx: ReadTx, asset: str, customer_ids: Sequence[UUID]) -> list[Misplaced]:
    """Earnings of these customers whose events are another's by now: identity was split, or another
    rule applied."""
    return tx.rows(
        Misplaced,
        """
        SELECT e.key, r.customer_id AS to_id
        FROM benefit.earned e
        JOIN identity.resolved r ON r.merchant_id = e.merchant_id AND r.position = e.position
        WHERE e.merchant_id = %(merchant)s AND e.asset = %(asset)s AND e.customer_id = ANY(%(ids)s)
          AND r.customer_id <> e.customer_id
        ORDER BY e.key
        """,
        {"asset": asset, "ids": list(customer_ids)},
    )
