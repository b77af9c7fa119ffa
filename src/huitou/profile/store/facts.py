"""Keeping facts, by the customer they were first given to. Everything here may be repeated."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx
from huitou.event.types import LogEntry
from huitou.profile.rules.facts import Contact, Decision, Seen, name_text
from huitou.profile.types import SOURCE_TAG, ConsentChange, Description

DESCRIPTION_COLUMNS = {
    "customer_id": "uuid",
    "name_sealed": "bytea",
    "name_blind": "bytea",
    "gender": "text",
    "birth_month": "smallint",
    "home_unit_id": "uuid",
    "owner_staff_id": "uuid",
    "joined_on": "date",
    "no_profiling": "boolean",
    "under_14": "boolean",
    "zone": "text",
}

_SET_DESCRIPTIONS: LiteralString = """
    INSERT INTO profile.description AS d
        (merchant_id, customer_id, name_sealed, name_blind, gender, birth_month,
         home_unit_id, owner_staff_id, joined_on, no_profiling, under_14, zone, zone_at, at, source)
    SELECT %(merchant)s, customer_id, name_sealed, name_blind, gender, birth_month,
           home_unit_id, owner_staff_id, joined_on, no_profiling, under_14, zone,
           CASE WHEN zone IS NOT NULL THEN %(now)s END, %(now)s, %(source)s
    FROM pg_temp.profile_description
    ON CONFLICT (merchant_id, customer_id) DO UPDATE SET
        name_sealed = coalesce(excluded.name_sealed, d.name_sealed),
        name_blind = coalesce(excluded.name_blind, d.name_blind),
        gender = coalesce(excluded.gender, d.gender),
        birth_month = coalesce(excluded.birth_month, d.birth_month),
        home_unit_id = coalesce(excluded.home_unit_id, d.home_unit_id),
        owner_staff_id = coalesce(excluded.owner_staff_id, d.owner_staff_id),
        joined_on = coalesce(excluded.joined_on, d.joined_on),
        no_profiling = excluded.no_profiling OR d.no_profiling,
        under_14 = excluded.under_14 OR d.under_14,
        zone = coalesce(excluded.zone, d.zone),
        zone_at = coalesce(excluded.zone_at, d.zone_at),
        at = excluded.at, source = excluded.source
"""


_IS_FIRST: LiteralString = """(
    {n}.bought_at IS NOT NULL AND (
        s.bought_at IS NULL
        OR (NOT {n}.bought_in_store, {n}.bought_at) < (NOT s.bought_in_store, s.bought_at)))"""
_WIDENED: LiteralString = """
    last_seen_at = greatest(s.last_seen_at, {n}.last_seen_at),
    joined_at = least(s.joined_at, {n}.joined_at),
    bought_at = CASE WHEN {is_first} THEN {n}.bought_at ELSE s.bought_at END,
    bought_unit_id = CASE WHEN {is_first} THEN {n}.bought_unit_id ELSE s.bought_unit_id END,
    bought_in_store = CASE WHEN {is_first} THEN {n}.bought_in_store ELSE s.bought_in_store END,
    sources = CASE WHEN s.sources @> {n}.sources THEN s.sources ELSE (
        SELECT array_agg(DISTINCT each ORDER BY each) FROM unnest(s.sources || {n}.sources) AS each) END
    """.replace("{is_first}", _IS_FIRST)
_ADD_SEEN: LiteralString = """
    WITH told AS MATERIALIZED (
        SELECT customer_id, last_seen_at, joined_at, bought_at, bought_unit_id, bought_in_store,
               sources::text[]
        FROM unnest(
            %(customers)s::uuid[], %(seen)s::timestamptz[], %(joined)s::timestamptz[],
            %(bought)s::timestamptz[], %(units)s::uuid[], %(in_store)s::boolean[],
            %(sources)s::text[])
        AS t (customer_id, last_seen_at, joined_at, bought_at, bought_unit_id, bought_in_store,
              sources)),
    known AS MATERIALIZED (
        SELECT n.customer_id, s.sources @> n.sources AS is_met FROM told n
        JOIN profile.seen s ON s.merchant_id = %(merchant)s AND s.customer_id = n.customer_id),
    again AS (
        UPDATE profile.seen s SET {widened} FROM told n
        WHERE s.merchant_id = %(merchant)s AND s.customer_id = n.customer_id
        RETURNING n.customer_id, s.joined_at = n.joined_at OR s.bought_at = n.bought_at AS is_more),
    met AS (
        INSERT INTO profile.seen AS s
            (merchant_id, customer_id, last_seen_at, joined_at, bought_at, bought_unit_id,
             bought_in_store, sources)
        SELECT %(merchant)s, n.* FROM told n
        WHERE NOT EXISTS (SELECT FROM again a WHERE a.customer_id = n.customer_id)
        ON CONFLICT (merchant_id, customer_id) DO UPDATE SET {widened_by_it}
        RETURNING customer_id)
    SELECT customer_id, true AS is_anew FROM again WHERE is_more
    UNION ALL SELECT customer_id, true FROM met
    UNION ALL SELECT customer_id, false FROM known WHERE NOT is_met
    """.replace("{widened}", _WIDENED.replace("{n}", "n")).replace(
    "{widened_by_it}", _WIDENED.replace("{n}", "excluded")
)


def add_seen(tx: Tx, seen: Sequence[Seen]) -> tuple[set[UUID], set[UUID]]:
    """Widen what is known: the latest sight, the earliest joining and purchase, the sources. Returns
    who was never seen before or joined or bought earlier than was known, and of whom a source is new.
    """
    if not seen:
        return set(), set()
    found = tx.rows(
        dict,
        _ADD_SEEN,
        {
            "customers": literal([each.customer_id for each in seen]),
            "seen": literal([each.last_seen_at for each in seen]),
            "joined": literal([each.joined_at for each in seen]),
            "bought": literal([each.bought_at for each in seen]),
            "units": literal([each.bought_unit_id for each in seen]),
            "in_store": literal([each.bought_in_store for each in seen]),
            "sources": literal([literal(sorted(each.sources)) for each in seen]),
        },
    )
    anew = {row["customer_id"] for row in found if row["is_anew"]}
    return anew, {row["customer_id"] for row in found} - anew


def remove_seen(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    tx.run(
        """
        DELETE FROM profile.seen
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def add_contacts(tx: Tx, contacts: Sequence[Contact]) -> None:
    if not contacts:
        return
    tx.run(
        """
        INSERT INTO profile.contact_log
            (merchant_id, position, customer_id, staff_id, identifier_id, is_added, at)
        SELECT %(merchant)s, t.*
        FROM unnest(%(positions)s::bigint[], %(customers)s::uuid[], %(staff)s::uuid[],
                    %(identifiers)s::bigint[], %(added)s::boolean[], %(at)s::timestamptz[]) AS t
        ON CONFLICT (merchant_id, position) DO UPDATE SET customer_id = excluded.customer_id
        """,
        {
            "positions": literal([each.position for each in contacts]),
            "customers": literal([each.customer_id for each in contacts]),
            "staff": literal([each.staff_id for each in contacts]),
            "identifiers": literal([each.identifier_id for each in contacts]),
            "added": literal([each.is_added for each in contacts]),
            "at": literal([each.at for each in contacts]),
        },
    )


def add_decisions(tx: Tx, decisions: Sequence[Decision]) -> None:
    """Consents that events tell of."""
    if not decisions:
        return
    tx.run(
        """
        INSERT INTO profile.consent_log
            (merchant_id, position, customer_id, channel, purpose, state, at, proof)
        SELECT %(merchant)s, t.*
        FROM unnest(%(positions)s::bigint[], %(customers)s::uuid[], %(channels)s::text[],
                    %(purposes)s::text[], %(states)s::text[], %(at)s::timestamptz[],
                    %(proofs)s::jsonb[]) AS t
        ON CONFLICT (merchant_id, position) DO UPDATE SET customer_id = excluded.customer_id
        """,
        {
            "positions": literal([each.position for each in decisions]),
            "customers": literal([each.customer_id for each in decisions]),
            "channels": literal([each.channel for each in decisions]),
            "purposes": literal([each.purpose for each in decisions]),
            "states": literal([each.state for each in decisions]),
            "at": literal([each.at for each in decisions]),
            "proofs": literal([each.proof for each in decisions]),
        },
    )


def add_changes(tx: Tx, changes: Sequence[ConsentChange]) -> None:
    """Consents that were decided here: on an opt-out page, or told to staff."""
    for change in changes:
        tx.run(
            """
            INSERT INTO profile.consent_log
                (merchant_id, customer_id, channel, purpose, state, at, proof)
            VALUES (%(merchant)s, %(customer)s, %(channel)s, %(purpose)s, %(state)s, %(at)s,
                    %(proof)s)
            """,
            {
                "customer": change.customer_id,
                "channel": change.channel,
                "purpose": change.purpose,
                "state": change.state,
                "at": change.at,
                "proof": Jsonb(dict(change.proof)),
            },
        )


def add_tags(
    tx: Tx, customer_ids: Iterable[UUID], names: Iterable[str], *, is_on: bool, source: str
) -> None:
    tx.run(
        """
        INSERT INTO profile.tag_log (merchant_id, customer_id, name, is_on, source, at, by)
        SELECT %(merchant)s, c.id, n.name, %(is_on)s, %(source)s, %(now)s, %(by)s
        FROM unnest(%(customers)s::uuid[]) AS c (id), unnest(%(names)s::text[]) AS n (name)
        """,
        {
            "customers": list(customer_ids),
            "names": list(names),
            "is_on": is_on,
            "source": source,
            "by": tx.principal,
        },
    )


def add_told_tags(tx: Tx, described: Mapping[UUID, Description], *, source: str) -> int:
    """Tags that a file says of customers, by who it says says so; how many are new. A tag of one of
    their sources is none."""
    return tx.run(
        """
        INSERT INTO profile.tag_log (merchant_id, customer_id, name, is_on, source, at, by)
        SELECT %(merchant)s, t.id, t.name, true, t.source, %(now)s, %(by)s
        FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(sources)s::text[])
            AS t (id, name, source)
        WHERE NOT EXISTS (
            SELECT FROM profile.tag k
            WHERE k.merchant_id = %(merchant)s AND k.customer_id = t.id AND k.name = t.name)
          AND NOT EXISTS (
            SELECT FROM profile.customer c
            WHERE c.merchant_id = %(merchant)s AND c.customer_id = t.id
              AND t.name = ANY(SELECT %(prefix)s || s FROM unnest(c.source_channels) AS s))
        """,
        {
            "prefix": SOURCE_TAG,
            "ids": [id_ for id_, each in described.items() for _ in each.tags],
            "names": [name for each in described.values() for name in each.tags],
            "sources": [
                each.tag_source or source for each in described.values() for _ in each.tags
            ],
            "by": tx.principal,
        },
    )


def set_traits(tx: Tx, rows: Iterable[tuple[UUID, str, Any]], *, source: str, at: datetime) -> None:
    tx.load(
        "profile_said",
        {"customer_id": "uuid", "name": "text", "value": "jsonb"},
        rows,
    )
    tx.run(
        """
        INSERT INTO profile.trait_said (merchant_id, customer_id, name, value, at, source)
        SELECT DISTINCT ON (customer_id, name)
               %(merchant)s, customer_id, name, value, %(at)s, %(source)s
        FROM pg_temp.profile_said WHERE value IS NOT NULL
        ON CONFLICT (merchant_id, customer_id, name) DO UPDATE
            SET value = excluded.value, at = excluded.at, source = excluded.source
        """,
        {"source": source, "at": at},
    )


def set_descriptions(tx: Tx, described: Mapping[UUID, Description], *, source: str) -> None:
    """What a file says of customers; what it leaves empty stays as it was."""
    if not described:
        return
    tx.load(
        "profile_description",
        DESCRIPTION_COLUMNS,
        ((customer_id, *description_row(tx, each)) for customer_id, each in described.items()),
    )
    tx.run(
        _SET_DESCRIPTIONS,
        {"source": source},
    )


def description_row(tx: Tx, each: Description) -> tuple[object, ...]:
    """What is kept of a description, in the order of the columns."""
    return (
        tx.keys.seal(each.name) if each.name else None,
        tx.keys.blind(name_text(each.name)) if each.name else None,
        each.gender,
        each.birth_month,
        each.home_unit_id,
        each.owner_staff_id,
        each.joined_on,
        each.no_profiling,
        each.under_14,
        each.zone,
    )


def set_flags(tx: Tx, customer_id: UUID, *, no_profiling: bool, under_14: bool) -> None:
    tx.run(
        """
        INSERT INTO profile.description
            (merchant_id, customer_id, no_profiling, under_14, at, source)
        VALUES (%(merchant)s, %(customer)s, %(no_profiling)s, %(under_14)s, %(now)s, %(by)s)
        ON CONFLICT (merchant_id, customer_id) DO UPDATE
            SET no_profiling = excluded.no_profiling, under_14 = excluded.under_14
        """,
        {
            "customer": customer_id,
            "no_profiling": no_profiling,
            "under_14": under_14,
            "by": tx.principal,
        },
    )


def set_zone(tx: Tx, customer_id: UUID, zone: str | None) -> None:
    """Where the customer's clock is from now on; None: where the merchant's is."""
    tx.run(
        """
        INSERT INTO profile.description (merchant_id, customer_id, zone, zone_at, at, source)
        VALUES (%(merchant)s, %(customer)s, %(zone)s, %(now)s, %(now)s, %(by)s)
        ON CONFLICT (merchant_id, customer_id) DO UPDATE
            SET zone = excluded.zone, zone_at = excluded.zone_at
        """,
        {"customer": customer_id, "zone": zone, "by": tx.principal},
    )


def list_external_ids(tx: ReadTx, identifier_ids: Iterable[int]) -> frozenset[int]:
    """Which identifiers are of WeCom contacts."""
    return frozenset(
        tx.column(
            """
            SELECT identifier_id FROM identity.link
            WHERE merchant_id = %(merchant)s AND identifier_id = ANY(%(ids)s)
              AND kind = 'external_userid'
            """,
            {"ids": list(identifier_ids)},
        )
    )


def list_entries(tx: ReadTx, root_ids: Iterable[UUID]) -> tuple[list[LogEntry], dict[int, UUID]]:
    """All events of customers, and the first customer of each position; none of the forgotten."""
    params = {"roots": list(root_ids)}
    entries = tx.rows(
        LogEntry,
        """
        SELECT l.position, l.id, l.source, l.type, l.occurred_at, l.received_at, l.unit_id,
               l.identifier_ids, l.verified, l.properties
        FROM identity.customer m
        JOIN identity.resolved r ON r.merchant_id = m.merchant_id AND r.customer_id = m.id
        JOIN event.log l ON l.merchant_id = r.merchant_id AND l.position = r.position
        WHERE m.merchant_id = %(merchant)s AND m.root_id = ANY(%(roots)s) AND m.state = 'live'
        ORDER BY l.position
        """,
        params,
    )
    first = tx.rows(
        dict,
        """
        SELECT position, first_customer_id FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(roots)s)
        """,
        params,
    )
    return entries, {row["position"]: row["first_customer_id"] for row in first}
