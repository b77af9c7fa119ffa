"""Resolving the whole log anew: reading it in slices, and writing only what differs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.event import reads as events
from huitou.identity.rules.resolving import Fold
from huitou.identity.rules.state import Assigned, Known, Link, Merge, Sighting, Standing
from huitou.identity.store import batch, known, policy
from huitou.identity.types import LogIncomplete, Policy
from huitou.kernel.ids import new_id

_SLICE = 20_000
_WRITTEN_AT_ONCE = 100_000


def resolve(tx: Tx, wanted: Policy, store_blinds: Iterable[bytes]) -> list[tuple[UUID, UUID]]:
    """Resolve the log under another rule and write what differs: (root of before, root of now)
    wherever something of the one is with the other now. Refuses `LogIncomplete`."""
    _open_moves(tx)
    assigned: list[Assigned] = []
    began: dict[int, tuple[datetime, int]] = {}
    for fold, sightings in fold_log(tx, wanted, store_blinds):
        taken, first_new = fold.taken(), fold.first_new
        times = {each.position: each.at for each in sightings}
        for each in taken:
            if each.customer >= first_new:
                at = times[each.position]
                assert at is not None
                began.setdefault(each.customer, (at, each.position))
        assigned += taken
    resolution = fold.resolution()
    batch.add_customers(
        tx, [(each, *began[each]) for each in resolution.created], strong=resolution.strong
    )
    for start in range(0, len(assigned), _WRITTEN_AT_ONCE):
        _set_resolved(tx, assigned[start : start + _WRITTEN_AT_ONCE])
    for start in range(0, len(resolution.links), _WRITTEN_AT_ONCE):
        _set_links(tx, resolution.links[start : start + _WRITTEN_AT_ONCE])
    batch.set_strong(tx, resolution.strong)
    batch.add_uses(tx, resolution.uses)
    _set_merged(tx, resolution.merges, fold.hung(list_by_hand(tx)))
    return _list_moves(tx)


# What the log and people said


def hold_still(tx: Tx) -> None:
    """The transaction sees one moment from now on, however long it reads. Its first statement."""
    tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def check_whole(tx: ReadTx) -> None:
    """Refuses `LogIncomplete`: retention has taken the log's beginning away."""
    first = tx.value("SELECT min(position) FROM event.log WHERE merchant_id = %(merchant)s")
    if first is not None and first > 1:
        raise LogIncomplete()


def count_read(tx: ReadTx) -> int:
    """How many events identity has read."""
    return next((each.position for each in events.lag(tx).streams if each.name == "identity"), 0)


def fold_log(
    tx: ReadTx, wanted: Policy, store_blinds: Iterable[bytes]
) -> Iterator[tuple[Fold, list[Sighting]]]:
    """Fold all that identity has read under a rule, slice by slice; at least one slice.

    Holds every identifier in memory once, and a slice of events. Refuses `LogIncomplete`.
    """
    check_whole(tx)
    pinned = list_pinned(tx)
    holders = {link.customer for link in pinned if link.customer is not None}
    fold = Fold(
        Known(
            next_ordinal=known.get_next_ordinal(tx),
            links={link.identifier_id: link for link in pinned},
            roots={each: each for each in holders},
            standings={each: Standing(is_strong=True) for each in holders},
            apart=list_apart(tx),
            store_phones=list_with_blinds(tx, store_blinds),
            lifted=policy.list_lifted(tx, None),
        ),
        wanted,
    )
    upto = count_read(tx)
    for after in range(0, max(upto, 1), _SLICE):
        last = min(after + _SLICE, upto)
        fold.origins |= list_origins(tx, after, last)
        heard = known.list_heard(tx, after, last)
        sightings = known.list_sightings(heard, known.list_kinds(tx, heard))
        for sighting in sightings:
            fold.take(sighting)
        fold.rest()
        yield fold, sightings


def list_origins(tx: ReadTx, after: int, upto: int) -> dict[int, int]:
    """Position → the customer its event made, of those who are not forgotten."""
    found = tx.rows(
        dict,
        """
        SELECT origin_position AS position, ordinal FROM identity.customer
        WHERE merchant_id = %(merchant)s AND state = 'live'
          AND origin_position > %(after)s AND origin_position <= %(upto)s
        """,
        {"after": after, "upto": upto},
    )
    return {row["position"]: row["ordinal"] for row in found}


def list_pinned(tx: ReadTx) -> list[Link]:
    """Identifiers that a person gave to a customer by a split: they stay there."""
    return tx.rows(
        Link,
        """
        SELECT l.identifier_id, l.kind, l.scope, c.ordinal AS customer, l.grade, l.is_verified,
               l.source, l.evidence_position AS position, l.quarantine, l.seen_at
        FROM identity.link l
        JOIN identity.customer c
          ON c.merchant_id = l.merchant_id AND c.id = l.customer_id AND c.state = 'live'
        WHERE l.merchant_id = %(merchant)s AND EXISTS (
            SELECT FROM identity.move m WHERE m.merchant_id = l.merchant_id
              AND m.identifier_id = l.identifier_id AND m.reason = 'split' AND m.to_id = c.id)
        """,
    )


def list_with_blinds(tx: ReadTx, blinds: Iterable[bytes]) -> frozenset[int]:
    """Identifiers by their keyed hashes."""
    return frozenset(
        tx.column(
            """
            SELECT id FROM event.identifier
            WHERE merchant_id = %(merchant)s AND blind = ANY(%(blinds)s)
            """,
            {"blinds": list(blinds)},
        )
    )


def list_apart(tx: ReadTx) -> frozenset[tuple[int, int]]:
    """Whom a person set apart, by the customers named then."""
    found = tx.rows(
        dict,
        """
        SELECT least(c.ordinal, d.ordinal) AS one, greatest(c.ordinal, d.ordinal) AS other
        FROM identity.apart a
        JOIN identity.customer c ON c.merchant_id = a.merchant_id AND c.id = a.one_id
        JOIN identity.customer d ON d.merchant_id = a.merchant_id AND d.id = a.other_id
        WHERE a.merchant_id = %(merchant)s
        """,
    )
    return frozenset((row["one"], row["other"]) for row in found)


def list_by_hand(tx: ReadTx) -> list[tuple[int, int]]:
    """(winner, loser) of merges by a person that stand, in their order."""
    found = tx.rows(
        dict,
        """
        SELECT w.ordinal AS winner, l.ordinal AS loser
        FROM identity.merging m
        JOIN identity.customer w ON w.merchant_id = m.merchant_id AND w.id = m.winner_id
        JOIN identity.customer l ON l.merchant_id = m.merchant_id AND l.id = m.loser_id
        WHERE m.merchant_id = %(merchant)s AND m.reason = 'by_hand' AND m.undone_at IS NULL
          AND w.state = 'live' AND l.state = 'live'
        ORDER BY m.at, m.id
        """,
    )
    return [(row["winner"], row["loser"]) for row in found]


def iter_speaking(tx: ReadTx) -> Iterator[dict[str, Any]]:
    """Identifiers that speak for somebody, and who answers for that one today, by ordinal."""
    return tx.iterate(
        dict,
        """
        SELECT l.identifier_id AS id, r.ordinal AS root
        FROM identity.link l
        JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        JOIN identity.customer r ON r.merchant_id = c.merchant_id AND r.id = c.root_id
        WHERE l.merchant_id = %(merchant)s AND l.quarantine IS NULL
        """,
    )


# Writing what differs


def _open_moves(tx: Tx) -> None:
    """A place to note which roots lost something, and to whom."""
    tx.load("identity_before", {"id": "uuid", "root_id": "uuid"}, ())
    tx.run(
        """
        INSERT INTO pg_temp.identity_before
        SELECT id, root_id FROM identity.customer WHERE merchant_id = %(merchant)s
        """
    )
    tx.load("identity_went", {"from_id": "uuid", "to_id": "uuid"}, ())


def _set_resolved(tx: Tx, assigned: Sequence[Assigned]) -> None:
    """Events go to other customers; nobody's events stay nobody's, somebody's keep somebody."""
    tx.load(
        "identity_assigned",
        {"position": "bigint", "customer": "int", "via_id": "bigint"},
        ((each.position, each.customer, each.via_id) for each in assigned),
    )
    tx.run(
        """
        WITH moved AS (
            UPDATE identity.resolved r SET customer_id = c.id, via_id = t.via_id
            FROM pg_temp.identity_assigned t
            JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = t.customer
            JOIN identity.resolved o
              ON o.merchant_id = %(merchant)s AND o.position = t.position
            JOIN identity.customer f
              ON f.merchant_id = %(merchant)s AND f.id = o.customer_id AND f.state = 'live'
            WHERE r.merchant_id = %(merchant)s AND r.position = t.position
              AND r.via_id IS NOT NULL AND (r.customer_id, r.via_id) <> (c.id, t.via_id)
            RETURNING o.customer_id AS from_id, c.id AS to_id)
        INSERT INTO pg_temp.identity_went SELECT DISTINCT from_id, to_id FROM moved
        WHERE from_id <> to_id
        """
    )


def _set_links(tx: Tx, links: Sequence[Link]) -> None:
    """Links as they are now; unchanged ones are not written. The time of evidence follows."""
    ids = known.list_ids(tx, {each.customer for each in links if each.customer})
    tx.run(
        """
        INSERT INTO identity.link AS l
            (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified, source,
             evidence_position, linked_at, quarantine, seen_at)
        SELECT %(merchant)s, t.identifier_id, t.kind, t.scope, t.customer_id, t.grade,
               t.is_verified, t.source, t.position, coalesce(e.occurred_at, %(now)s), t.quarantine,
               t.seen_at
        FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(scopes)s::text[],
                    %(customers)s::uuid[], %(grades)s::text[], %(verified)s::boolean[],
                    %(sources)s::text[], %(positions)s::bigint[], %(quarantines)s::text[],
                    %(seen)s::timestamptz[])
            AS t (identifier_id, kind, scope, customer_id, grade, is_verified, source, position,
                  quarantine, seen_at)
        LEFT JOIN identity.link o
          ON o.merchant_id = %(merchant)s AND o.identifier_id = t.identifier_id
        LEFT JOIN event.log e ON e.merchant_id = %(merchant)s AND e.position = t.position
        WHERE (o.customer_id, o.grade, o.is_verified, o.evidence_position, o.quarantine, o.seen_at)
            IS DISTINCT FROM
            (t.customer_id, t.grade, t.is_verified, t.position, t.quarantine, t.seen_at)
        ON CONFLICT (merchant_id, identifier_id) DO UPDATE SET
            customer_id = excluded.customer_id, grade = excluded.grade,
            is_verified = excluded.is_verified, source = excluded.source,
            evidence_position = excluded.evidence_position, linked_at = excluded.linked_at,
            quarantine = excluded.quarantine, seen_at = excluded.seen_at
        """,
        batch.columns(links, ids),
    )


def _set_merged(
    tx: Tx, merges: Sequence[Merge], hung: Iterable[tuple[int, int | None, int]]
) -> None:
    """Who is under whom: `(customer, merged into, root)`; mergings by evidence follow."""
    tx.load(
        "identity_remerge",
        {
            "id": "uuid",
            "winner": "int",
            "loser": "int",
            "reason": "text",
            "position": "bigint",
            "one": "bigint",
            "other": "bigint",
        },
        (
            (new_id(), each.winner, each.loser, each.reason, each.position, *each.identifiers)
            for each in merges
        ),
    )
    tx.run(
        """
        UPDATE identity.merging m SET undone_at = %(now)s
        WHERE m.merchant_id = %(merchant)s AND m.undone_at IS NULL AND m.reason <> 'by_hand'
          AND NOT EXISTS (
              SELECT FROM pg_temp.identity_remerge t
              JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.winner
              JOIN identity.customer l ON l.merchant_id = %(merchant)s AND l.ordinal = t.loser
              WHERE t.position = m.position AND w.id = m.winner_id AND l.id = m.loser_id)
        """
    )
    tx.run(
        """
        INSERT INTO identity.merging
            (merchant_id, id, winner_id, loser_id, reason, position, identifier_ids, evidence,
             at, by)
        SELECT %(merchant)s, t.id, w.id, l.id, t.reason, t.position, ARRAY[t.one, t.other],
               jsonb_build_object('type', e.type, 'source', e.source,
                                  'occurred_at', e.occurred_at), %(now)s, %(by)s
        FROM pg_temp.identity_remerge t
        JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.winner
        JOIN identity.customer l ON l.merchant_id = %(merchant)s AND l.ordinal = t.loser
        JOIN event.log e ON e.merchant_id = %(merchant)s AND e.position = t.position
        WHERE NOT EXISTS (
            SELECT FROM identity.merging m
            WHERE m.merchant_id = %(merchant)s AND m.undone_at IS NULL
              AND m.position = t.position AND m.winner_id = w.id AND m.loser_id = l.id)
        """,
        {"by": tx.principal},
    )
    tx.load("identity_hung", {"ordinal": "int", "into": "int", "root": "int"}, hung)
    tx.run(
        """
        UPDATE identity.customer c SET root_id = r.id, merged_into = w.id
        FROM pg_temp.identity_hung t
        JOIN identity.customer r ON r.merchant_id = %(merchant)s AND r.ordinal = t.root
        LEFT JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.into
        WHERE c.merchant_id = %(merchant)s AND c.ordinal = t.ordinal
          AND (c.root_id <> r.id OR c.merged_into IS DISTINCT FROM w.id)
        """
    )


def _list_moves(tx: Tx) -> list[tuple[UUID, UUID]]:
    """(root of before, root of now) wherever something of the one is with the other now."""
    found = tx.rows(
        dict,
        """
        SELECT b.root_id AS old, c.root_id AS new
        FROM pg_temp.identity_before b
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = b.id
        WHERE b.root_id <> c.root_id
        UNION
        SELECT b.root_id, c.root_id
        FROM pg_temp.identity_went w
        JOIN pg_temp.identity_before b ON b.id = w.from_id
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.to_id
        WHERE b.root_id <> c.root_id
        """,
    )
    return [(row["old"], row["new"]) for row in found]
