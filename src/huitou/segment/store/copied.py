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
            SELECT w.source, w.key FROM base.feed_cursor f
            CROSS JOIN LATERAL base.changed_since(f.taken) w
            WHERE f.merchant_id = %(merchant)s AND f.consumer = 'warehouse')
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
        SELECT c.ordinal FROM identity.resolved_now r
        JOIN identity.customer c ON c.merchant_id = r.merchant_id AND c.id = r.customer_id
        WHERE r.merchant_id = %(merchant)s AND r.position > %(position)s
        """,
        {"position": _find_position(tx)},
    )


def _find_position(tx: ReadTx) -> int | None:
    """How far the copy has events. Asked apart, for who knows the number knows that few come after
    it, and takes the index instead of reading every event ever resolved."""
    position: int | None = tx.value(
        "SELECT position FROM base.feed_cursor"
        " WHERE merchant_id = %(merchant)s AND consumer = 'warehouse'"
    )
    return position
