"""How far a segment is filled, and some of its memberships, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx
from huitou.segment.types.filling import Looked, Place


def find_place(tx: ReadTx, segment_id: UUID) -> Place | None:
    """How far an active segment is filled; None when it is whole."""
    return tx.row(
        Place,
        """
        SELECT fill_whole AS whole, fill_done AS done, fill_after AS after, fill_upto AS upto
        FROM segment.segment
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'active'
          AND fill_whole IS NOT NULL
        """,
        {"id": segment_id},
    )


def set_place(tx: Tx, segment_id: UUID, place: Place | None) -> None:
    """So far it is filled; None: it is whole."""
    tx.run(
        """
        UPDATE segment.segment SET fill_whole = %(whole)s, fill_done = %(done)s,
            fill_after = %(after)s, fill_upto = %(upto)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
          AND (fill_whole IS NOT NULL OR %(whole)s::int IS NOT NULL)
        """,
        {
            "id": segment_id,
            "whole": place.whole if place else None,
            "done": place.done if place else None,
            "after": place.after if place else None,
            "upto": place.upto if place else None,
        },
    )


def list_members_after(tx: ReadTx, segment_id: UUID, after: UUID, count_max: int) -> list[Looked]:
    """Members with ids above `after`, by id, with their ordinals."""
    return tx.rows(
        Looked,
        """
        SELECT m.customer_id, c.ordinal FROM (
            SELECT merchant_id, customer_id FROM segment.member
            WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s
              AND customer_id > %(after)s
            ORDER BY customer_id LIMIT %(count_max)s) m
        JOIN identity.customer c ON c.merchant_id = m.merchant_id AND c.id = m.customer_id
        ORDER BY m.customer_id
        """,
        {"segment": segment_id, "after": after, "count_max": count_max},
    )


def move(tx: Tx, segment_id: UUID, leaving: Sequence[UUID], coming: Sequence[int]) -> None:
    """These members leave, and whoever has one of these ordinals and is none enters; all is noted and counted."""
    tx.run(
        """
        WITH gone AS (
            DELETE FROM segment.member m
            WHERE m.merchant_id = %(merchant)s AND m.segment_id = %(segment)s
              AND m.customer_id = ANY(%(leaving)s::uuid[])
            RETURNING m.customer_id),
        come AS (
            INSERT INTO segment.member (merchant_id, segment_id, customer_id, entered_at)
            SELECT %(merchant)s, %(segment)s, c.id, %(now)s
            FROM unnest(%(coming)s::int[]) AS known (ordinal)
            JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = known.ordinal
            ON CONFLICT DO NOTHING RETURNING customer_id),
        noted AS (
            INSERT INTO segment.change (merchant_id, segment_id, customer_id, kind, at)
            SELECT %(merchant)s, %(segment)s, customer_id, 'left', %(now)s FROM gone
            UNION ALL
            SELECT %(merchant)s, %(segment)s, customer_id, 'entered', %(now)s FROM come
            RETURNING kind)
        UPDATE segment.segment s
        SET member_count = s.member_count + n.change, refreshed_at = %(now)s
        FROM (SELECT count(*) FILTER (WHERE kind = 'entered')
                     - count(*) FILTER (WHERE kind = 'left') AS change
              FROM noted) n
        WHERE s.merchant_id = %(merchant)s AND s.id = %(segment)s
        """,
        {"segment": segment_id, "leaving": literal(leaving), "coming": literal(coming)},
    )
