"""What orders cost and what they took of offers, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.offer.types.contexts import Taken


def list_taken(
    tx: ReadTx, customer_ids: Sequence[UUID], offer_ids: Sequence[UUID]
) -> dict[UUID, Taken]:
    """What orders of these customers took of these offers and did not give back."""
    rows = tx.rows(
        Taken,
        """
        SELECT offer_id, count(*)::int AS orders, sum(pieces)::int AS pieces FROM offer.use
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND offer_id = ANY(%(offers)s::uuid[]) AND given_back_at IS NULL
        GROUP BY offer_id
        """,
        {"customers": list(customer_ids), "offers": list(offer_ids)},
    )
    return {row.offer_id: row for row in rows}
