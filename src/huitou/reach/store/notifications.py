"""What merchants' systems tell single customers, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.messages import State
from huitou.reach.types.notifications import Asked, NotificationPurpose


@dataclass(frozen=True, slots=True)
class Stored:
    """`tried`: of each way so far its channel and either its message's id or the gate's code. `ways_sealed`: all ways as
    JSON, gone when it is too late or the customer forgotten."""

    id: UUID
    key: str
    body_hash: bytes
    customer_id: UUID
    purpose: NotificationPurpose
    way_count: int
    ways_sealed: bytes | None
    tried: list[tuple[str, str | None, str | None]]
    message_id: UUID | None
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """A notification, held, and how the message of its last way ended."""

    notification: Stored
    state: State
    failure: str | None


_SELECT: LiteralString = """
    SELECT id, key, body_hash, customer_id, purpose, way_count, ways_sealed, tried, message_id,
        made_at, expires_at
    FROM reach.notification WHERE merchant_id = %(merchant)s
"""


def add(tx: Tx, new: dict[str, Any]) -> bool:
    """False where the key is there already."""
    return bool(
        tx.run(
            """
            INSERT INTO reach.notification (merchant_id, id, key, body_hash, customer_id, purpose,
                way_count, ways_sealed, tried, made_at, made_by, expires_at)
            VALUES (%(merchant)s, %(id)s, %(key)s, %(body_hash)s, %(customer_id)s, %(purpose)s,
                %(way_count)s, %(ways_sealed)s, '[]', %(now)s, %(by)s, %(expires_at)s)
            ON CONFLICT (merchant_id, key) DO NOTHING
            """,
            {**new, "by": tx.principal},
        )
    )


def find(tx: ReadTx, *, id: UUID | None = None, key: str | None = None) -> Stored | None:
    found = tx.rows(Stored, _SELECT + " AND (id = %(id)s OR key = %(key)s)", {"id": id, "key": key})
    return found[0] if found else None


def list_notifications(
    tx: ReadTx,
    asked: Asked,
    customer_ids: Sequence[UUID] | None,
    *,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[Stored]:
    """Of these customers, or of all in the scope, the latest first. The state is `notifying.state_of` in SQL."""
    return tx.rows(
        Stored,
        """
        SELECT n.id, n.key, n.body_hash, n.customer_id, n.purpose, n.way_count, n.ways_sealed,
            n.tried, n.message_id, n.made_at, n.expires_at
        FROM reach.notification n
        LEFT JOIN reach.message m ON m.merchant_id = n.merchant_id AND m.id = n.message_id
        LEFT JOIN identity.customer i ON i.merchant_id = n.merchant_id AND i.id = n.customer_id
        LEFT JOIN profile.customer p
            ON p.merchant_id = n.merchant_id AND p.customer_id = i.root_id
        LEFT JOIN merchant.unit u ON u.merchant_id = n.merchant_id AND u.id = p.home_unit_id
        WHERE n.merchant_id = %(merchant)s
          AND (%(customers)s::uuid[] IS NULL OR n.customer_id = ANY(%(customers)s))
          AND (%(purpose)s::text IS NULL OR n.purpose = %(purpose)s)
          AND (%(since)s::timestamptz IS NULL OR n.made_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR n.made_at < %(until)s)
          AND (%(state)s::text IS NULL OR %(state)s = CASE
              WHEN EXISTS (SELECT FROM jsonb_array_elements(n.tried) AS way
                           JOIN reach.message d ON d.merchant_id = n.merchant_id
                               AND d.id = (way ->> 1)::uuid
                           WHERE d.state = 'delivered') THEN 'delivered'
              WHEN coalesce(m.state, 'cancelled') = 'cancelled' THEN 'not_reached'
              WHEN m.state <> 'failed' THEN 'on_the_way'
              WHEN jsonb_array_length(n.tried) < n.way_count AND %(now)s < n.expires_at
                  AND coalesce(m.failure, '') NOT IN ('expired', 'too_late') THEN 'on_the_way'
              ELSE 'not_reached' END)
          AND (%(at)s::timestamptz IS NULL OR (n.made_at, n.id) < (%(at)s, %(before)s::uuid))
          AND (%(customers)s::uuid[] IS NOT NULL
               OR (%(scope_path)s::text IS NULL OR base.in_scope(u.path, %(scope_path)s))
               AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s))
        ORDER BY n.made_at DESC, n.id DESC LIMIT %(count_max)s
        """,
        {
            "customers": None if customer_ids is None else list(customer_ids),
            "purpose": asked.purpose,
            "state": asked.state,
            "since": asked.since,
            "until": asked.until,
            "at": before[0] if before else None,
            "before": before[1] if before else None,
            "count_max": count_max,
        },
    )


def customers_of(tx: ReadTx, message_ids: Sequence[UUID]) -> list[UUID]:
    """Whom the notifications are for whose last way these messages were."""
    return tx.column(
        """
        SELECT DISTINCT customer_id FROM reach.notification
        WHERE merchant_id = %(merchant)s AND message_id = ANY(%(ids)s)
        """,
        {"ids": list(message_ids)},
    )


def lock_ended(tx: Tx, message_ids: Sequence[UUID]) -> list[End]:
    """The notifications whose last way these messages were, held until the commit."""
    locked = tx.rows(
        Stored,
        _SELECT + " AND message_id = ANY(%(ids)s) ORDER BY id FOR UPDATE",
        {"ids": list(message_ids)},
    )
    known = standings(tx, [row.message_id for row in locked if row.message_id is not None])
    ended = []
    for row in locked:
        assert row.message_id is not None
        state, failure, _ = known[row.message_id]
        ended.append(End(row, state, failure))
    return ended


def set_tried(tx: Tx, rows: Sequence[Stored]) -> None:
    """Keep how far these are."""
    tx.load(
        "notification_tried",
        {"id": "uuid", "tried": "jsonb", "message_id": "uuid"},
        [(row.id, row.tried, row.message_id) for row in rows],
    )
    tx.run(
        """
        UPDATE reach.notification n SET tried = t.tried, message_id = t.message_id
        FROM pg_temp.notification_tried t WHERE n.merchant_id = %(merchant)s AND n.id = t.id
        """
    )


def erase(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What would have been said to forgotten customers is gone."""
    tx.run(
        """
        UPDATE reach.notification SET ways_sealed = NULL
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND ways_sealed IS NOT NULL
        """,
        {"ids": list(customer_ids)},
    )


def retire(tx: Tx, now: datetime) -> None:
    """Words of what is over are gone."""
    tx.run(
        """
        UPDATE reach.notification SET ways_sealed = NULL
        WHERE merchant_id = %(merchant)s AND expires_at < %(now)s AND ways_sealed IS NOT NULL
        """,
        {"now": now},
    )


def standings(
    tx: ReadTx, message_ids: Sequence[UUID]
) -> dict[UUID, tuple[State, str | None, datetime | None]]:
    """Message → state, failure, when it was delivered."""
    rows = tx.rows(
        dict,
        """
        SELECT id, state, failure, delivered_at FROM reach.message
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
        """,
        {"ids": list(message_ids)},
    )
    return {row["id"]: (row["state"], row["failure"], row["delivered_at"]) for row in rows}
