"""Messages as they are searched for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.reach.types.messages import Search, State


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as lists show it. `failure_text` says why it failed, in the reader's language; `carrier` is the kind
    of settings it went out through; before `not_before` it waits for quiet hours to end. `next` says what else a planned one waits for."""

    id: UUID
    customer_id: UUID | None
    channel: str
    purpose: str
    category: str
    staff_id: UUID | None
    staff_name: str | None
    unit_id: UUID | None
    unit_name: str | None
    campaign_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    product_list_id: UUID | None
    content_key: str
    text: str | None
    is_test: bool
    state: State
    attempt: int
    carrier: str | None
    failure: str | None
    failure_text: str | None
    planned_at: datetime
    not_before: datetime | None
    submitted_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    version: int
    next: str | None = None


def list_messages(
    tx: ReadTx,
    asked: Search,
    *,
    message_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    count_max: int,
) -> list[tuple[MessageRow, bytes | None]]:
    """Messages in the scope, newest first, with their sealed bodies."""
    rows = tx.rows(
        dict,
        """
        SELECT m.id, m.customer_id, m.channel, m.purpose, m.category, m.staff_id,
               s.name AS staff_name, m.unit_id, u.name AS unit_name, m.campaign_id,
               m.opportunity_id, m.task_id, m.product_list_id, m.content_key, NULL AS text,
               m.is_test, m.state, m.attempt, m.carrier, m.failure, NULL AS failure_text,
               m.planned_at, m.not_before, m.submitted_at, m.delivered_at, m.opened_at, m.version,
               m.body_sealed
        FROM reach.message m
        LEFT JOIN merchant.staff s ON s.merchant_id = m.merchant_id AND s.id = m.staff_id
        LEFT JOIN merchant.unit u ON u.merchant_id = m.merchant_id AND u.id = m.unit_id
        WHERE m.merchant_id = %(merchant)s
          AND (%(id)s::uuid IS NULL OR m.id = %(id)s)
          AND (%(customer)s::uuid IS NULL OR m.customer_id = %(customer)s)
          AND (%(staff)s::uuid IS NULL OR m.staff_id = %(staff)s)
          AND (%(campaign)s::uuid IS NULL OR m.campaign_id = %(campaign)s)
          AND (%(channel)s::text IS NULL OR m.channel = %(channel)s)
          AND (%(state)s::text IS NULL OR m.state = %(state)s)
          AND (%(purpose)s::text IS NULL OR m.purpose = %(purpose)s)
          AND (%(category)s::text IS NULL OR m.category = %(category)s)
          AND (%(failure)s::text IS NULL OR m.failure = %(failure)s)
          AND (%(since)s::timestamptz IS NULL OR m.planned_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR m.planned_at < %(until)s)
          AND (%(at)s::timestamptz IS NULL OR (m.planned_at, m.id) < (%(at)s, %(before)s::uuid))
          AND (%(unit_path)s::text IS NULL OR base.in_scope(u.path, %(unit_path)s))
          AND (%(scope_path)s::text IS NULL OR base.in_scope(u.path, %(scope_path)s))
          AND (%(scope_staff)s::uuid IS NULL OR m.staff_id = %(scope_staff)s)
        ORDER BY m.planned_at DESC, m.id DESC LIMIT %(count_max)s
        """,
        {
            "id": message_id,
            "customer": asked.customer_id,
            "staff": asked.staff_id,
            "unit_path": asked.unit_path,
            "campaign": asked.campaign_id,
            "channel": asked.channel,
            "state": asked.state,
            "purpose": asked.purpose,
            "category": asked.category,
            "failure": asked.failure,
            "since": asked.since,
            "until": asked.until,
            "at": before[0] if before else None,
            "before": before[1] if before else None,
            "count_max": count_max,
        },
    )
    found = []
    for row in rows:
        sealed = row.pop("body_sealed")
        found.append((MessageRow(**row), sealed))
    return found


def count_failures(tx: ReadTx, since: datetime) -> list[dict[str, Any]]:
    """`failure` and `count` of messages in the scope that were planned since, the most frequent first."""
    return tx.rows(
        dict,
        """
        SELECT m.failure, count(*) AS count
        FROM reach.message m
        LEFT JOIN merchant.unit u ON u.merchant_id = m.merchant_id AND u.id = m.unit_id
        WHERE m.merchant_id = %(merchant)s AND m.failure IS NOT NULL
          AND m.planned_at >= %(since)s
          AND (%(scope_path)s::text IS NULL OR base.in_scope(u.path, %(scope_path)s))
          AND (%(scope_staff)s::uuid IS NULL OR m.staff_id = %(scope_staff)s)
        GROUP BY m.failure ORDER BY count DESC, m.failure LIMIT 200
        """,
        {"since": since},
    )


def list_bodies(
    tx: ReadTx, campaign_id: UUID, channel: str, count_max: int
) -> list[tuple[UUID, bytes]]:
    """`(message, sealed body)` of those of a campaign that went out last."""
    rows = tx.rows(
        dict,
        """
        SELECT id, body_sealed FROM reach.message
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND channel = %(channel)s
          AND submitted_at IS NOT NULL AND body_sealed IS NOT NULL AND NOT is_test
        ORDER BY planned_at DESC LIMIT %(count_max)s
        """,
        {"campaign": campaign_id, "channel": channel, "count_max": count_max},
    )
    return [(row["id"], bytes(row["body_sealed"])) for row in rows]
