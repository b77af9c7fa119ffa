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
from huitou.identity.store import batch
from huitou.identity.types import Grade
from huitou.kernel.ids import new_ids

Grades = Mapping[tuple[str, str], Grade]
"""By kind and scope, of those that connect."""


class Plain(Struct, frozen=True):
    """What stays in the database."""

    begins: Sequence[int]
    """Positions at which a customer begins, in order."""
    grades: Grades


_MEMORY = "64MB"
"""What a step over a range may sort or hash without a file."""


def gather(tx: Tx, after: int, upto: int) -> list[tuple[str, str]]:
    """Note whatever identifiers are seen at `(after, upto]`; the kinds and scopes they are of.

    They are looked up as an array, of which an index is walked in order, however many there are, and joined by hash:
    nobody knows how many rows a range has, and a loop in a loop would be slow for ever.
    """
    columns = {
        "position": "bigint",
        "id": "bigint",
        "is_verified": "boolean",
        "source": "text",
        "at": "timestamptz",
        "is_alone": "boolean",
        "kind": "text",
        "scope": "text",
        "customer_id": "uuid",
        "is_plain": "boolean",
    }
    tx.load("identity_seen", columns, ())
    tx.run(
        "SELECT set_config('work_mem', %(memory)s, true), set_config('enable_nestloop', 'off', true)",
        {"memory": _MEMORY},
    )
    tx.run(_GATHER, {"after": after, "upto": upto, "own": OWN_SOURCE})
    tx.run("SELECT set_config('enable_nestloop', 'on', true)")
    found = tx.rows(dict, "SELECT DISTINCT kind, scope FROM pg_temp.identity_seen")
    return [(row["kind"], row["scope"]) for row in found]


_GATHER: LiteralString = """
    WITH sight AS MATERIALIZED (
        SELECT e.position, unnest(e.identifier_ids) AS id, unnest(e.verified) AS is_verified, e.source,
               e.occurred_at, cardinality(e.identifier_ids) = 1 AND e.source <> %(own)s AS is_alone
        FROM event.log e
        WHERE e.merchant_id = %(merchant)s AND e.position > %(after)s AND e.position <= %(upto)s),
    known AS MATERIALIZED (
        SELECT id, kind, scope FROM event.identifier
        WHERE merchant_id = %(merchant)s AND id = ANY(ARRAY(SELECT id FROM sight))),
    held AS MATERIALIZED (
        SELECT identifier_id, customer_id,
               customer_id IS NOT NULL AND quarantine IS NULL AND grade <> 'C' AS is_plain
        FROM identity.link
        WHERE merchant_id = %(merchant)s AND identifier_id = ANY(ARRAY(SELECT id FROM sight)))
    INSERT INTO pg_temp.identity_seen
    SELECT s.*, k.kind, k.scope, h.customer_id, coalesce(h.is_plain, true)
    FROM sight s JOIN known k ON k.id = s.id LEFT JOIN held h ON h.identifier_id = s.id
"""


def part(tx: Tx, grades: Grades, after: int, upto: int) -> tuple[Plain, list[Heard]]:
    """The plain, and the doubtful events in order."""
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
    begins = tx.value(
        """
        SELECT ARRAY(SELECT min(position) FROM pg_temp.identity_seen
                     WHERE customer_id IS NULL GROUP BY id ORDER BY 1)
        """
    )
    return Plain(begins, grades), heard


_DOUBTFUL: LiteralString = """
    SELECT e.position, e.source, e.type, e.occurred_at, e.identifier_ids, e.verified,
           CASE WHEN e.source = %(own)s THEN e.properties->>'customer' END AS customer_id
    FROM event.log e
    WHERE e.merchant_id = %(merchant)s AND e.position > %(after)s AND e.position <= %(upto)s
      AND (e.identifier_ids <> '{}' OR e.source = %(own)s)
      AND NOT EXISTS (SELECT FROM pg_temp.identity_seen s WHERE s.position = e.position)
    ORDER BY e.position
"""


def add_plain(tx: Tx, plain: Plain, next_ordinal: int, created: Sequence[int]) -> None:
    """Keep what the plain events say: customers, their links, whose events are.

    Ordinals, by position, are those that `created`, the ordinals of the others, leave free.
    """
    before = [ordinal - next_ordinal - others for others, ordinal in enumerate(created)]
    begun = len(plain.begins)
    tx.run(
        _ADD_PLAIN,
        {
            "ids": literal(new_ids(begun)),
            "next": next_ordinal,
            "before": literal(before),
            **_columns(plain.grades),
        },
    )
    if begun:
        batch.set_last_ordinal(tx, next_ordinal + len(created) + begun - 1)


# Before each of the others so many plain ones have begun.
_ADD_PLAIN: LiteralString = """
    WITH begun AS (
        SELECT DISTINCT ON (id) * FROM pg_temp.identity_seen WHERE customer_id IS NULL
        ORDER BY id, position),
    numbered AS (SELECT *, row_number() OVER (ORDER BY position) AS number FROM begun),
    named AS MATERIALIZED (
        SELECT position, id, kind, scope, is_verified, source, at, (%(ids)s::uuid[])[number] AS customer_id,
               %(next)s + number - 1 + width_bucket(number - 1, %(before)s::bigint[]) AS ordinal
        FROM numbered),
    customer AS (
        INSERT INTO identity.customer
            (merchant_id, id, ordinal, created_at, root_id, is_strong, origin_position)
        SELECT %(merchant)s, customer_id, ordinal, at, customer_id, true, position FROM named),
    link AS (
        INSERT INTO identity.link
            (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified, source,
             evidence_position, linked_at)
        SELECT %(merchant)s, n.id, n.kind, n.scope, n.customer_id, g.grade, n.is_verified, n.source,
               n.position, n.at
        FROM named n
        JOIN unnest(%(kinds)s::text[], %(scopes)s::text[], %(grades)s::text[])
            AS g (kind, scope, grade) ON (g.kind, g.scope) = (n.kind, n.scope))
    INSERT INTO identity.resolved (merchant_id, position, customer_id, via_id)
    SELECT %(merchant)s, s.position, coalesce(s.customer_id, n.customer_id), s.id
    FROM pg_temp.identity_seen s LEFT JOIN named n ON n.id = s.id
"""


def _columns(grades: Grades) -> dict[str, str]:
    return {
        "kinds": literal([kind for kind, _ in grades]),
        "scopes": literal([scope for _, scope in grades]),
        "grades": literal(list(grades.values())),
    }
