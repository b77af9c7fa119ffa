"""A long range of the log at once: what is plain in it stays in the database.

Plain is an identifier that comes alone whenever it comes, connects, and has a good link or none: its
events are its customer's, or make one. Nothing else that happens in the range can change that
(`Fold.is_plain`), so only the other events, the doubtful ones, have to be folded one by one.
"""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from msgspec import Struct

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.event.types import OWN_SOURCE
from huitou.identity.rules.state import Heard
from huitou.identity.types import Grade
from huitou.kernel.ids import new_ids

Grades = Mapping[tuple[str, str], Grade]
"""By kind and scope, of those that connect."""


class Begun(Struct, frozen=True):
    """Plain identifiers that nobody has, and the positions where they are seen first, in order."""

    identifier_ids: Sequence[int]
    positions: Sequence[int]


def gather(tx: Tx, after: int, upto: int) -> list[tuple[str, str]]:
    """Note whatever identifiers are seen at `(after, upto]`; the kinds and scopes they are of.

    They are looked up as an array, of which the index is walked in order, however many there are.
    """
    event = {
        "position": "bigint",
        "id": "bigint",
        "is_verified": "boolean",
        "source": "text",
        "at": "timestamptz",
        "is_alone": "boolean",
    }
    vault = {"kind": "text", "scope": "text", "customer_id": "uuid", "is_plain": "boolean"}
    tx.load("identity_sight", event, ())
    tx.load("identity_seen", event | vault, ())
    tx.run(
        """
        INSERT INTO pg_temp.identity_sight
        SELECT e.position, g.id, g.is_verified, e.source, e.occurred_at,
               cardinality(e.identifier_ids) = 1 AND e.source <> %(own)s
        FROM event.log e CROSS JOIN LATERAL unnest(e.identifier_ids, e.verified) AS g (id, is_verified)
        WHERE e.merchant_id = %(merchant)s AND e.position > %(after)s AND e.position <= %(upto)s
        """,
        {"after": after, "upto": upto, "own": OWN_SOURCE},
    )
    tx.run(
        """
        WITH known AS MATERIALIZED (
            SELECT i.id, i.kind, i.scope, l.customer_id,
                   l.identifier_id IS NULL OR l.customer_id IS NOT NULL AND l.quarantine IS NULL
                       AND l.grade <> 'C' AS is_plain
            FROM event.identifier i
            LEFT JOIN identity.link l ON l.merchant_id = %(merchant)s AND l.identifier_id = i.id
            WHERE i.merchant_id = %(merchant)s
              AND i.id = ANY(ARRAY(SELECT id FROM pg_temp.identity_sight)))
        INSERT INTO pg_temp.identity_seen
        SELECT s.*, k.kind, k.scope, k.customer_id, k.is_plain
        FROM pg_temp.identity_sight s JOIN known k ON k.id = s.id
        """
    )
    found = tx.rows(dict, "SELECT DISTINCT kind, scope FROM pg_temp.identity_seen")
    return [(row["kind"], row["scope"]) for row in found]


def part(tx: Tx, grades: Grades, after: int, upto: int) -> tuple[list[Heard], Begun]:
    """The doubtful events in order, and whom the plain ones begin."""
    tx.load("identity_doubtful", {"id": "bigint"}, ())
    tx.run(
        """
        INSERT INTO pg_temp.identity_doubtful
        SELECT DISTINCT s.id FROM pg_temp.identity_seen s
        WHERE NOT s.is_alone OR NOT s.is_plain OR (s.kind, s.scope) NOT IN (
            SELECT t.* FROM unnest(%(kinds)s::text[], %(scopes)s::text[]) AS t)
        """,
        _columns(grades),
    )
    tx.run(
        """
        DELETE FROM pg_temp.identity_seen s
        USING pg_temp.identity_doubtful d WHERE d.id = s.id
        """
    )
    heard = tx.rows(Heard, _DOUBTFUL, {"after": after, "upto": upto, "own": OWN_SOURCE})
    (begun,) = tx.rows(
        Begun,
        """
        SELECT coalesce(array_agg(id ORDER BY position), '{}') AS identifier_ids,
               coalesce(array_agg(position ORDER BY position), '{}') AS positions
        FROM (SELECT id, min(position) AS position FROM pg_temp.identity_seen
              WHERE customer_id IS NULL GROUP BY id) AS t
        """,
    )
    return heard, begun


_DOUBTFUL: LiteralString = """
    SELECT e.position, e.source, e.type, e.occurred_at, e.identifier_ids, e.verified,
           CASE WHEN e.source = %(own)s THEN e.properties->>'customer' END AS customer_id
    FROM event.log e
    WHERE e.merchant_id = %(merchant)s AND e.position > %(after)s AND e.position <= %(upto)s
      AND (e.identifier_ids <> '{}' OR e.source = %(own)s)
      AND NOT EXISTS (SELECT FROM pg_temp.identity_seen s WHERE s.position = e.position)
    ORDER BY e.position
"""


def add_plain(tx: Tx, begun: Begun, ordinals: Sequence[int], grades: Grades) -> None:
    """Keep what the plain events say: customers by these ordinals, their links, whose events are."""
    tx.load(
        "identity_begun",
        {"identifier_id": "bigint", "position": "bigint", "ordinal": "int", "id": "uuid"},
        (),
    )
    if ordinals:
        tx.run(
            """
            INSERT INTO pg_temp.identity_begun SELECT t.*
            FROM unnest(%(identifiers)s::bigint[], %(positions)s::bigint[], %(ordinals)s::int[],
                        %(ids)s::uuid[]) AS t
            """,
            {
                "identifiers": literal(begun.identifier_ids),
                "positions": literal(begun.positions),
                "ordinals": literal(ordinals),
                "ids": literal(new_ids(len(ordinals))),
            },
        )
        _add_begun(tx, grades)
    tx.run(
        """
        INSERT INTO identity.resolved (merchant_id, position, customer_id, via_id)
        SELECT %(merchant)s, s.position, coalesce(s.customer_id, b.id), s.id
        FROM pg_temp.identity_seen s
        LEFT JOIN pg_temp.identity_begun b ON b.identifier_id = s.id
        ORDER BY s.position
        """
    )


def _add_begun(tx: Tx, grades: Grades) -> None:
    tx.run(
        """
        INSERT INTO identity.customer
            (merchant_id, id, ordinal, created_at, root_id, is_strong, origin_position)
        SELECT %(merchant)s, b.id, b.ordinal, s.at, b.id, true, b.position
        FROM pg_temp.identity_begun b JOIN pg_temp.identity_seen s ON s.position = b.position
        ORDER BY b.ordinal
        """
    )
    tx.run(
        """
        INSERT INTO identity.ordinal (merchant_id, last)
        SELECT %(merchant)s, max(ordinal) FROM pg_temp.identity_begun
        ON CONFLICT (merchant_id) DO UPDATE SET last = greatest(ordinal.last, excluded.last)
        """
    )
    tx.run(
        """
        INSERT INTO identity.link
            (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified, source,
             evidence_position, linked_at)
        SELECT %(merchant)s, s.id, s.kind, s.scope, b.id, g.grade, s.is_verified, s.source,
               s.position, s.at
        FROM pg_temp.identity_begun b
        JOIN pg_temp.identity_seen s ON s.position = b.position
        JOIN unnest(%(kinds)s::text[], %(scopes)s::text[], %(grades)s::text[])
            AS g (kind, scope, grade) ON (g.kind, g.scope) = (s.kind, s.scope)
        ORDER BY s.id
        """,
        _columns(grades),
    )


def _columns(grades: Grades) -> dict[str, str]:
    return {
        "kinds": literal([kind for kind, _ in grades]),
        "scopes": literal([scope for _, scope in grades]),
        "grades": literal(list(grades.values())),
    }
