"""What a batch is told: one look-up for all of it, and more of the few events that need it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from huitou.base.arrays import literal
from huitou.base.db import ReadTx
from huitou.event.types import OWN_SOURCE, LogEntry
from huitou.identity.rules.state import Heard, Known, Link, Sighted, Sighting, Standing, Use
from huitou.identity.store import policy
from huitou.identity.types import Grade, Quarantine

Kinds = Mapping[int, tuple[str, str]]
"""Identifier → its kind and scope."""


class _Looked(Struct, frozen=True, gc=False):
    """An identifier and, when somebody has it, its link, that customer, and who answers now."""

    identifier_id: int
    kind: str
    scope: str
    grade: Grade | None
    is_verified: bool
    source: str
    position: int | None
    quarantine: Quarantine | None
    seen_at: datetime | None
    customer: int | None
    customer_id: str | None
    is_strong: bool
    root: int


@dataclass(frozen=True, slots=True)
class Told:
    """A batch: its events, what is known of their identifiers, the customers' ids by ordinal."""

    sightings: Sequence[Sighting]
    known: Known
    """Links and who answers for their customers."""
    ids: Mapping[int, str]
    strong: frozenset[int]
    """Customers that have got an identifier better than a typed phone before."""


def heard(entries: Iterable[LogEntry]) -> list[Heard]:
    """Decoded entries as identity reads them."""
    return [
        Heard(
            each.position,
            each.source,
            each.type,
            each.occurred_at,
            each.identifier_ids,
            each.verified,
            each.properties.get("customer") if each.source == OWN_SOURCE else None,
        )
        for each in entries
    ]


def list_heard(tx: ReadTx, after: int, upto: int) -> list[Heard]:
    """The same of the log's events at `(after, upto]`, without decoding what they tell others."""
    return tx.rows(
        Heard,
        """
        SELECT position, source, type, occurred_at, identifier_ids, verified,
               CASE WHEN source = %(own)s THEN properties->>'customer' END AS customer_id
        FROM event.log
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
        ORDER BY position
        """,
        {"after": after, "upto": upto, "own": OWN_SOURCE},
    )


def list_kinds(tx: ReadTx, events: Iterable[Heard]) -> dict[int, tuple[str, str]]:
    """Kinds of the events' identifiers; erased ones are missing."""
    found = tx.rows(
        dict,
        """
        SELECT id, kind, scope FROM event.identifier
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::bigint[])
        """,
        {"ids": _identifiers(events)},
    )
    return {row["id"]: (row["kind"], row["scope"]) for row in found}


def list_sightings(events: Iterable[Heard], kinds: Kinds) -> list[Sighting]:
    """The events with the kinds of their identifiers."""
    return [
        Sighting(
            each.position,
            each.source,
            [
                Sighted(identifier_id, *kinds[identifier_id], is_verified)
                for identifier_id, is_verified in zip(
                    each.identifier_ids, each.verified, strict=True
                )
                if identifier_id in kinds
            ],
            each.occurred_at,
            each.type,
        )
        for each in events
    ]


def begin(tx: ReadTx, after: int, upto: int) -> tuple[int, set[int]]:
    """The next ordinal, and which positions have a customer already."""
    (row,) = tx.rows(
        dict,
        """
        SELECT coalesce((SELECT last FROM identity.ordinal WHERE merchant_id = %(merchant)s), 0) AS last,
               ARRAY(SELECT position FROM identity.resolved
                     WHERE merchant_id = %(merchant)s
                       AND position > %(after)s AND position <= %(upto)s) AS done
        """,
        {"after": after, "upto": upto},
    )
    return row["last"] + 1, set(row["done"])


def look_up(tx: ReadTx, events: Sequence[Heard], next_ordinal: int) -> Told:
    """Who has the identifiers of a batch."""
    found = tx.rows(
        _Looked,
        """
        SELECT x.id AS identifier_id, coalesce(l.kind, i.kind) AS kind,
               coalesce(l.scope, i.scope) AS scope, l.grade, l.is_verified, l.source,
               l.evidence_position AS position, l.quarantine, l.seen_at, c.ordinal AS customer,
               c.id::text AS customer_id, c.is_strong, coalesce(r.ordinal, c.ordinal) AS root
        FROM unnest(%(ids)s::bigint[]) AS x (id)
        LEFT JOIN identity.link l ON l.merchant_id = %(merchant)s AND l.identifier_id = x.id
        LEFT JOIN event.identifier i ON i.merchant_id = %(merchant)s
          AND i.id = CASE WHEN l.identifier_id IS NULL THEN x.id END
        LEFT JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = l.customer_id
        LEFT JOIN identity.customer r ON r.merchant_id = %(merchant)s
          AND r.id = nullif(c.root_id, c.id)
        WHERE l.identifier_id IS NOT NULL OR i.id IS NOT NULL
        """,
        {"ids": _identifiers(events)},
    )
    kinds = {each.identifier_id: (each.kind, each.scope) for each in found}
    held = [each for each in found if each.customer is not None]
    roots = {each.customer: each.root for each in held if each.customer is not None}
    return Told(
        sightings=list_sightings(events, kinds),
        known=Known(
            next_ordinal=next_ordinal,
            links={
                each.identifier_id: Link(
                    each.identifier_id,
                    each.kind,
                    each.scope,
                    each.customer,
                    each.grade,
                    each.is_verified,
                    each.source,
                    each.position,
                    each.quarantine,
                    each.seen_at,
                )
                for each in found
                if each.grade is not None
            },
            roots=roots | {root: root for root in roots.values()},
        ),
        ids={
            each.customer: each.customer_id for each in held if each.customer and each.customer_id
        },
        strong=frozenset(each.customer for each in held if each.customer and each.is_strong),
    )


def has_phone(sightings: Iterable[Sighting]) -> bool:
    return any(each.kind == "phone" for sighting in sightings for each in sighting.identifiers)


def learn(
    tx: ReadTx, known: Known, sightings: Sequence[Sighting], store_blinds: Iterable[bytes]
) -> Known:
    """With all that matters to these events: standings, what a person said, uses of phones."""
    ids = {each.id for sighting in sightings for each in sighting.identifiers}
    phones = [
        each.id for sighting in sightings for each in sighting.identifiers if each.kind == "phone"
    ]
    tops = {
        known.roots[link.customer]
        for link in map(known.links.get, ids)
        if link is not None and link.customer is not None
    }
    return replace(
        known,
        standings=_list_standings(tx, tops) if tops else {},
        uses=_list_uses(tx, phones) if phones else (),
        apart=_list_apart(tx, tops) if len(tops) > 1 else frozenset(),
        store_phones=_list_store_phones(tx, phones, store_blinds) if phones else frozenset(),
        lifted=policy.list_lifted(tx, ids) if ids else frozenset(),
    )


def list_own(tx: ReadTx, events: Iterable[Heard]) -> dict[int, str]:
    """Position → whom our own record names, of those who exist and are not forgotten."""
    named = {each.position: UUID(each.customer_id) for each in events if each.customer_id}
    if not named:
        return {}
    live = set(
        tx.column(
            """
            SELECT id FROM identity.customer
            WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[]) AND state = 'live'
            """,
            {"ids": literal(list(set(named.values())))},
        )
    )
    return {position: str(each) for position, each in named.items() if each in live}


def list_ids(tx: ReadTx, ordinals: Iterable[int]) -> dict[int, UUID]:
    """Customers' ids by ordinal."""
    found = tx.rows(
        dict,
        """
        SELECT ordinal, id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND ordinal = ANY(%(ordinals)s::int[])
        """,
        {"ordinals": literal(list(ordinals))},
    )
    return {row["ordinal"]: row["id"] for row in found}


def get_next_ordinal(tx: ReadTx) -> int:
    return begin(tx, 0, 0)[0]


def _identifiers(events: Iterable[Heard]) -> str:
    """Each once, in order: neighbours in the index."""
    return literal(sorted({each for event in events for each in event.identifier_ids}))


def _list_standings(tx: ReadTx, roots: Iterable[int]) -> dict[int, Standing]:
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


def _list_uses(tx: ReadTx, identifier_ids: Sequence[int]) -> list[Use]:
    return tx.rows(
        Use,
        """
        SELECT phone_id, other_id, kind, scope FROM identity.phone_use
        WHERE merchant_id = %(merchant)s AND phone_id = ANY(%(ids)s)
        """,
        {"ids": list(identifier_ids)},
    )


def _list_apart(tx: ReadTx, roots: Iterable[int]) -> frozenset[tuple[int, int]]:
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


def _list_store_phones(
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
