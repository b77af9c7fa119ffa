"""Emergency stops, and the messages that wait for them."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.stops import NewStop, Stop

Kind = Literal["emergency", "pause"]


def add_stop(tx: Tx, stop_id: UUID, new: NewStop, kind: Kind = "emergency") -> Stop:
    """In force from now on; the one of this kind and scope that is in force already holds as much as both."""
    [stop] = tx.rows(
        Stop,
        """
        INSERT INTO reach.stop AS s (merchant_id, id, kind, scope, channel, campaign_id, is_total, take_back,
            reason, since, by)
        VALUES (%(merchant)s, %(id)s, %(kind)s, %(scope)s, %(channel)s, %(campaign)s, %(total)s, %(back)s,
            %(reason)s, %(now)s, %(by)s)
        ON CONFLICT (merchant_id, kind, scope, coalesce(channel, ''), coalesce(campaign_id, merchant_id))
            WHERE lifted_at IS NULL
        DO UPDATE SET is_total = s.is_total OR excluded.is_total,
            take_back = s.take_back OR excluded.take_back
        RETURNING id, scope, channel, campaign_id, is_total, take_back, reason, since, by, lifted_at,
            lifted_by
        """,
        {
            "id": stop_id,
            "kind": kind,
            "scope": new.scope,
            "channel": new.channel,
            "campaign": new.campaign_id,
            "total": new.is_total,
            "back": new.take_back,
            "reason": new.reason,
            "by": tx.principal,
        },
    )
    return stop


def list_in_force(tx: ReadTx) -> list[Stop]:
    """Stops that nobody has lifted; the oldest first."""
    return tx.rows(
        Stop,
        """
        SELECT id, scope, channel, campaign_id, is_total, take_back, reason, since, by, lifted_at,
            lifted_by
        FROM reach.stop WHERE merchant_id = %(merchant)s AND lifted_at IS NULL
        ORDER BY since, id
        """,
    )


def list_stops(tx: ReadTx, count_max: int) -> list[Stop]:
    """Emergency stops in force, then the latest that were lifted."""
    return tx.rows(
        Stop,
        """
        SELECT id, scope, channel, campaign_id, is_total, take_back, reason, since, by, lifted_at,
            lifted_by
        FROM reach.stop WHERE merchant_id = %(merchant)s AND kind = 'emergency'
        ORDER BY lifted_at DESC NULLS FIRST, since DESC, id LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )


def find_stop(tx: ReadTx, stop_id: UUID) -> Stop | None:
    return tx.row(
        Stop,
        """
        SELECT id, scope, channel, campaign_id, is_total, take_back, reason, since, by, lifted_at,
            lifted_by
        FROM reach.stop WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": stop_id},
    )


def set_lifted(tx: Tx, stop_id: UUID) -> bool:
    """False where it was lifted before."""
    return bool(
        tx.run(
            "UPDATE reach.stop SET lifted_at = %(now)s, lifted_by = %(by)s"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s AND lifted_at IS NULL",
            {"id": stop_id, "by": tx.principal},
        )
    )


def lift_pause(tx: Tx, campaign_id: UUID) -> bool:
    """False where the campaign is not paused."""
    return bool(
        tx.run(
            "UPDATE reach.stop SET lifted_at = %(now)s, lifted_by = %(by)s"
            " WHERE merchant_id = %(merchant)s AND kind = 'pause' AND campaign_id = %(id)s"
            " AND lifted_at IS NULL",
            {"id": campaign_id, "by": tx.principal},
        )
    )


def set_held(tx: Tx, held: Sequence[tuple[UUID, UUID]]) -> None:
    """`(message, stop)`: it waits for this stop to be lifted."""
    tx.run(
        """
        UPDATE reach.message m SET held_by = t.stop_id, version = m.version + 1
        FROM unnest(%(ids)s::uuid[], %(stops)s::uuid[]) AS t (id, stop_id)
        WHERE m.merchant_id = %(merchant)s AND m.id = t.id
        """,
        {"ids": [id for id, _ in held], "stops": [stop_id for _, stop_id in held]},
    )


def take_released(tx: Tx, limit: int) -> list[tuple[UUID, str]]:
    """`(message, channel)` whose stop was lifted wait no longer, so many at once; the oldest first."""
    rows = tx.rows(
        dict,
        """
        UPDATE reach.message SET held_by = NULL, version = version + 1
        WHERE merchant_id = %(merchant)s AND id IN (
            SELECT m.id FROM reach.stop s
            JOIN reach.message m ON m.merchant_id = s.merchant_id AND m.held_by = s.id
            WHERE s.merchant_id = %(merchant)s AND s.lifted_at IS NOT NULL
            ORDER BY m.planned_at LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED)
        RETURNING id, channel
        """,
        {"limit": limit},
    )
    return [(row["id"], row["channel"]) for row in rows]


def count_held(tx: ReadTx, stop_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many messages wait for each stop, as far as they came upon it."""
    rows = tx.rows(
        dict,
        """
        SELECT held_by, count(*) AS held FROM reach.message
        WHERE merchant_id = %(merchant)s AND held_by = ANY(%(ids)s::uuid[]) AND state = 'planned'
        GROUP BY held_by
        """,
        {"ids": list(stop_ids)},
    )
    return {row["held_by"]: row["held"] for row in rows}


def count_in_flight(tx: ReadTx, stop: Stop, seconds: int) -> int:
    """Messages in the scope whose call has begun, or begins, within so many seconds before now."""
    return int(
        tx.value(
            """
            SELECT count(*) FROM reach.message
            WHERE merchant_id = %(merchant)s AND state = 'in_flight'
              AND submitted_at > %(now)s - make_interval(secs => %(seconds)s)
              AND (%(total)s OR purpose <> 'transactional' AND NOT is_test)
              AND (%(channel)s::text IS NULL OR channel = %(channel)s)
              AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s)
            """,
            {
                "seconds": seconds,
                "total": stop.is_total,
                "channel": stop.channel,
                "campaign": stop.campaign_id,
            },
        )
    )


def pause(tx: ReadTx) -> None:
    """A little while, in which others settle what they have begun."""
    tx.value("SELECT pg_sleep(0.03)")


def list_unconfirmed(tx: ReadTx, stop: Stop, after: UUID, limit: int) -> list[UUID]:
    """Messages in the scope that an associate may still confirm, by id."""
    return tx.column(
        """
        SELECT id FROM reach.message
        WHERE merchant_id = %(merchant)s AND channel = 'wecom' AND state IN ('submitted', 'waiting')
          AND NOT is_test AND id > %(after)s
          AND (%(total)s OR purpose <> 'transactional')
          AND (%(channel)s::text IS NULL OR channel = %(channel)s)
          AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s)
        ORDER BY id LIMIT %(limit)s
        """,
        {
            "after": after,
            "limit": limit,
            "total": stop.is_total,
            "channel": stop.channel,
            "campaign": stop.campaign_id,
        },
    )
