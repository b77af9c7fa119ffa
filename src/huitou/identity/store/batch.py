"""What a batch writes: one statement per step, and none where there is nothing to do."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.identity.rules.state import Link, Merge, Moved, Resolution, Sighting, Use
from huitou.identity.store.known import Told
from huitou.kernel.ids import new_id, new_ids

Created = tuple[int, datetime, int | None]
"""Ordinal, when, and by the event at which position (None: by a person)."""


def add_resolution(tx: Tx, resolution: Resolution, told: Told, own: Mapping[int, str]) -> None:
    """Keep what a batch says; `own` are the customers whom our own records name, by position."""
    events = {each.position: each for each in told.sightings}
    ids = {**told.ids, **_add_created(tx, resolution, events)}
    set_links(tx, resolution.links, ids, events)
    set_strong(tx, resolution.strong - told.strong - set(resolution.created))
    add_merges(tx, resolution.merges, final(resolution.merges), events)
    add_moves(tx, resolution.moves)
    add_uses(tx, resolution.uses)
    given: list[tuple[int, str, int | None]] = [
        (each.position, ids[each.customer], each.via_id) for each in resolution.assigned
    ]
    decided = {position for position, _, _ in given} if own else set()
    given += [(each, own[each], None) for each in own if each not in decided]
    _add_resolved(tx, given)


def _add_created(tx: Tx, resolution: Resolution, events: Mapping[int, Sighting]) -> dict[int, str]:
    """Customers began with the first event that is theirs."""
    if not resolution.created:
        return {}
    oldest = resolution.created[0]
    first = {
        each.customer: each.position
        for each in reversed(resolution.assigned)
        if each.customer >= oldest
    }
    created = []
    for ordinal in resolution.created:
        at = events[first[ordinal]].at
        assert at is not None
        created.append((ordinal, at, first[ordinal]))
    return add_customers(tx, created, strong=resolution.strong)


def add_customers(
    tx: Tx, created: Sequence[Created], *, strong: frozenset[int] = frozenset()
) -> dict[int, str]:
    """Each a customer of its own; ordinals follow on. Their ids by ordinal."""
    if not created:
        return {}
    ids = new_ids(len(created))
    ordinals = [ordinal for ordinal, _, _ in created]
    tx.run(
        """
        INSERT INTO identity.customer
            (merchant_id, id, ordinal, created_at, root_id, is_strong, origin_position)
        SELECT %(merchant)s, id, ordinal, at, id, is_strong, position
        FROM unnest(%(ids)s::uuid[], %(ordinals)s::int[], %(at)s::timestamptz[],
                    %(strong)s::boolean[], %(positions)s::bigint[])
            AS t (id, ordinal, at, is_strong, position)
        """,
        {
            "ids": literal(ids),
            "ordinals": literal(ordinals),
            "at": literal([at for _, at, _ in created]),
            "strong": literal([ordinal in strong for ordinal in ordinals]),
            "positions": literal([position for _, _, position in created]),
        },
    )
    set_last_ordinal(tx, max(ordinals))
    return dict(zip(ordinals, ids, strict=True))


def set_last_ordinal(tx: Tx, last: int) -> None:
    """The last one given, unless one after it was."""
    tx.run(
        """
        INSERT INTO identity.ordinal (merchant_id, last) VALUES (%(merchant)s, %(last)s)
        ON CONFLICT (merchant_id) DO UPDATE SET last = greatest(ordinal.last, excluded.last)
        """,
        {"last": last},
    )


def set_links(
    tx: Tx, links: Sequence[Link], ids: Mapping[int, str], events: Mapping[int, Sighting]
) -> None:
    """Write links as they are now. Evidence keeps its time, and has that of its event."""
    if not links:
        return
    shown = [events.get(link.position or 0) for link in links]
    tx.run(
        """
        INSERT INTO identity.link AS l
            (merchant_id, identifier_id, kind, scope, customer_id, grade, is_verified, source,
             evidence_position, linked_at, quarantine, seen_at)
        SELECT %(merchant)s, t.*
        FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(scopes)s::text[],
                    %(customers)s::uuid[], %(grades)s::text[], %(verified)s::boolean[],
                    %(sources)s::text[], %(positions)s::bigint[], %(at)s::timestamptz[],
                    %(quarantines)s::text[], %(seen)s::timestamptz[]) AS t
        ON CONFLICT (merchant_id, identifier_id) DO UPDATE SET
            customer_id = excluded.customer_id, grade = excluded.grade,
            is_verified = excluded.is_verified, source = excluded.source,
            evidence_position = excluded.evidence_position, quarantine = excluded.quarantine,
            seen_at = excluded.seen_at,
            linked_at = CASE WHEN l.evidence_position = excluded.evidence_position
                             THEN l.linked_at ELSE excluded.linked_at END
        """,
        {
            **columns(links, ids),
            "at": literal([tx.now if each is None else each.at for each in shown]),
        },
    )


def columns(links: Sequence[Link], ids: Mapping[int, str | UUID]) -> dict[str, str]:
    """Links as arrays."""
    customers = [None if each.customer is None else ids[each.customer] for each in links]
    return {
        "ids": literal([each.identifier_id for each in links]),
        "kinds": literal([each.kind for each in links]),
        "scopes": literal([each.scope for each in links]),
        "customers": literal(customers),
        "grades": literal([each.grade for each in links]),
        "verified": literal([each.is_verified for each in links]),
        "sources": literal([each.source for each in links]),
        "positions": literal([each.position for each in links]),
        "quarantines": literal([each.quarantine for each in links]),
        "seen": literal([each.seen_at for each in links]),
    }


def set_strong(tx: Tx, ordinals: Collection[int]) -> None:
    """They have, or once had, an identifier better than a typed phone."""
    if not ordinals:
        return
    tx.run(
        """
        UPDATE identity.customer SET is_strong = true
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s::int[]) AND NOT is_strong
        """,
        {"ordinals": literal(list(ordinals))},
    )


def add_merges(
    tx: Tx, merges: Sequence[Merge], roots: Mapping[int, int], events: Mapping[int, Sighting]
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
                evidence_of(events[merge.position]),
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
        UPDATE identity.customer m
        SET root_id = r.id, merged_into = CASE WHEN m.id = l.id THEN w.id ELSE m.merged_into END
        FROM pg_temp.identity_merge t
        JOIN identity.customer l ON l.merchant_id = %(merchant)s AND l.ordinal = t.loser
        JOIN identity.customer w ON w.merchant_id = %(merchant)s AND w.ordinal = t.winner
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


def _add_resolved(tx: Tx, given: Sequence[tuple[int, str, int | None]]) -> None:
    """`(position, customer, identifier that decided)`. A position is given once."""
    if not given:
        return
    tx.run(
        """
        INSERT INTO identity.resolved (merchant_id, position, customer_id, via_id)
        SELECT %(merchant)s, t.*
        FROM unnest(%(positions)s::bigint[], %(customers)s::uuid[], %(via)s::bigint[]) AS t
        """,
        {
            "positions": literal([position for position, _, _ in given]),
            "customers": literal([customer_id for _, customer_id, _ in given]),
            "via": literal([via_id for _, _, via_id in given]),
        },
    )


def evidence_of(event: Sighting) -> dict[str, str]:
    """What is kept of an event as the reason of a merge."""
    assert event.at is not None
    return {"type": event.type, "source": event.source, "occurred_at": event.at.isoformat()}


def final(merges: Sequence[Merge]) -> dict[int, int]:
    """Loser → who answers for it when all merges are done."""
    final: dict[int, int] = {}
    for merge in reversed(merges):
        final[merge.loser] = final.get(merge.winner, merge.winner)
    return final
