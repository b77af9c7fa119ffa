"""Who came by codes, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from huitou.base.db import ReadTx, Tx


@dataclass(frozen=True, slots=True)
class Count:
    code_id: UUID
    day: date | None
    added: int
    friends: int
    opened: int
    bought: int
    first_bought: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event of somebody who came by a code."""

    position: int
    code_id: UUID
    staff_id: UUID | None
    at: datetime


def add_arrivals(tx: Tx, arrivals: Sequence[Arrival]) -> set[int]:
    """Keep them; returns the positions that are new."""
    return set(
        tx.column(
            """
            INSERT INTO code.arrival (merchant_id, position, code_id, staff_id, at)
            SELECT %(merchant)s, n.position, n.code_id, n.staff_id, n.at
            FROM unnest(%(positions)s::bigint[], %(codes)s::uuid[], %(staff)s::uuid[],
                        %(times)s::timestamptz[]) AS n (position, code_id, staff_id, at)
            ON CONFLICT DO NOTHING RETURNING position
            """,
            {
                "positions": [each.position for each in arrivals],
                "codes": [each.code_id for each in arrivals],
                "staff": [each.staff_id for each in arrivals],
                "times": [each.at for each in arrivals],
            },
        )
    )


# A customer counts at a code from the first time they came by it; who answers for them now is asked
# of identity. Orders and links stand under that customer already.
_COUNT = """
    WITH came AS (
        SELECT a.code_id, r.customer_id, min(a.at) AS at, array_agg(a.staff_id) AS staff
        FROM code.arrival a
        JOIN identity.resolved_now r ON r.merchant_id = a.merchant_id AND r.position = a.position
          AND r.state = 'live'
        WHERE a.merchant_id = %(merchant)s AND a.code_id = ANY(%(ids)s)
        GROUP BY a.code_id, r.customer_id)
    SELECT c.code_id,
        CASE WHEN %(by_day)s THEN (c.at AT TIME ZONE %(zone)s)::date END AS day,
        count(*)::int AS added,
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM profile.friendship f WHERE f.merchant_id = %(merchant)s
              AND f.customer_id = c.customer_id AND f.staff_id = ANY(c.staff)
              AND f.ended_at IS NULL))::int AS friends,
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM content.link l WHERE l.merchant_id = %(merchant)s
              AND l.customer_id = c.customer_id AND l.first_opened_at >= c.at))::int AS opened,
        count(*) FILTER (WHERE o.first_after < c.at + %(within)s)::int AS bought,
        count(*) FILTER (WHERE o.first_after < c.at + %(within)s
                         AND o.first_paid >= c.at)::int AS first_bought,
        coalesce(sum(o.paid_fen), 0)::bigint AS paid_fen
    FROM came c
    LEFT JOIN LATERAL (
        SELECT min(p.paid_at) AS first_paid,
            min(p.paid_at) FILTER (WHERE p.paid_at >= c.at) AS first_after,
            sum(p.paid_fen - p.refunded_fen) FILTER (WHERE p.paid_at >= c.at) AS paid_fen
        FROM "order".purchase p
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = c.customer_id
    ) o ON true
    WHERE %(since)s::timestamptz IS NULL OR c.at >= %(since)s
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def count(
    tx: ReadTx,
    code_ids: Sequence[UUID],
    *,
    within: timedelta,
    zone: str,
    by_day: bool = False,
    since: datetime | None = None,
) -> list[Count]:
    """What came of codes, by code or by code and day of coming; those by whom nobody came are missing."""
    return tx.rows(
        Count,
        _COUNT,
        {"ids": list(code_ids), "within": within, "zone": zone, "by_day": by_day, "since": since},
    )
