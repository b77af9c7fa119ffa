"""Whose assets may be others than they were: by what was posted, held, or by time alone."""

from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx


def list_changed(tx: ReadTx, after: datetime, upto: datetime, horizon_days: int) -> list[UUID]:
    """Customers who answer for themselves, of whom in `(after, upto]` something was posted, held or
    let go, became usable, ended, or came to end within `horizon_days`; and who was merged or split."""
    return tx.column(
        """
        WITH moved AS (
            SELECT e.account_id FROM benefit.transaction t
            JOIN benefit.every_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
                AND e.lot_id IS NOT NULL
            WHERE t.merchant_id = %(merchant)s AND t.posted_at > %(after)s
                AND t.posted_at <= %(upto)s
            UNION
            SELECT l.account_id FROM benefit.lot l
            WHERE l.merchant_id = %(merchant)s AND l.active_at > %(after)s
                AND l.active_at <= %(upto)s
            UNION
            SELECT l.account_id FROM benefit.lot l
            WHERE l.merchant_id = %(merchant)s AND l.expires_at < '9999-01-01+00'
                AND (l.expires_at > %(after)s AND l.expires_at <= %(upto)s
                    OR l.expires_at > %(after)s + make_interval(days => %(days)s)
                    AND l.expires_at <= %(upto)s + make_interval(days => %(days)s))
            UNION
            SELECT l.account_id FROM benefit.hold h
            JOIN benefit.hold_lot p ON p.merchant_id = h.merchant_id AND p.hold_id = h.id
            JOIN benefit.lot l ON l.merchant_id = p.merchant_id AND l.id = p.lot_id
            WHERE h.merchant_id = %(merchant)s AND (h.held_at > %(after)s OR h.resolved_at > %(after)s)
        )
        , regrouped AS (
            SELECT unnest(ARRAY[g.winner_id, g.loser_id]) AS customer_id FROM identity.merging g
            WHERE g.merchant_id = %(merchant)s AND (g.at > %(after)s OR g.undone_at > %(after)s)
            UNION
            SELECT unnest(ARRAY[v.from_id, v.to_id]) FROM identity.move v
            WHERE v.merchant_id = %(merchant)s AND v.at > %(after)s
        )
        SELECT DISTINCT c.root_id FROM (
            SELECT a.owner_id AS customer_id FROM moved m
            JOIN benefit.account a ON a.merchant_id = %(merchant)s AND a.id = m.account_id
                AND a.owner_kind = 'customer'
            UNION
            SELECT customer_id FROM regrouped
        ) w
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.customer_id
            AND c.state = 'live'
        """,
        {"after": after, "upto": upto, "days": horizon_days},
    )


def list_concerned(tx: ReadTx, root_ids: list[UUID]) -> list[UUID]:
    """Who of these has (or had, by a merge taken back) anything that is kept in lots."""
    return tx.column(
        """
        SELECT w.id FROM unnest(%(ids)s::uuid[]) AS w (id)
        WHERE EXISTS (
            SELECT FROM identity.customer c
            JOIN benefit.account a ON a.merchant_id = c.merchant_id AND a.owner_kind = 'customer'
                AND a.owner_id = c.id AND a.asset IN ('points', 'principal', 'bonus')
            WHERE c.merchant_id = %(merchant)s AND c.root_id = w.id)
          OR EXISTS (
            SELECT FROM profile.trait_said s
            WHERE s.merchant_id = %(merchant)s AND s.customer_id = w.id AND s.name = 'points'
                AND s.source = 'benefit')
        ORDER BY w.id
        """,
        {"ids": root_ids},
    )


def sum_expiring(
    tx: ReadTx, customer_ids: list[UUID], asset: str, horizon_days: int
) -> dict[UUID, int]:
    """Customer → what they can use now and that ends within `horizon_days`."""
    rows = tx.rows(
        dict,
        """
        SELECT c.root_id AS customer_id, sum(l.remaining - l.held)::bigint AS amount
        FROM identity.customer c
        JOIN benefit.account a ON a.merchant_id = c.merchant_id AND a.owner_kind = 'customer'
            AND a.owner_id = c.id AND a.asset = %(asset)s
        JOIN benefit.lot l ON l.merchant_id = a.merchant_id AND l.account_id = a.id
        WHERE c.merchant_id = %(merchant)s AND c.root_id = ANY(%(ids)s::uuid[])
            AND l.remaining > l.held AND l.active_at <= %(now)s AND l.expires_at > %(now)s
            AND l.expires_at <= %(now)s + make_interval(days => %(days)s)
        GROUP BY c.root_id
        """,
        {"ids": customer_ids, "asset": asset, "days": horizon_days},
    )
    return {row["customer_id"]: row["amount"] for row in rows}
