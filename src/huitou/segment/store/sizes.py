"""How large segments were, and what they have in common, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.segment.types.answers import DayFlow, Member, SizeAt, SizeOf


def add_sizes(tx: Tx, today: datetime) -> int:
    """Note the size of every active segment that is another than it was, or has none noted since
    `today` began. One that is being filled has no size yet. Returns how many."""
    return tx.run(
        """
        INSERT INTO segment.size (merchant_id, segment_id, at, member_count)
        SELECT s.merchant_id, s.id, %(now)s, s.member_count
        FROM segment.segment s
        LEFT JOIN LATERAL (
            SELECT z.at, z.member_count FROM segment.size z
            WHERE z.merchant_id = s.merchant_id AND z.segment_id = s.id
            ORDER BY z.at DESC LIMIT 1) last ON true
        WHERE s.merchant_id = %(merchant)s AND s.state = 'active' AND s.fill_whole IS NULL
          AND (last.at IS NULL OR last.at < %(today)s OR last.member_count <> s.member_count)
        ON CONFLICT DO NOTHING
        """,
        {"today": today},
    )


def thin_sizes(tx: Tx, before: datetime, zone: str) -> int:
    """Of each day before a moment keep what was noted last. Returns how many went."""
    return tx.run(
        """
        DELETE FROM segment.size z
        WHERE z.merchant_id = %(merchant)s AND z.at < %(before)s AND EXISTS (
            SELECT FROM segment.size later
            WHERE later.merchant_id = z.merchant_id AND later.segment_id = z.segment_id
              AND later.at > z.at AND later.at < %(before)s
              AND (later.at AT TIME ZONE %(zone)s)::date = (z.at AT TIME ZONE %(zone)s)::date)
        """,
        {"before": before, "zone": zone},
    )


def list_sizes(tx: ReadTx, segment_id: UUID, since: datetime) -> list[SizeAt]:
    """What was noted since, oldest first, beginning with what was true at `since`."""
    return tx.rows(
        SizeAt,
        """
        (SELECT at, member_count FROM segment.size
         WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s AND at < %(since)s
         ORDER BY at DESC LIMIT 1)
        UNION ALL
        (SELECT at, member_count FROM segment.size
         WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s AND at >= %(since)s)
        ORDER BY at
        """,
        {"segment": segment_id, "since": since},
    )


def list_sizes_of_all(tx: ReadTx, since: datetime) -> list[SizeOf]:
    """The same of every active segment, by the hour: the last of each."""
    return tx.rows(
        SizeOf,
        """
        SELECT DISTINCT ON (z.segment_id, date_trunc('hour', z.at))
               z.segment_id, z.at, z.member_count
        FROM segment.segment s
        JOIN segment.size z ON z.merchant_id = s.merchant_id AND z.segment_id = s.id
        WHERE s.merchant_id = %(merchant)s AND s.state = 'active' AND z.at >= %(since)s
        ORDER BY z.segment_id, date_trunc('hour', z.at), z.at DESC
        """,
        {"since": since},
    )


def sum_changes(tx: ReadTx, segment_id: UUID, since: datetime, zone: str) -> list[DayFlow]:
    """Who entered and left by the local day, where anybody did."""
    return tx.rows(
        DayFlow,
        """
        SELECT (at AT TIME ZONE %(zone)s)::date AS day,
               (count(*) FILTER (WHERE kind = 'entered'))::int AS entered,
               (count(*) FILTER (WHERE kind = 'left'))::int AS left
        FROM segment.change
        WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s AND at >= %(since)s
        GROUP BY 1 ORDER BY 1
        """,
        {"segment": segment_id, "since": since, "zone": zone},
    )


def count_regions(tx: ReadTx, segment_ids: Sequence[UUID]) -> dict[int, int]:
    """How many customers in the scope are members of just which segments: bit n of a key stands
    for the n-th segment."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT bits, count(*)::int AS count FROM (
            SELECT m.customer_id, sum(1 << (asked.place - 1)::int)::int AS bits
            FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, place)
            JOIN segment.member m
                 ON m.merchant_id = %(merchant)s AND m.segment_id = asked.id
            LEFT JOIN profile.customer p
                 ON p.merchant_id = m.merchant_id AND p.customer_id = m.customer_id
            LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
            WHERE base.in_scope(u.path, %(scope_path)s)
              AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
            GROUP BY m.customer_id) found
        GROUP BY bits
        """,
        {"ids": list(segment_ids)},
    )
    return {row["bits"]: row["count"] for row in rows}


def list_common(
    tx: ReadTx, inside: Sequence[UUID], outside: Sequence[UUID], after_id: UUID, count_max: int
) -> list[Member]:
    """Members of the first of `inside` who are of all others, too, and of none `outside`, in the
    scope, by id."""
    return tx.rows(
        Member,
        """
        SELECT m.customer_id, c.ordinal, m.entered_at
        FROM segment.member m
        JOIN identity.customer c ON c.merchant_id = m.merchant_id AND c.id = m.customer_id
        LEFT JOIN profile.customer p
             ON p.merchant_id = m.merchant_id AND p.customer_id = m.customer_id
        LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
        WHERE m.merchant_id = %(merchant)s AND m.segment_id = (%(inside)s::uuid[])[1]
          AND m.customer_id > %(after)s
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
          AND NOT EXISTS (
              SELECT FROM unnest((%(inside)s::uuid[])[2:]) other (id)
              WHERE NOT EXISTS (
                  SELECT FROM segment.member o
                  WHERE o.merchant_id = m.merchant_id AND o.segment_id = other.id
                    AND o.customer_id = m.customer_id))
          AND NOT EXISTS (
              SELECT FROM segment.member o
              WHERE o.merchant_id = m.merchant_id AND o.segment_id = ANY(%(outside)s)
                AND o.customer_id = m.customer_id)
        ORDER BY m.customer_id LIMIT %(count_max)s
        """,
        {
            "inside": list(inside),
            "outside": list(outside),
            "after": after_id,
            "count_max": count_max,
        },
    )
