"""Mailings and the places they hold, in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pyroaring import BitMap

from huitou.base.db import ReadTx, Tx
from huitou.reach.store import people
from huitou.reach.types.mailings import BUCKET, Held, Place, State

HAS_PLACE = ("chosen", "reserved", "sent")
"""Outcomes of those who get it."""


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    campaign_id: UUID | None
    plan: dict[str, Any]
    audience: bytes
    held_out: bytes
    state: State
    opens: dict[str, Any]
    taken: str | None
    at: datetime
    decided_at: datetime | None
    reserved_at: datetime | None
    done_at: datetime | None
    round_id: UUID | None

    @property
    def opens_at(self) -> dict[str, datetime]:
        """When messages go, by channel."""
        return {channel: datetime.fromisoformat(at) for channel, at in self.opens.items()}


@dataclass(frozen=True, slots=True)
class PartRow:
    """People of one bucket with one outcome."""

    bucket: int
    outcome: str
    channel: str
    people: BitMap


def add_mailing(
    tx: Tx,
    mailing_id: UUID,
    campaign_id: UUID | None,
    plan: dict[str, Any],
    whom: BitMap,
    out: BitMap,
) -> bool:
    """False where there is one of that id."""
    return bool(
        tx.run(
            """
            INSERT INTO reach.mailing (merchant_id, id, campaign_id, plan, audience, held_out, state, at)
            VALUES (%(merchant)s, %(id)s, %(campaign)s, %(plan)s, %(whom)s, %(out)s, 'deciding', %(now)s)
            ON CONFLICT DO NOTHING
            """,
            {
                "id": mailing_id,
                "campaign": campaign_id,
                "plan": Jsonb(plan),
                "whom": whom.serialize(),
                "out": out.serialize(),
            },
        )
    )


def find_mailing(tx: ReadTx, mailing_id: UUID) -> Stored | None:
    return tx.row(Stored, _MAILING, {"id": mailing_id})


def lock_mailing(tx: Tx, mailing_id: UUID) -> Stored | None:
    """The same, held until the commit."""
    return tx.row(Stored, _MAILING + " FOR UPDATE", {"id": mailing_id})


def list_open(tx: ReadTx) -> list[tuple[UUID, State, datetime]]:
    """Those that are not over, with when they began, the oldest first."""
    rows = tx.rows(
        dict,
        """
        SELECT id, state, at FROM reach.mailing
        WHERE merchant_id = %(merchant)s AND state NOT IN ('done', 'stopped') ORDER BY at, id
        """,
    )
    return [(row["id"], row["state"], row["at"]) for row in rows]


def list_deciding(tx: ReadTx) -> list[Stored]:
    """Those that wait to be decided about, the oldest first."""
    return tx.rows(Stored, _SELECT + " AND state = 'deciding' ORDER BY at, id")


def list_round(tx: ReadTx, round_id: UUID) -> list[tuple[UUID, UUID | None]]:
    """Mailings that were decided about together, each with its campaign."""
    rows = tx.rows(
        dict,
        "SELECT id, campaign_id FROM reach.mailing"
        " WHERE merchant_id = %(merchant)s AND round_id = %(round)s ORDER BY at, id",
        {"round": round_id},
    )
    return [(row["id"], row["campaign_id"]) for row in rows]


def list_of_campaign(tx: ReadTx, campaign_id: UUID) -> list[UUID]:
    return tx.column(
        "SELECT id FROM reach.mailing WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s"
        " ORDER BY at, id",
        {"campaign": campaign_id},
    )


def set_decided(
    tx: Tx, mailing_id: UUID, round_id: UUID, policy_version: int, opens: dict[str, datetime]
) -> None:
    """What is decided, as of this transaction's snapshot."""
    tx.run(
        """
        UPDATE reach.mailing SET state = 'reserving', decided_at = %(now)s, taken = pg_current_snapshot(),
            policy_version = %(version)s, opens = %(opens)s, round_id = %(round)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {
            "id": mailing_id,
            "round": round_id,
            "version": policy_version,
            "opens": Jsonb({channel: at.isoformat() for channel, at in opens.items()}),
        },
    )


def set_state(tx: Tx, mailing_id: UUID, state: State) -> None:
    tx.run(
        """
        UPDATE reach.mailing SET state = %(state)s,
            reserved_at = CASE WHEN %(state)s = 'reserved' THEN %(now)s ELSE reserved_at END,
            done_at = CASE WHEN %(state)s IN ('done', 'stopped') THEN %(now)s ELSE done_at END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": mailing_id, "state": state},
    )


def add_parts(tx: Tx, mailing_id: UUID, parts: Iterable[PartRow]) -> None:
    """People with an outcome, beside those who are there with it. One statement."""
    given = [part for part in parts if part.people]
    tx.run(
        """
        INSERT INTO reach.mailing_part (merchant_id, mailing_id, bucket, outcome, channel, people, count)
        SELECT %(merchant)s, %(id)s, * FROM unnest(%(buckets)s::int[], %(outcomes)s::text[],
            %(channels)s::text[], %(people)s::bytea[], %(counts)s::int[])
        ON CONFLICT (merchant_id, mailing_id, bucket, outcome, channel)
        DO UPDATE SET people = excluded.people, count = excluded.count
        """,
        {
            "id": mailing_id,
            "buckets": [part.bucket for part in given],
            "outcomes": [part.outcome for part in given],
            "channels": [part.channel for part in given],
            "people": [part.people.serialize() for part in given],
            "counts": [len(part.people) for part in given],
        },
    )


def remove_parts(tx: Tx, mailing_id: UUID, buckets: Sequence[int], outcome: str) -> None:
    tx.run(
        "DELETE FROM reach.mailing_part WHERE merchant_id = %(merchant)s AND mailing_id = %(id)s"
        " AND bucket = ANY(%(buckets)s) AND outcome = %(outcome)s",
        {"id": mailing_id, "buckets": list(buckets), "outcome": outcome},
    )


def list_buckets(tx: ReadTx, mailing_id: UUID, outcome: str, count_max: int) -> list[int]:
    """Buckets that have anybody with the outcome."""
    return tx.column(
        """
        SELECT DISTINCT bucket FROM reach.mailing_part
        WHERE merchant_id = %(merchant)s AND mailing_id = %(id)s AND outcome = %(outcome)s
        ORDER BY bucket LIMIT %(count_max)s
        """,
        {"id": mailing_id, "outcome": outcome, "count_max": count_max},
    )


def list_parts(tx: ReadTx, mailing_id: UUID, buckets: Sequence[int] | None) -> list[PartRow]:
    """All there is of these buckets, or of all."""
    rows = tx.rows(
        dict,
        """
        SELECT bucket, outcome, channel, people FROM reach.mailing_part
        WHERE merchant_id = %(merchant)s AND mailing_id = %(id)s
          AND (%(buckets)s::int[] IS NULL OR bucket = ANY(%(buckets)s))
        ORDER BY bucket, outcome, channel
        """,
        {"id": mailing_id, "buckets": None if buckets is None else list(buckets)},
    )
    return [
        PartRow(row["bucket"], row["outcome"], row["channel"], BitMap.deserialize(row["people"]))
        for row in rows
    ]


def count_outcomes(tx: ReadTx, mailing_id: UUID) -> list[tuple[str, str, int]]:
    """`(outcome, channel, count)`, most first."""
    rows = tx.rows(
        dict,
        """
        SELECT outcome, channel, sum(count)::int AS count FROM reach.mailing_part
        WHERE merchant_id = %(merchant)s AND mailing_id = %(id)s
        GROUP BY outcome, channel ORDER BY count DESC, outcome, channel
        """,
        {"id": mailing_id},
    )
    return [(row["outcome"], row["channel"], row["count"]) for row in rows]


def has_held(tx: ReadTx) -> bool:
    """Whether any mailing holds a place."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM reach.mailing_part"
            " WHERE merchant_id = %(merchant)s AND outcome = 'reserved')"
        )
    )


def list_held(
    tx: ReadTx, buckets: Sequence[int] | None = None, *, but: UUID | None = None
) -> list[Held]:
    """The places that mailings hold (in these buckets), but for one mailing's. None, most of the time."""
    rows = tx.rows(
        dict,
        """
        SELECT m.id, m.round_id, m.campaign_id, m.plan->>'content_key' AS content_key,
            m.plan->>'category' AS category, p.channel, greatest((m.opens->>p.channel)::timestamptz, %(now)s) AS at, p.people
        FROM reach.mailing_part p
        JOIN reach.mailing m ON m.merchant_id = p.merchant_id AND m.id = p.mailing_id
        WHERE p.merchant_id = %(merchant)s AND p.outcome = 'reserved'
          AND (%(buckets)s::int[] IS NULL OR p.bucket = ANY(%(buckets)s))
          AND m.id IS DISTINCT FROM %(but)s
        """,
        {"buckets": None if buckets is None else list(buckets), "but": but},
    )
    return [
        Held(
            mailing_id=row["id"],
            round_id=row["round_id"],
            campaign_id=row["campaign_id"],
            content_key=row["content_key"],
            category=row["category"],
            channel=row["channel"],
            at=row["at"],
            people=BitMap.deserialize(row["people"]),
        )
        for row in rows
    ]


def try_locks(tx: Tx, buckets: Sequence[int]) -> list[int]:
    """Those of the buckets that nobody decides in now; held until the commit. Waits for none."""
    rows = tx.rows(
        dict,
        """
        SELECT b, pg_try_advisory_xact_lock(hashtextextended(%(merchant)s::text || 'reach' || b, 0)) AS is_held
        FROM unnest(%(buckets)s::int[]) AS t (b)
        """,
        {"buckets": list(buckets)},
    )
    return [row["b"] for row in rows if row["is_held"]]


def list_outcome(tx: ReadTx, mailing_id: UUID, outcome: str, after: int) -> list[PartRow]:
    """Who has an outcome, from the bucket of `after` on."""
    rows = tx.rows(
        dict,
        """
        SELECT bucket, channel, people FROM reach.mailing_part
        WHERE merchant_id = %(merchant)s AND mailing_id = %(id)s AND outcome = %(outcome)s
          AND bucket >= %(bucket)s ORDER BY bucket, channel
        """,
        {"id": mailing_id, "outcome": outcome, "bucket": bucket_of(after)},
    )
    return [
        PartRow(row["bucket"], outcome, row["channel"], BitMap.deserialize(row["people"]))
        for row in rows
    ]


def list_outcomes_of(tx: ReadTx, ordinals: Sequence[int], count_max: int) -> list[dict[str, Any]]:
    """What mailings decided about customers with these ordinals, newest first."""
    rows = tx.rows(
        dict,
        """
        SELECT m.id, m.campaign_id, m.plan->>'content_key' AS content_key, m.at, p.outcome, p.channel, p.people
        FROM reach.mailing_part p
        JOIN reach.mailing m ON m.merchant_id = p.merchant_id AND m.id = p.mailing_id
        WHERE p.merchant_id = %(merchant)s AND p.bucket = ANY(%(buckets)s) ORDER BY m.at DESC, m.id, p.outcome
        """,
        {"buckets": sorted({bucket_of(each) for each in ordinals})},
    )
    found = []
    for row in rows:
        people = BitMap.deserialize(row.pop("people"))
        if any(each in people for each in ordinals):
            found.append(row)
    return found[:count_max]


def places(tx: ReadTx, part: PartRow, count_max: int) -> list[Place]:
    """The first places of a part."""
    ordinals = list(part.people[:count_max])
    return [Place(id, ordinal, part.channel) for ordinal, id in people.list_people(tx, ordinals)]


def parted(people: BitMap, outcome: str, channel: str) -> list[PartRow]:
    """People by bucket."""
    found = []
    while people:
        bucket = bucket_of(people[0])
        own = people & BitMap(range(bucket * BUCKET, (bucket + 1) * BUCKET))
        found.append(PartRow(bucket, outcome, channel, own))
        people = people - own
    return found


def bucket_of(ordinal: int) -> int:
    return ordinal // BUCKET


_SELECT: LiteralString = """
    SELECT id, campaign_id, plan, audience, held_out, state, opens, taken::text AS taken, at, decided_at,
        reserved_at, done_at, round_id
    FROM reach.mailing WHERE merchant_id = %(merchant)s
"""
_MAILING: LiteralString = _SELECT + " AND id = %(id)s"
