"""Segments, members and changes in PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.segment.rules.compile import Compiled
from huitou.segment.types.answers import Change, Member, Passage, Stored

_SEGMENT = """
    SELECT id, name, rule, version, state, member_count, refreshed_at, created_by, created_at,
           fill_done, fill_whole
    FROM segment.segment WHERE merchant_id = %(merchant)s
"""

UNSCOPED = {"scope_path": None, "scope_staff": None}
"""With these among its parameters a compiled rule is of the whole merchant, whoever asks."""


def find_segments(tx: ReadTx, ids: Sequence[UUID]) -> list[Stored]:
    """The active ones among `ids`."""
    return tx.rows(
        Stored, _SEGMENT + "AND state = 'active' AND id = ANY(%(ids)s)", {"ids": list(ids)}
    )


def list_active(tx: ReadTx) -> list[Stored]:
    """All active segments, by id: whoever locks several does it in this order."""
    return tx.rows(Stored, _SEGMENT + "AND state = 'active' ORDER BY id")


def list_versions(tx: ReadTx) -> list[tuple[UUID, int]]:
    """Which rules are in force: the active segments with their versions."""
    rows = tx.rows(
        dict,
        """
        SELECT id, version FROM segment.segment
        WHERE merchant_id = %(merchant)s AND state = 'active' ORDER BY id
        """,
    )
    return [(row["id"], row["version"]) for row in rows]


def list_segments(tx: ReadTx, after_name: str, after_id: UUID, count_max: int) -> list[Stored]:
    return tx.rows(
        Stored,
        _SEGMENT
        + """
        AND state = 'active' AND (name, id) > (%(name)s, %(id)s) ORDER BY name, id
        LIMIT %(count_max)s
        """,
        {"name": after_name, "id": after_id, "count_max": count_max},
    )


def lock_segment(tx: Tx, segment_id: UUID) -> Stored | None:
    return tx.row(
        Stored, _SEGMENT + "AND state = 'active' AND id = %(id)s FOR UPDATE", {"id": segment_id}
    )


def is_name_taken(tx: ReadTx, name: str, but_id: UUID | None) -> bool:
    return bool(
        tx.value(
            """
            SELECT EXISTS (SELECT FROM segment.segment
                           WHERE merchant_id = %(merchant)s AND state = 'active' AND name = %(name)s
                             AND id IS DISTINCT FROM %(but)s)
            """,
            {"name": name, "but": but_id},
        )
    )


def add_segment(tx: Tx, segment_id: UUID, name: str, rule: dict[str, Any]) -> None:
    tx.run(
        """
        INSERT INTO segment.segment (merchant_id, id, name, rule, created_by, created_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, %(rule)s, %(by)s, %(now)s)
        """,
        {"id": segment_id, "name": name, "rule": Jsonb(rule), "by": tx.principal},
    )


def set_segment(tx: Tx, segment_id: UUID, name: str, rule: dict[str, Any]) -> None:
    tx.run(
        """
        UPDATE segment.segment SET name = %(name)s, rule = %(rule)s, version = version + 1
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": segment_id, "name": name, "rule": Jsonb(rule)},
    )


def archive_segment(tx: Tx, segment_id: UUID) -> None:
    """Its members leave; its changes stay for the record."""
    params = {"id": segment_id}
    tx.run(
        """
        UPDATE segment.segment SET state = 'archived', member_count = 0, version = version + 1,
            fill_whole = NULL, fill_done = NULL, fill_after = NULL, fill_upto = NULL
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        params,
    )
    tx.run(
        "DELETE FROM segment.member WHERE merchant_id = %(merchant)s AND segment_id = %(id)s",
        params,
    )


def refresh(tx: Tx, segment_id: UUID, compiled: Compiled) -> None:
    """Run a compiled refresh, whatever the scope, and keep the count."""
    row = tx.row(dict, compiled.query, {**compiled.params, **UNSCOPED})
    assert row is not None
    tx.run(
        """
        UPDATE segment.segment
        SET member_count = member_count + %(change)s, refreshed_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": segment_id, "change": row["entered"] - row["left"]},
    )


def list_overlong(tx: ReadTx, customer_ids: Sequence[UUID], count: int) -> list[UUID]:
    """Those of these customers who have more than so many events."""
    return tx.column(
        """
        SELECT asked.id FROM unnest(%(ids)s::uuid[]) AS asked (id)
        WHERE (SELECT count(*) FROM (
                   SELECT FROM identity.customer c
                   JOIN identity.resolved r ON r.merchant_id = c.merchant_id AND r.customer_id = c.id
                   WHERE c.merchant_id = %(merchant)s AND c.root_id = asked.id
                   LIMIT %(count)s + 1) AS own) > %(count)s
        """,
        {"ids": list(customer_ids), "count": count},
    )


def refresh_live(tx: Tx, compiled: Compiled, customer_ids: Sequence[UUID]) -> int:
    """Run a compiled pass over a few customers; returns how many entered or left."""
    moved: int = tx.value(compiled.query, {**compiled.params, "ids": list(customer_ids)})
    return moved


def list_differing(tx: ReadTx, compiled: Compiled) -> list[UUID]:
    """Whose stored membership is not the rule's."""
    return tx.column(compiled.query, compiled.params)


def list_members(tx: ReadTx, segment_id: UUID, after_id: UUID, count_max: int) -> list[Member]:
    """Members in the scope, by id."""
    return tx.rows(
        Member,
        """
        SELECT m.customer_id, c.ordinal, m.entered_at
        FROM segment.member m
        JOIN identity.customer c ON c.merchant_id = m.merchant_id AND c.id = m.customer_id
        LEFT JOIN profile.customer p
             ON p.merchant_id = m.merchant_id AND p.customer_id = m.customer_id
        LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
        WHERE m.merchant_id = %(merchant)s AND m.segment_id = %(segment)s
          AND m.customer_id > %(after)s
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
        ORDER BY m.customer_id LIMIT %(count_max)s
        """,
        {"segment": segment_id, "after": after_id, "count_max": count_max},
    )


def list_member_ids(tx: ReadTx, segment_id: UUID) -> list[UUID]:
    return tx.column(
        """
        SELECT customer_id FROM segment.member
        WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s ORDER BY customer_id
        """,
        {"segment": segment_id},
    )


def list_segments_of(
    tx: ReadTx, customer_ids: Sequence[UUID], among: Sequence[UUID]
) -> dict[UUID, set[UUID]]:
    """Which of these segments each of these customers is in; who is in none is missing."""
    rows: list[dict[str, UUID]] = tx.rows(
        dict,
        """
        SELECT customer_id, segment_id FROM segment.member
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND segment_id = ANY(%(segments)s::uuid[])
        """,
        {"customers": list(customer_ids), "segments": list(among)},
    )
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row["customer_id"], set()).add(row["segment_id"])
    return found


def iter_changes(tx: ReadTx, segment_id: UUID, since: datetime) -> Iterator[Change]:
    return tx.iterate(
        Change,
        """
        SELECT customer_id, kind, at FROM segment.change
        WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s AND at >= %(since)s
        ORDER BY at, id
        """,
        {"segment": segment_id, "since": since},
    )


def list_history(tx: ReadTx, customer_id: UUID) -> list[Passage]:
    """Every entering and leaving of a customer, in order."""
    return tx.rows(
        Passage,
        """
        SELECT c.segment_id, s.name AS segment_name, c.kind, c.at
        FROM segment.change c
        JOIN segment.segment s ON s.merchant_id = c.merchant_id AND s.id = c.segment_id
        WHERE c.merchant_id = %(merchant)s AND c.customer_id = %(customer)s ORDER BY c.at, c.id
        """,
        {"customer": customer_id},
    )


def delete_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nothing about these customers stays here."""
    params = {"ids": list(customer_ids)}
    tx.run(
        """
        UPDATE segment.segment s SET member_count = s.member_count - gone.count
        FROM (SELECT segment_id, count(*) AS count FROM segment.member
              WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
              GROUP BY segment_id) gone
        WHERE s.merchant_id = %(merchant)s AND s.id = gone.segment_id
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM segment.member
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM segment.change
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        "DELETE FROM segment.due WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        params,
    )


def list_touched(tx: ReadTx, after: int, upto: int) -> list[UUID]:
    """Who answers for the customers of events in (after, upto], and of refunds that name an order
    instead of a customer."""
    return tx.column(
        """
        SELECT customer_id FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
        UNION
        SELECT p.customer_id FROM "order".refund r
        JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.id = r.order_id
        WHERE r.merchant_id = %(merchant)s AND r.position > %(after)s AND r.position <= %(upto)s
          AND p.customer_id IS NOT NULL
        """,
        {"after": after, "upto": upto},
    )


# Over `waiting (source, key)`. A merge and its end change the customer who answers, too.
CHANGED: LiteralString = """
    SELECT c.root_id AS customer_id, NULL AS category_code FROM (
        SELECT DISTINCT key FROM waiting
        WHERE source IN ('identity.customer', 'profile.customer', 'profile.tag', 'profile.consent',
                         'profile.trait', 'profile.friendship', 'order.total',
                         'order.category_total')) w
    JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.key
    UNION
    SELECT w.key, NULL FROM waiting w WHERE w.source = 'identity.customer'
    UNION
    SELECT p.customer_id, NULL FROM waiting w
    JOIN "order".purchase p ON p.merchant_id = %(merchant)s AND p.id = w.key
    WHERE w.source = 'order.order'
    UNION
    SELECT r.customer_id, NULL FROM identity.resolved_now r
    WHERE r.merchant_id = %(merchant)s AND r.position IN (
        SELECT ('x' || right(w.key::text, 12))::bit(48)::bigint FROM waiting w
        WHERE w.source = 'identity.resolved')
    UNION
    SELECT NULL, p.category_code FROM catalog.product p
    WHERE p.merchant_id = %(merchant)s AND base.key_of(p.sku) IN (
        SELECT w.key FROM waiting w WHERE w.source = 'catalog.product')
"""


def find_traits(tx: ReadTx, names: Sequence[str]) -> list[str]:
    """Those of these custom traits that anybody has."""
    return tx.column(
        """
        SELECT asked.name FROM unnest(%(names)s::text[]) asked(name)
        WHERE EXISTS (SELECT FROM profile.trait t
                      WHERE t.merchant_id = %(merchant)s AND t.name = asked.name)
        """,
        {"names": list(names)},
    )


def list_trait_names(tx: ReadTx, count_max: int) -> list[str]:
    """Custom traits by name, skipping from one to the next in the index."""
    return tx.column(
        """
        WITH RECURSIVE seen AS (
            (SELECT name FROM profile.trait WHERE merchant_id = %(merchant)s
             ORDER BY name LIMIT 1)
            UNION ALL
            SELECT (SELECT t.name FROM profile.trait t
                    WHERE t.merchant_id = %(merchant)s AND t.name > seen.name
                    ORDER BY t.name LIMIT 1)
            FROM seen WHERE seen.name IS NOT NULL)
        SELECT name FROM seen WHERE name IS NOT NULL LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )


def list_tag_names(tx: ReadTx, count_max: int) -> list[str]:
    """Tags by name, the same way."""
    return tx.column(
        """
        WITH RECURSIVE seen AS (
            (SELECT name FROM profile.tag WHERE merchant_id = %(merchant)s ORDER BY name LIMIT 1)
            UNION ALL
            SELECT (SELECT t.name FROM profile.tag t
                    WHERE t.merchant_id = %(merchant)s AND t.name > seen.name
                    ORDER BY t.name LIMIT 1)
            FROM seen WHERE seen.name IS NOT NULL)
        SELECT name FROM seen WHERE name IS NOT NULL LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )
