"""Messages and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.messages import Purpose, Standing, State, Touch


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the room works on it; `body_sealed` is None once its customer is forgotten."""

    id: UUID
    customer_id: UUID | None
    channel: str
    purpose: Purpose
    staff_id: UUID | None
    unit_id: UUID | None
    campaign_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    content_key: str
    category: str
    link_id: UUID | None
    body_sealed: bytes | None
    address_id: int | None
    is_test: bool
    state: State
    attempt: int
    ref: str | None
    failure: str | None
    planned_at: datetime
    submitted_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    carrier: str | None
    not_before: datetime | None
    expires_at: datetime | None
    puts_off: bool
    repeats: bool


NEW_COLUMNS = {
    "id": "uuid",
    "customer_id": "uuid",
    "channel": "text",
    "purpose": "text",
    "staff_id": "uuid",
    "unit_id": "uuid",
    "campaign_id": "uuid",
    "opportunity_id": "uuid",
    "task_id": "uuid",
    "content_key": "text",
    "product_list_id": "uuid",
    "link_id": "uuid",
    "body_sealed": "bytea",
    "is_test": "boolean",
    "category": "text",
    "not_before": "timestamptz",
    "expires_at": "timestamptz",
    "mailing_id": "uuid",
    "puts_off": "boolean",
    "repeats": "boolean",
}


def add_messages(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Planned messages, columns as `NEW_COLUMNS`, in one statement."""
    tx.load("new_message", NEW_COLUMNS, [[row[name] for name in NEW_COLUMNS] for row in rows])
    tx.run(
        """
        INSERT INTO reach.message (merchant_id, id, customer_id, first_customer_id, channel,
            purpose, staff_id, unit_id, campaign_id, opportunity_id, task_id, content_key,
            product_list_id, link_id, body_sealed, is_test, category, not_before, expires_at,
            mailing_id, repeats, puts_off, planned_at)
        SELECT %(merchant)s, id, customer_id, customer_id, channel, purpose, staff_id, unit_id,
            campaign_id, opportunity_id, task_id, content_key, product_list_id, link_id,
            body_sealed, is_test, coalesce(category, 'promotion'), not_before, expires_at,
            mailing_id, coalesce(repeats, false), coalesce(puts_off, false), %(now)s
        FROM new_message
        """
    )


def find_messages(tx: ReadTx, message_ids: Sequence[UUID]) -> list[Message]:
    """Messages; unknown ids are missing."""
    return tx.rows(
        Message,
        """
        SELECT id, customer_id, channel, purpose, staff_id, unit_id, campaign_id, opportunity_id,
               task_id, content_key, category, link_id, body_sealed, address_id, is_test, state, attempt,
               ref, failure, planned_at, submitted_at, delivered_at, opened_at, carrier,
               not_before, expires_at, puts_off, repeats
        FROM reach.message WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) ORDER BY id
        """,
        {"ids": list(message_ids)},
    )


def lock_messages(tx: Tx, message_ids: Sequence[UUID]) -> list[Message]:
    """The same, held until the commit, always in the same order."""
    return tx.rows(
        Message,
        """
        SELECT id, customer_id, channel, purpose, staff_id, unit_id, campaign_id, opportunity_id,
               task_id, content_key, category, link_id, body_sealed, address_id, is_test, state, attempt,
               ref, failure, planned_at, submitted_at, delivered_at, opened_at, carrier,
               not_before, expires_at, puts_off, repeats
        FROM reach.message WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
        ORDER BY id FOR UPDATE
        """,
        {"ids": list(message_ids)},
    )


def set_in_flight(tx: Tx, rows: Sequence[tuple[UUID, int | None, str]]) -> None:
    """`(message, address, carrier)`: the call is about to be made, to this address, through these settings. Of a merged
    customer it counts from now on for the one whose address it is, so that it still does if the merge is undone."""
    tx.run(
        """
        UPDATE reach.message m
        SET state = 'in_flight', address_id = t.address_id, carrier = t.carrier,
            first_customer_id = coalesce(t.customer_id, m.first_customer_id),
            submitted_at = %(now)s, next_ask_at = NULL, version = m.version + 1
        FROM (SELECT a.*, l.customer_id
              FROM unnest(%(ids)s::uuid[], %(addresses)s::bigint[], %(carriers)s::text[])
                  AS a (id, address_id, carrier)
              LEFT JOIN identity.link l
                  ON l.merchant_id = %(merchant)s AND l.identifier_id = a.address_id) t
        WHERE m.merchant_id = %(merchant)s AND m.id = t.id
        """,
        {
            "ids": [id for id, _, _ in rows],
            "addresses": [address_id for _, address_id, _ in rows],
            "carriers": [carrier for _, _, carrier in rows],
        },
    )


def set_not_in_flight(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """The call was not made: as if nobody had claimed them."""
    tx.run(
        "UPDATE reach.message SET state = 'planned', submitted_at = NULL, version = version + 1"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND state = 'in_flight'",
        {"ids": list(message_ids)},
    )


def set_not_before(tx: Tx, times: Sequence[tuple[UUID, datetime]]) -> None:
    """They wait until then."""
    tx.run(
        """
        UPDATE reach.message m SET not_before = t.at, version = m.version + 1
        FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS t (id, at)
        WHERE m.merchant_id = %(merchant)s AND m.id = t.id
        """,
        {"ids": [id for id, _ in times], "times": [at for _, at in times]},
    )


def set_standings(tx: Tx, rows: Sequence[tuple[UUID, Standing, datetime | None]]) -> None:
    """`(message, what is known now, when to ask next)`."""
    known = [standing for _, standing, _ in rows]
    tx.run(
        """
        UPDATE reach.message m
        SET state = t.state, attempt = t.attempt, ref = coalesce(t.ref, m.ref),
            failure = CASE WHEN t.state = 'delivered' THEN NULL
                           ELSE coalesce(t.failure, m.failure) END,
            delivered_at = CASE WHEN t.state = 'delivered' THEN t.at ELSE m.delivered_at END,
            next_ask_at = t.next_at, version = m.version + 1
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(attempts)s::int[], %(refs)s::text[],
                    %(failures)s::text[], %(times)s::timestamptz[], %(nexts)s::timestamptz[])
            AS t (id, state, attempt, ref, failure, at, next_at)
        WHERE m.merchant_id = %(merchant)s AND m.id = t.id
        """,
        {
            "ids": [id for id, _, _ in rows],
            "states": [standing.state for standing in known],
            "attempts": [standing.attempt for standing in known],
            "refs": [standing.ref for standing in known],
            "failures": [standing.failure for standing in known],
            "times": [standing.at for standing in known],
            "nexts": [next_at for _, _, next_at in rows],
        },
    )


def set_next_ask(tx: Tx, times: Sequence[tuple[UUID, datetime | None]]) -> None:
    """When to ask next."""
    tx.run(
        """
        UPDATE reach.message m SET next_ask_at = t.at
        FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS t (id, at)
        WHERE m.merchant_id = %(merchant)s AND m.id = t.id
        """,
        {"ids": [id for id, _ in times], "times": [at for _, at in times]},
    )


def set_opened(tx: Tx, message_ids: Sequence[UUID], times: Sequence[datetime]) -> list[UUID]:
    """The earliest opening of each; returns those that were not open before."""
    rows = tx.rows(
        dict,
        """
        UPDATE reach.message m SET opened_at = o.at, version = m.version + 1
        FROM (SELECT id, min(at) AS at FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[])
                  AS t (id, at) GROUP BY id) o
        WHERE m.merchant_id = %(merchant)s AND m.id = o.id
          AND (m.opened_at IS NULL OR m.opened_at > o.at)
        RETURNING m.id
        """,
        {"ids": list(message_ids), "times": list(times)},
    )
    return [row["id"] for row in rows]


def take_due(tx: Tx, limit: int, until: datetime) -> list[UUID]:
    """Messages to ask about now; not due again before `until` unless somebody settles them."""
    return tx.column(
        """
        UPDATE reach.message SET next_ask_at = %(until)s
        WHERE merchant_id = %(merchant)s AND id IN (
            SELECT id FROM reach.message
            WHERE merchant_id = %(merchant)s AND next_ask_at <= %(now)s
            ORDER BY next_ask_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
        RETURNING id
        """,
        {"limit": limit, "until": until},
    )


def stuck_messages(
    tx: ReadTx, planned: datetime, called: datetime, limit: int
) -> list[tuple[UUID, str]]:
    """`(message, channel)` whose job died: planned, or due after a wait, since before `planned`; in flight since before
    `called`."""
    rows = tx.rows(
        dict,
        """
        SELECT id, channel FROM reach.message
        WHERE merchant_id = %(merchant)s AND state IN ('planned', 'in_flight') AND held_by IS NULL
          AND greatest(planned_at, submitted_at, not_before)
              < CASE state WHEN 'in_flight' THEN %(called)s ELSE %(planned)s END
          AND greatest(planned_at, submitted_at, not_before) < greatest(%(called)s, %(planned)s)
        ORDER BY greatest(planned_at, submitted_at, not_before) LIMIT %(limit)s
        """,
        {"planned": planned, "called": called, "limit": limit},
    )
    return [(row["id"], row["channel"]) for row in rows]


def open_messages(
    tx: ReadTx, customer_id: UUID, channels: Sequence[str], purpose: str = "marketing"
) -> list[UUID]:
    """Messages of a purpose on their way to a customer."""
    return tx.column(
        """
        SELECT id FROM reach.message
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s
          AND purpose = %(purpose)s AND channel = ANY(%(channels)s)
          AND state IN ('planned', 'submitted', 'waiting')
        """,
        {"customer": customer_id, "channels": list(channels), "purpose": purpose},
    )


def stopped_messages(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Marketing messages on their way to these customers on channels that they have stopped."""
    return tx.column(
        """
        SELECT DISTINCT m.id FROM identity.customer r
        JOIN reach.suppression s ON s.merchant_id = r.merchant_id AND s.customer_id = r.id
        JOIN identity.customer f ON f.merchant_id = r.merchant_id AND f.root_id = r.root_id
        JOIN reach.message m ON m.merchant_id = r.merchant_id AND m.first_customer_id = f.id
            AND m.channel = s.channel
        WHERE r.merchant_id = %(merchant)s AND r.root_id = ANY(%(ids)s)
          AND m.purpose = 'marketing' AND m.state IN ('planned', 'submitted', 'waiting')
        """,
        {"ids": list(customer_ids)},
    )


def customers_at(tx: ReadTx, address_id: int) -> list[UUID]:
    """To whom messages went at this address."""
    return tx.column(
        "SELECT DISTINCT customer_id FROM reach.message WHERE merchant_id = %(merchant)s"
        " AND address_id = %(address)s AND customer_id IS NOT NULL",
        {"address": address_id},
    )


def list_touches(tx: ReadTx, customer_ids: Sequence[UUID], since: datetime) -> list[Touch]:
    """Delivered messages of these customers since, by time."""
    return tx.rows(
        Touch,
        """
        SELECT id AS message_id, customer_id, staff_id, unit_id, campaign_id, opportunity_id,
               task_id, channel, delivered_at, opened_at
        FROM reach.message
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND NOT is_test
          AND state = 'delivered' AND delivered_at >= %(since)s
        ORDER BY delivered_at, id
        """,
        {"ids": list(customer_ids), "since": since},
    )


def retire_bodies(tx: Tx, before: datetime) -> int:
    """What was written before `before` is gone; that it was sent, and what came of it, stays."""
    return tx.run(
        "UPDATE reach.message SET body_sealed = NULL, address_id = NULL, version = version + 1"
        " WHERE merchant_id = %(merchant)s AND planned_at < %(before)s AND body_sealed IS NOT NULL",
        {"before": before},
    )


def erase_bodies(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What was written to forgotten customers is gone."""
    tx.run(
        "UPDATE reach.message SET body_sealed = NULL, address_id = NULL, version = version + 1"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )
