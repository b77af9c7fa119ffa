"""What files say of customers whose event identity has not read: kept by the event, taken with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.profile.store.facts import DESCRIPTION_COLUMNS, description_row
from huitou.profile.types import Description


def add_awaited(tx: Tx, awaited: Mapping[str, Description], *, source: str) -> None:
    """By the event's id; a repetition says nothing new."""
    if not awaited:
        return
    columns = {name: type_ for name, type_ in DESCRIPTION_COLUMNS.items() if name != "customer_id"}
    tx.load(
        "profile_awaited",
        {"event_id": "text", **columns, "tags": "text[]", "tag_source": "text"},
        (
            (event_id, *description_row(tx, each), list(each.tags), each.tag_source)
            for event_id, each in awaited.items()
        ),
    )
    tx.run(
        """
        INSERT INTO profile.awaited
            (merchant_id, event_id, name_sealed, name_blind, gender, birth_month, home_unit_id,
             owner_staff_id, joined_on, no_profiling, under_14, zone, tags, tag_source,
             source, at)
        SELECT %(merchant)s, event_id, name_sealed, name_blind, gender, birth_month, home_unit_id,
               owner_staff_id, joined_on, no_profiling, under_14, zone, tags, tag_source,
               %(source)s, %(now)s
        FROM pg_temp.profile_awaited
        ON CONFLICT DO NOTHING
        """,
        {"source": source},
    )


def take_awaited(tx: Tx, joined: Sequence[tuple[str, str, UUID]]) -> list[UUID]:
    """Describe those who joined by an event `(source, id, customer)` that something waits for.
    Returns who is tagged by it."""
    if not joined:
        return []
    sources, event_ids, customer_ids = zip(*joined, strict=True)
    return tx.column(
        """
        WITH taken AS (
            DELETE FROM profile.awaited a
            USING unnest(%(sources)s::text[], %(events)s::text[], %(customers)s::uuid[])
                AS j (source, event_id, customer_id)
            WHERE a.merchant_id = %(merchant)s AND a.event_id = j.event_id AND a.source = j.source
            RETURNING j.customer_id, a.*),
        described AS (
            INSERT INTO profile.description AS d
                (merchant_id, customer_id, name_sealed, name_blind, gender, birth_month,
                 home_unit_id, owner_staff_id, joined_on, no_profiling, under_14, zone, zone_at,
                 at, source)
            SELECT DISTINCT ON (customer_id) merchant_id, customer_id, name_sealed, name_blind,
                   gender, birth_month, home_unit_id, owner_staff_id, joined_on, no_profiling,
                   under_14, zone, CASE WHEN zone IS NOT NULL THEN at END, at, source
            FROM taken ORDER BY customer_id, at DESC, event_id
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
                at = excluded.at, source = excluded.source),
        tagged AS (
            INSERT INTO profile.tag_log (merchant_id, customer_id, name, is_on, source, at, by)
            SELECT merchant_id, customer_id, t.name, true, coalesce(tag_source, source), at, source
            FROM taken CROSS JOIN LATERAL unnest(tags) AS t (name)
            RETURNING customer_id)
        SELECT DISTINCT customer_id FROM tagged
        """,
        {
            "sources": literal(sources),
            "events": literal(event_ids),
            "customers": literal(customer_ids),
        },
    )


def remove_awaited(tx: Tx, before: datetime) -> int:
    """What waited since before then."""
    return tx.run(
        "DELETE FROM profile.awaited WHERE merchant_id = %(merchant)s AND at < %(before)s",
        {"before": before},
    )
