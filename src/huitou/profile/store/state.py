"""Deriving state from facts, for the customers who answer. One statement per table."""

from collections.abc import Collection, Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from psycopg import sql

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.profile.types import ALL_CHANNELS, CHANNELS

_STATE = ("customer", "friendship", "trait", "tag", "consent")
_FACTS = ("seen", "description", "contact_log", "consent_log", "tag_log", "trait_said")

_DERIVE_CUSTOMERS: LiteralString = """
    INSERT INTO profile.customer
        (merchant_id, customer_id, ordinal, name_sealed, name_blind, gender, birth_month, home_unit_id,
         owner_staff_id, owned_since, joined_on, no_profiling, under_14, zone, source_channels)
    SELECT %(merchant)s, c.id, c.ordinal, d.name_sealed, d.name_blind, d.gender, d.birth_month,
           coalesce(d.home_unit_id, o.unit_id, s.bought_unit_id), o.id,
           CASE WHEN o.id IS NOT NULL THEN coalesce(f.since, d.at) END,
           least(d.joined_on, (s.joined_at AT TIME ZONE %(zone)s)::date),
           coalesce(d.no_profiling, false), coalesce(d.under_14, false), d.zone,
           coalesce(s.sources, '{}')
    FROM unnest(%(roots)s::uuid[]) AS t (id)
    JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = t.id
         AND c.root_id = c.id AND c.state = 'live'
    CROSS JOIN LATERAL (
        SELECT min(s.joined_at) AS joined_at,
               array_agg(DISTINCT e.source ORDER BY e.source)
                   FILTER (WHERE e.source IS NOT NULL) AS sources,
               (array_agg(s.bought_unit_id ORDER BY s.bought_in_store DESC, s.bought_at)
                   FILTER (WHERE s.bought_at IS NOT NULL))[1] AS bought_unit_id
        FROM identity.customer m
        JOIN profile.seen s ON s.merchant_id = m.merchant_id AND s.customer_id = m.id
        LEFT JOIN LATERAL unnest(s.sources) AS e (source) ON true
        WHERE m.merchant_id = %(merchant)s AND m.root_id = c.id
    ) AS s
    CROSS JOIN LATERAL (
        SELECT (array_agg(d.name_sealed ORDER BY m.ordinal)
                   FILTER (WHERE d.name_sealed IS NOT NULL))[1] AS name_sealed,
               (array_agg(d.name_blind ORDER BY m.ordinal)
                   FILTER (WHERE d.name_blind IS NOT NULL))[1] AS name_blind,
               (array_agg(d.gender ORDER BY m.ordinal)
                   FILTER (WHERE d.gender IS NOT NULL))[1] AS gender,
               (array_agg(d.birth_month ORDER BY m.ordinal)
                   FILTER (WHERE d.birth_month IS NOT NULL))[1] AS birth_month,
               (array_agg(d.home_unit_id ORDER BY m.ordinal)
                   FILTER (WHERE d.home_unit_id IS NOT NULL))[1] AS home_unit_id,
               (array_agg(d.owner_staff_id ORDER BY m.ordinal)
                   FILTER (WHERE d.owner_staff_id IS NOT NULL))[1] AS owner_staff_id,
               min(d.joined_on) AS joined_on, bool_or(d.no_profiling) AS no_profiling,
               bool_or(d.under_14) AS under_14, min(d.at) AS at,
               (array_agg(d.zone ORDER BY d.zone_at DESC, m.ordinal)
                   FILTER (WHERE d.zone_at IS NOT NULL))[1] AS zone
        FROM identity.customer m
        JOIN profile.description d ON d.merchant_id = m.merchant_id AND d.customer_id = m.id
        WHERE m.merchant_id = %(merchant)s AND m.root_id = c.id
    ) AS d
    LEFT JOIN LATERAL (
        SELECT f.staff_id, f.since FROM profile.friendship f
        WHERE f.merchant_id = %(merchant)s AND f.customer_id = c.id AND f.ended_at IS NULL
          AND (d.owner_staff_id IS NULL OR f.staff_id = d.owner_staff_id)
        ORDER BY f.since, f.staff_id LIMIT 1
    ) AS f ON true
    LEFT JOIN merchant.staff o
      ON o.merchant_id = %(merchant)s AND o.id = coalesce(d.owner_staff_id, f.staff_id)
    ON CONFLICT (merchant_id, customer_id) DO UPDATE SET
        name_sealed = excluded.name_sealed, name_blind = excluded.name_blind, gender = excluded.gender,
        birth_month = excluded.birth_month, home_unit_id = excluded.home_unit_id,
        owner_staff_id = excluded.owner_staff_id, owned_since = excluded.owned_since,
        joined_on = excluded.joined_on, no_profiling = excluded.no_profiling,
        under_14 = excluded.under_14, zone = excluded.zone, source_channels = excluded.source_channels
"""


def derive_friendships(tx: Tx, root_ids: Collection[UUID]) -> None:
    """Friends since the last adding, unless a removal came at the same time or later."""
    _clear(tx, "friendship", root_ids)
    tx.run(
        """
        INSERT INTO profile.friendship
            (merchant_id, customer_id, staff_id, identifier_id, since, ended_at)
        SELECT %(merchant)s, id, staff_id, identifier_id, since,
               CASE WHEN removed_at >= since THEN removed_at END
        FROM (
            SELECT t.id, f.staff_id,
                   (array_agg(f.identifier_id ORDER BY f.at DESC, f.position DESC)
                       FILTER (WHERE f.identifier_id IS NOT NULL))[1] AS identifier_id,
                   max(f.at) FILTER (WHERE f.is_added) AS since,
                   max(f.at) FILTER (WHERE NOT f.is_added) AS removed_at
            FROM unnest(%(roots)s::uuid[]) AS t (id)
            JOIN identity.customer m
              ON m.merchant_id = %(merchant)s AND m.root_id = t.id AND m.state = 'live'
            JOIN profile.contact_log f ON f.merchant_id = m.merchant_id AND f.customer_id = m.id
            GROUP BY t.id, f.staff_id
        ) AS known WHERE since IS NOT NULL
        """,
        _of(root_ids),
    )


def derive_consents(tx: Tx, root_ids: Collection[UUID]) -> None:
    """The latest decision by the time it was taken; at the same instant withdrawal wins."""
    _clear(tx, "consent", root_ids)
    tx.run(
        """
        INSERT INTO profile.consent (merchant_id, customer_id, channel, purpose, state, at, proof)
        SELECT DISTINCT ON (t.id, c.channel, l.purpose)
               %(merchant)s, t.id, c.channel, l.purpose, l.state, l.at, l.proof
        FROM unnest(%(roots)s::uuid[]) AS t (id)
        JOIN identity.customer m
          ON m.merchant_id = %(merchant)s AND m.root_id = t.id AND m.state = 'live'
        JOIN profile.consent_log l ON l.merchant_id = m.merchant_id AND l.customer_id = m.id
        JOIN unnest(%(channels)s::text[]) AS c (channel) ON l.channel IN (c.channel, %(all)s)
        ORDER BY t.id, c.channel, l.purpose, l.at DESC, l.state = 'withdrawn' DESC, l.id DESC
        """,
        {"channels": list(CHANNELS), "all": ALL_CHANNELS} | _of(root_ids),
    )


def derive_tags(tx: Tx, root_ids: Collection[UUID]) -> None:
    """The latest word on each tag."""
    _clear(tx, "tag", root_ids)
    tx.run(
        """
        INSERT INTO profile.tag (merchant_id, customer_id, name, source, at)
        SELECT %(merchant)s, id, name, source, at FROM (
            SELECT DISTINCT ON (t.id, l.name) t.id, l.name, l.source, l.at, l.is_on
            FROM unnest(%(roots)s::uuid[]) AS t (id)
            JOIN identity.customer m
              ON m.merchant_id = %(merchant)s AND m.root_id = t.id AND m.state = 'live'
            JOIN profile.tag_log l ON l.merchant_id = m.merchant_id AND l.customer_id = m.id
            ORDER BY t.id, l.name, l.at DESC, l.id DESC
        ) AS latest WHERE is_on
        """,
        _of(root_ids),
    )


def derive_traits(tx: Tx, root_ids: Collection[UUID]) -> None:
    """The latest word on each trait; the older customer's at the same time."""
    _clear(tx, "trait", root_ids)
    tx.run(
        """
        INSERT INTO profile.trait (merchant_id, customer_id, name, value, at, source)
        SELECT DISTINCT ON (t.id, s.name) %(merchant)s, t.id, s.name, s.value, s.at, s.source
        FROM unnest(%(roots)s::uuid[]) AS t (id)
        JOIN identity.customer m
          ON m.merchant_id = %(merchant)s AND m.root_id = t.id AND m.state = 'live'
        JOIN profile.trait_said s ON s.merchant_id = m.merchant_id AND s.customer_id = m.id
        ORDER BY t.id, s.name, s.at DESC, m.ordinal
        """,
        _of(root_ids),
    )


def derive_customers(tx: Tx, root_ids: Collection[UUID], zone: str) -> None:
    """The customers' rows; friendships must be derived before.

    A file's word goes first (the oldest customer's where several have one). The owner is else the
    longest friend, the home unit else the owner's, else the first store bought at, else the first
    online shop.
    """
    see_all(tx, root_ids)
    tx.run(_DERIVE_CUSTOMERS, {"zone": zone} | _of(root_ids))


def add_sources(tx: Tx, sources: Mapping[UUID, Collection[str]]) -> None:
    """Customers were met where they had not been before: nothing else about them is new."""
    if not sources:
        return
    tx.run(
        """
        UPDATE profile.customer c SET source_channels = (
            SELECT array_agg(DISTINCT each ORDER BY each)
            FROM unnest(c.source_channels || t.sources::text[]) AS each)
        FROM unnest(%(ids)s::uuid[], %(sources)s::text[]) AS t (id, sources)
        WHERE c.merchant_id = %(merchant)s AND c.customer_id = t.id
          AND NOT c.source_channels @> t.sources::text[]
        """,
        {
            "ids": literal(list(sources)),
            "sources": literal([literal(sorted(each)) for each in sources.values()]),
        },
    )


def see_all(tx: Tx, root_ids: Collection[UUID]) -> None:
    """Who answers for others was seen when any of them was; who never was, when they became known."""
    tx.run(
        """
        INSERT INTO profile.seen AS s (merchant_id, customer_id, last_seen_at, sources)
        SELECT %(merchant)s, c.id, coalesce(k.last_seen_at, c.created_at), '{}'
        FROM unnest(%(roots)s::uuid[]) AS t (id)
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = t.id
             AND c.root_id = c.id AND c.state = 'live'
        CROSS JOIN LATERAL (
            SELECT max(s.last_seen_at) AS last_seen_at,
                   max(s.last_seen_at) FILTER (WHERE m.id = c.id) AS own
            FROM identity.customer m
            JOIN profile.seen s ON s.merchant_id = m.merchant_id AND s.customer_id = m.id
            WHERE m.merchant_id = %(merchant)s AND m.root_id = c.id) k
        WHERE k.own IS NULL OR k.own < k.last_seen_at
        ON CONFLICT (merchant_id, customer_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
        """,
        _of(root_ids),
    )


def remove_merged(tx: Tx, root_ids: Collection[UUID]) -> None:
    """Nobody who was merged has a state of their own."""
    for table in _STATE:
        tx.run(
            sql.SQL(
                """
                DELETE FROM {} x USING unnest(%(roots)s::uuid[]) AS t (id)
                JOIN identity.customer m
                  ON m.merchant_id = %(merchant)s AND m.root_id = t.id AND m.id <> t.id
                WHERE x.merchant_id = %(merchant)s AND x.customer_id = m.id
                """
            ).format(sql.Identifier("profile", table)),
            _of(root_ids),
        )


def remove_everything(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """Facts and state of customers, for good."""
    for table in (*_STATE, *_FACTS):
        tx.run(
            sql.SQL(
                "DELETE FROM {} WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)"
            ).format(sql.Identifier("profile", table)),
            {"ids": list(customer_ids)},
        )


def _clear(tx: Tx, table: str, root_ids: Collection[UUID]) -> None:
    tx.run(
        sql.SQL(
            "DELETE FROM {} x USING unnest(%(roots)s::uuid[]) AS t (id)"
            " WHERE x.merchant_id = %(merchant)s AND x.customer_id = t.id"
        ).format(sql.Identifier("profile", table)),
        _of(root_ids),
    )


def _of(root_ids: Collection[UUID]) -> dict[str, str]:
    """Whose state is derived, each once."""
    return {"roots": literal(list(set(root_ids)))}
