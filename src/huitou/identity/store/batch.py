"""What a micro-batch reads and writes: one statement per step for the whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.identity.rules.state import Assigned, Link, Merge, Moved, Standing, Use
from huitou.kernel.ids import new_id

# What a batch needs to know


def list_kinds(tx: ReadTx, identifier_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """`(kind, scope)` of identifiers; erased ones are missing."""
    found = tx.rows(
        dict,
        """
        SELECT id, kind, scope FROM event.identifier
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
        """,
        {"ids": list(identifier_ids)},
    )
    return {row["id"]: (row["kind"], row["scope"]) for row in found}


def list_store_phones(
    tx: ReadTx, identifier_ids: Sequence[int], blinds: Iterable[bytes]
) -> frozenset[int]:
    """Which of the identifiers are phones of units or staff."""
    found = tx.column(
        """
        SELECT id FROM event.identifier
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND blind = ANY(%(blinds)s)
        """,
        {"ids": list(identifier_ids), "blinds": list(blinds)},
    )
    return frozenset(found)


def list_links(tx: ReadTx, identifier_ids: Sequence[int]) -> dict[int, Link]:
    found = tx.rows(
        Link,
        """
        SELECT l.identifier_id, l.kind, l.scope, c.ordinal AS customer, l.grade, l.is_verified,
               l.source, l.evidence_position AS position, l.quarantine, l.seen_at
        FROM identity.link l
        LEFT JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE l.merchant_id = %(merchant)s AND l.identifier_id = ANY(%(ids)s)
        """,
        {"ids": list(identifier_ids)},
    )
    return {link.identifier_id: link for link in found}


def list_roots(tx: ReadTx, ordinals: Iterable[int]) -> dict[int, int]:
    """Customer → who answers for it, and those themselves."""
    found = tx.rows(
        dict,
        """
        SELECT c.ordinal, r.ordinal AS root
        FROM identity.customer c
        JOIN identity.customer r ON r.merchant_id = c.merchant_id AND r.id = c.root_id
        WHERE c.merchant_id = %(merchant)s AND c.ordinal = ANY(%(ordinals)s)
        """,
        {"ordinals": list(ordinals)},
    )
    roots = {row["ordinal"]: row["root"] for row in found}
    return roots | {root: root for root in roots.values()}


def list_standings(tx: ReadTx, roots: Iterable[int]) -> dict[int, Standing]:
    found = tx.rows(
        dict,
        """
        SELECT r.ordinal, bool_or(m.is_strong) AS is_strong,
               array_agg(DISTINCT l.scope) FILTER (WHERE l.scope IS NOT NULL) AS scopes
        FROM identity.customer r
        JOIN identity.customer m ON m.merchant_id = r.merchant_id AND m.root_id = r.id
        LEFT JOIN identity.link l
          ON l.merchant_id = m.merchant_id AND l.customer_id = m.id AND l.kind = 'unionid'
        WHERE r.merchant_id = %(merchant)s AND r.ordinal = ANY(%(roots)s)
        GROUP BY r.ordinal
        """,
        {"roots": list(roots)},
    )
    return {
        row["ordinal"]: Standing(row["is_strong"], frozenset(row["scopes"] or ())) for row in found
    }


def list_uses(tx: ReadTx, identifier_ids: Sequence[int]) -> list[Use]:
    return tx.rows(
        Use,
        """
        SELECT phone_id, other_id, kind, scope FROM identity.phone_use
        WHERE merchant_id = %(merchant)s AND phone_id = ANY(%(ids)s)
        """,
        {"ids": list(identifier_ids)},
    )


def list_apart(tx: ReadTx, roots: Iterable[int]) -> frozenset[tuple[int, int]]:
    found = tx.rows(
        dict,
        """
        SELECT DISTINCT least(r.ordinal, s.ordinal) AS one, greatest(r.ordinal, s.ordinal) AS other
        FROM identity.apart a
        JOIN identity.customer c ON c.merchant_id = a.merchant_id AND c.id = a.one_id
        JOIN identity.customer d ON d.merchant_id = a.merchant_id AND d.id = a.other_id
        JOIN identity.customer r ON r.merchant_id = c.merchant_id AND r.id = c.root_id
        JOIN identity.customer s ON s.merchant_id = d.merchant_id AND s.id = d.root_id
        WHERE a.merchant_id = %(merchant)s AND r.id <> s.id
          AND (r.ordinal = ANY(%(roots)s) OR s.ordinal = ANY(%(roots)s))
        """,
        {"roots": list(roots)},
    )
    return frozenset((row["one"], row["other"]) for row in found)


def get_next_ordinal(tx: ReadTx) -> int:
    last = tx.value("SELECT last FROM identity.ordinal WHERE merchant_id = %(merchant)s")
    return 1 if last is None else last + 1


def list_resolved_positions(tx: ReadTx, after: int, upto: int) -> set[int]:
    return set(
        tx.column(
            """
            SELECT position FROM identity.resolved
            WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
            """,
            {"after": after, "upto": upto},
        )
    )


def list_live(tx: ReadTx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the customers exist and are not forgotten."""
    return set(
        tx.column(
            """
            SELECT id FROM identity.customer
            WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND state = 'live'
            """,
            {"ids": list(customer_ids)},
        )
    )


# What a batch changes


def add_customers(tx: Tx, created: Sequence[tuple[int, datetime, int | None]]) -> None:
    """`(ordinal, created at, by the event at)`, each a customer of its own; ordinals follow on."""
    if not created:
        return
    tx.load(
        "identity_created",
        {"id": "uuid", "ordinal": "int", "at": "timestamptz", "position": "bigint"},
        ((new_id(), *each) for each in created),
    )
    tx.run(
        """
        INSERT INTO identity.customer
            (merchant_id, id, ordinal, created_at, root_id, origin_position)
        SELECT %(merchant)s, id, ordinal, at, id, position FROM pg_temp.identity_created
        """
    )
    tx.run(
        """
        INSERT INTO identity.ordinal (merchant_id, last) VALUES (%(merchant)s, %(last)s)
        ON CONFLICT (merchant_id) DO UPDATE SET last = excluded.last
        """,
        {"last": max(ordinal for ordinal, *_ in created)},
    )


def set_links(tx: Tx, links: Sequence[Link], occurred: Mapping[int, datetime]) -> None:
    """Write links as they are now. `occurred` gives the time of the batch's positions."""
    if not links:
        return
    tx.load(
        "identity_link",
        {
            "identifier_id": "bigint",
            "kind": "text",
            "scope": "text",
            "customer": "int",
            "grade": "text",
            "is_verified": "boolean",
            "source": "text",
            "position": "bigint",
            "at": "timestamptz",
            "quarantine": "text",
            "seen_at": "timestamptz",
        },
        (
            (
                link.identifier_id,
                link.kind,
                link.scope,
                link.customer,
                link.grade,
                link.is_verified,
                link.source,
                link.position,
                occurred.get(link.position or 0, tx.now),
                link.quarantine,
                link.seen_at,
            )
            for link in links
        ),
    )
    tx.run(
        """
        INSERT INTO identity.link AS l
            (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified, source,
             evidence_position, linked_at, quarantine, seen_at)
        SELECT %(merchant)s, t.identifier_id, t.kind, t.scope, c.id, t.grade, t.is_verified,
               t.source, t.position, t.at, t.quarantine, t.seen_at
        FROM pg_temp.identity_link t
        LEFT JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = t.customer
        ON CONFLICT (merchant_id, identifier_id) DO UPDATE SET
            customer_id = excluded.customer_id, grade = excluded.grade,
            is_verified = excluded.is_verified, source = excluded.source,
            evidence_position = excluded.evidence_position, quarantine = excluded.quarantine,
            seen_at = excluded.seen_at,
            linked_at = CASE WHEN l.evidence_position = excluded.evidence_position
                             THEN l.linked_at ELSE excluded.linked_at END
        """
    )


def set_strong(tx: Tx, ordinals: Iterable[int]) -> None:
    tx.run(
        """
        UPDATE identity.customer SET is_strong = true
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s) AND NOT is_strong
        """,
        {"ordinals": list(ordinals)},
    )


def add_merges(
    tx: Tx, merges: Sequence[Merge], roots: Mapping[int, int], events: Mapping[int, dict[str, Any]]
) -> None:
    """Hang losers under winners. `roots` gives who answers for each loser when all is done."""
    if not merges:
        return
    tx.load(
        "identity_merge",
        {
            "id": "uuid",
            "winner": "int",
            "loser": "int",
            "root": "int",
            "reason": "text",
            "position": "bigint",
            "one": "bigint",
            "other": "bigint",
            "evidence": "jsonb",
        },
        (
            (
                new_id(),
                merge.winner,
                merge.loser,
                roots[merge.loser],
                merge.reason,
                merge.position,
                *merge.identifiers,
                events[merge.position],
            )
            for merge in merges
        ),
    )
    tx.run(
        """
        INSERT INTO identity.merging
            (merchant_id, id, winner_id, loser_id, reason, position, identifier_ids, evidence,
             at, by)
        SELECT %(merchant)s, t.id, w.id, l.id, t.reason, t.position, ARRAY[t.one, t.other],
               t.evidence, %(now)s, 'job:identity'
        FROM pg_temp.identity_merge t
        JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.winner
        JOIN identity.customer l ON l.merchant_id = %(merchant)s AND l.ordinal = t.loser
        """
    )
    _hang(tx)


def _hang(tx: Tx) -> None:
    """Losers go under winners; everyone under a loser is answered for by the loser's last root."""
    tx.run(
        """
        UPDATE identity.customer l SET merged_into = w.id
        FROM pg_temp.identity_merge t
        JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.winner
        WHERE l.merchant_id = %(merchant)s AND l.ordinal = t.loser
        """
    )
    tx.run(
        """
        UPDATE identity.customer m SET root_id = r.id
        FROM pg_temp.identity_merge t
        JOIN identity.customer l ON l.merchant_id = %(merchant)s AND l.ordinal = t.loser
        JOIN identity.customer r ON r.merchant_id = %(merchant)s AND r.ordinal = t.root
        WHERE m.merchant_id = %(merchant)s AND m.root_id = l.id
        """
    )


def add_moves(tx: Tx, moves: Sequence[Moved]) -> None:
    if not moves:
        return
    tx.load(
        "identity_moved",
        {"no": "int", "identifier_id": "bigint", "f": "int", "t": "int", "position": "bigint"},
        (
            (no, move.identifier_id, move.from_customer, move.to_customer, move.position)
            for no, move in enumerate(moves)
        ),
    )
    tx.run(
        """
        INSERT INTO identity.move
            (merchant_id, identifier_id, from_id, to_id, reason, position, at)
        SELECT %(merchant)s, m.identifier_id, f.id, t.id, 'phone_verified', m.position, %(now)s
        FROM pg_temp.identity_moved m
        JOIN identity.customer f ON f.merchant_id = %(merchant)s AND f.ordinal = m.f
        JOIN identity.customer t ON t.merchant_id = %(merchant)s AND t.ordinal = m.t
        ORDER BY m.no
        """
    )


def add_uses(tx: Tx, uses: Sequence[Use]) -> None:
    if not uses:
        return
    tx.load(
        "identity_use",
        {"phone_id": "bigint", "other_id": "bigint", "kind": "text", "scope": "text"},
        ((use.phone_id, use.other_id, use.kind, use.scope) for use in uses),
    )
    tx.run(
        """
        INSERT INTO identity.phone_use (merchant_id, phone_id, other_id, kind, scope)
        SELECT %(merchant)s, phone_id, other_id, kind, scope FROM pg_temp.identity_use
        ON CONFLICT DO NOTHING
        """
    )


def add_resolved(tx: Tx, assigned: Sequence[Assigned], own: Sequence[tuple[int, UUID]]) -> None:
    """Events of customers by ordinal, and our own records by id. A position is given once."""
    tx.load(
        "identity_assigned",
        {"position": "bigint", "customer": "int", "customer_id": "uuid", "via_id": "bigint"},
        [
            *((each.position, each.customer, None, each.via_id) for each in assigned),
            *((position, None, customer_id, None) for position, customer_id in own),
        ],
    )
    tx.run(
        """
        INSERT INTO identity.resolved (merchant_id, position, customer_id, via_id)
        SELECT %(merchant)s, t.position, coalesce(t.customer_id, c.id), t.via_id
        FROM pg_temp.identity_assigned t
        LEFT JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.ordinal = t.customer
        ON CONFLICT DO NOTHING
        """
    )


def list_ids(tx: ReadTx, ordinals: Iterable[int]) -> dict[int, UUID]:
    found = tx.rows(
        dict,
        """
        SELECT ordinal, id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s)
        """,
        {"ordinals": list(ordinals)},
    )
    return {row["ordinal"]: row["id"] for row in found}
