"""When customers opened messages and bought."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.campaign.types.timing import Habit


def list_habits(
    tx: ReadTx, customer_ids: Sequence[UUID], *, zone: str, since: datetime
) -> list[Habit]:
    """A habit for each customer, in no order: the latest facts since then by their own clock, or else that of
    `zone`."""
    rows = tx.rows(
        dict,
        """
        SELECT asked.id, z.zone, ARRAY(
            SELECT ((extract(isodow FROM e.at AT TIME ZONE z.zone) - 1) * 24
                    + extract(hour FROM e.at AT TIME ZONE z.zone))::int
            FROM (SELECT m.opened_at AS at FROM reach.message m
                  WHERE m.merchant_id = %(merchant)s AND m.customer_id = asked.id
                    AND m.planned_at > %(since)s AND m.opened_at IS NOT NULL
                  UNION ALL
                  SELECT o.paid_at FROM "order".purchase o
                  WHERE o.merchant_id = %(merchant)s AND o.customer_id = asked.id
                    AND o.paid_at > %(since)s AND o.paid_at <= %(now)s) e
            ORDER BY e.at DESC LIMIT 100) AS hours
        FROM unnest(%(ids)s::uuid[]) AS asked (id)
        LEFT JOIN profile.customer p ON p.merchant_id = %(merchant)s AND p.customer_id = asked.id
        CROSS JOIN LATERAL (SELECT coalesce(p.zone, %(zone)s) AS zone) z
        """,
        {"ids": list(customer_ids), "zone": zone, "since": since},
    )
    return [Habit(row["id"], row["zone"], tuple(row["hours"])) for row in rows]
