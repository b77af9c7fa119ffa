"""What the columnar copy needs of PostgreSQL: who changed since it was written, and ids of ordinals."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx


def list_ids(tx: ReadTx, ordinals: Sequence[int]) -> list[UUID]:
    """The customers with these ordinals."""
    return tx.column(
        """
        SELECT id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s)
        """,
        {"ordinals": list(ordinals)},
    )


def list_waiting(tx: ReadTx) -> list[int]:
    """The ordinals of those whose changes are on the feed and not in the copy yet."""
    return tx.column(
        """
        WITH waiting AS MATERIALIZED (
            SELECT DISTINCT w.source, w.key FROM base.change w
            JOIN base.feed_cursor f ON f.merchant_id = w.merchant_id AND f.consumer = 'warehouse'
            WHERE w.merchant_id = %(merchant)s AND w.tx >= pg_snapshot_xmin(f.taken)
              AND NOT pg_visible_in_snapshot(w.tx, f.taken))
        SELECT c.ordinal FROM identity.customer c
        WHERE c.merchant_id = %(merchant)s AND c.id IN (
            SELECT key FROM waiting
            WHERE starts_with(source, 'profile.') OR source IN ('identity.customer', 'order.total',
                                                               'order.category_total')
            UNION
            SELECT p.customer_id FROM waiting w
            JOIN "order".purchase p ON p.merchant_id = %(merchant)s AND p.id = w.key
            WHERE w.source = 'order.order')
        UNION
        SELECT c.ordinal FROM base.feed_cursor f
        JOIN identity.resolved_now r
          ON r.merchant_id = f.merchant_id AND r.position > f.position
        JOIN identity.customer c ON c.merchant_id = r.merchant_id AND c.id = r.customer_id
        WHERE f.merchant_id = %(merchant)s AND f.consumer = 'warehouse'
        """
    )
