"""Customers by ordinal: who they are, and about whom the columnar copy does not know enough."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx


def list_changed(tx: ReadTx, taken: str | None) -> list[int]:
    """The ordinals of those about whom anything changed that a decision asks for, since the snapshot; without one
    since the copy was written."""
    return tx.column(
        """
        WITH waiting AS MATERIALIZED (
            SELECT w.source, w.key FROM base.feed_cursor f
            CROSS JOIN LATERAL base.changed_since(coalesce(%(taken)s::pg_snapshot, f.taken)) w
            WHERE f.merchant_id = %(merchant)s AND f.consumer = 'warehouse')
        SELECT DISTINCT k.ordinal FROM waiting w
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.key
        JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id IN (c.id, c.root_id)
        WHERE w.source IN ('identity.customer', 'identity.link', 'profile.customer', 'profile.consent',
                           'reach.message', 'reach.suppression')
        """,
        {"taken": taken},
    )


def list_elsewhere(tx: ReadTx, zone: str) -> list[int]:
    """The ordinals of those whose clock is not the merchant's."""
    return tx.column(
        """
        SELECT k.ordinal FROM profile.customer p
        JOIN identity.customer k ON k.merchant_id = p.merchant_id AND k.id = p.customer_id
        WHERE p.merchant_id = %(merchant)s AND p.zone IS NOT NULL AND p.zone <> %(zone)s
        """,
        {"zone": zone},
    )


def list_people(
    tx: ReadTx, ordinals: Sequence[int], *, are_roots: bool = False
) -> list[tuple[int, UUID]]:
    """`(ordinal, customer)`, ascending; `are_roots`: without those who were merged into others."""
    rows = tx.rows(
        dict,
        """
        SELECT ordinal, id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s)
          AND (NOT %(are_roots)s OR root_id = id) ORDER BY ordinal
        """,
        {"ordinals": list(ordinals), "are_roots": are_roots},
    )
    return [(row["ordinal"], row["id"]) for row in rows]


def list_seen(tx: ReadTx, ordinals: Sequence[int], count_max: int) -> list[tuple[int, UUID, bytes]]:
    """`(ordinal, customer, sealed name)` of those in the scope, ascending."""
    rows = tx.rows(
        dict,
        """
        SELECT c.ordinal, c.id, p.name_sealed
        FROM unnest(%(ordinals)s::int[]) WITH ORDINALITY AS asked (ordinal, no)
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = asked.ordinal
        LEFT JOIN profile.customer p ON p.merchant_id = c.merchant_id AND p.customer_id = c.id
        LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
        WHERE CASE WHEN %(scope_staff)s::uuid IS NULL THEN base.in_scope(u.path, %(scope_path)s)
              ELSE p.owner_staff_id = %(scope_staff)s END
        ORDER BY asked.no LIMIT %(count_max)s
        """,
        {"ordinals": list(ordinals), "count_max": count_max},
    )
    return [(row["ordinal"], row["id"], row["name_sealed"]) for row in rows]


def list_ordinals(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    """By who answers now: the ordinals of all who were merged into them, and their own."""
    rows = tx.rows(
        dict,
        """
        SELECT root_id, array_agg(ordinal) AS ordinals FROM identity.customer
        WHERE merchant_id = %(merchant)s AND root_id = ANY(%(ids)s) GROUP BY root_id
        """,
        {"ids": list(set(customer_ids))},
    )
    return {row["root_id"]: row["ordinals"] for row in rows}
