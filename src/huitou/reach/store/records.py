"""Suppressions, receipts, notes to staff, and whose everything is after a merge."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from huitou.base.db import ReadTx, Tx

_KEYED = ("message", "decision")


def add_suppressions(
    tx: Tx,
    customer_id: UUID,
    channels: Sequence[str],
    *,
    reason: str,
    at: datetime,
    restores: Sequence[str] = (),
) -> int:
    """Stop channels; what was stopped before keeps what an undo gives back."""
    return tx.run(
        """
        INSERT INTO reach.suppression AS s (merchant_id, customer_id, channel, reason, at, restores)
        SELECT %(merchant)s, %(customer)s, channel, %(reason)s, %(at)s, channel = ANY(%(restores)s)
        FROM unnest(%(channels)s::text[]) AS c (channel)
        ON CONFLICT (merchant_id, customer_id, channel) DO UPDATE
        SET at = greatest(s.at, excluded.at), restores = s.restores OR excluded.restores
        """,
        {
            "customer": customer_id,
            "channels": list(channels),
            "reason": reason,
            "at": at,
            "restores": list(restores),
        },
    )


def suppress_withdrawn(tx: Tx, rows: Sequence[tuple[UUID, str, datetime]]) -> None:
    """(customer, channel, at) of withdrawals in the log that no later consent has overtaken."""
    tx.run(
        """
        INSERT INTO reach.suppression AS s (merchant_id, customer_id, channel, reason, at)
        SELECT %(merchant)s, w.customer_id, w.channel, 'log', max(w.at)
        FROM unnest(%(customers)s::uuid[], %(channels)s::text[], %(times)s::timestamptz[])
            AS w (customer_id, channel, at)
        WHERE NOT EXISTS (SELECT FROM profile.consent c
                          WHERE c.merchant_id = %(merchant)s AND c.customer_id = w.customer_id
                            AND c.channel = w.channel AND c.purpose = 'marketing'
                            AND c.state = 'given' AND c.at >= w.at)
        GROUP BY w.customer_id, w.channel
        ON CONFLICT (merchant_id, customer_id, channel) DO UPDATE
        SET at = greatest(s.at, excluded.at)
        """,
        _columns(rows),
    )


def lift_given(tx: Tx, rows: Sequence[tuple[UUID, str, datetime]]) -> None:
    """(customer, channel, at) of consents in the log: what was stopped before them is open again."""
    tx.run(
        """
        DELETE FROM reach.suppression s
        USING unnest(%(customers)s::uuid[], %(channels)s::text[], %(times)s::timestamptz[])
            AS g (customer_id, channel, at), identity.customer r
        WHERE r.merchant_id = %(merchant)s AND r.root_id = g.customer_id
          AND s.merchant_id = %(merchant)s AND s.customer_id = r.id
          AND s.channel = g.channel AND s.at <= g.at
        """,
        _columns(rows),
    )


def is_suppressed(tx: ReadTx, customer_id: UUID, channel: str) -> bool:
    """Is the customer not to be written to on the channel?"""
    return bool(
        tx.value(
            """
            SELECT true FROM identity.customer r
            JOIN reach.suppression s ON s.merchant_id = r.merchant_id AND s.customer_id = r.id
            WHERE r.merchant_id = %(merchant)s AND r.root_id = %(customer)s
              AND s.channel = %(channel)s LIMIT 1
            """,
            {"customer": customer_id, "channel": channel},
        )
    )


def take_suppressions(tx: Tx, customer_id: UUID, channel: str | None = None) -> list[str]:
    """Lift everything, or what stops one channel; returns the channels whose consent comes back."""
    rows = tx.rows(
        dict,
        """
        DELETE FROM reach.suppression s USING identity.customer r
        WHERE r.merchant_id = %(merchant)s AND r.root_id = %(customer)s
          AND s.merchant_id = %(merchant)s AND s.customer_id = r.id
          AND (%(channel)s::text IS NULL OR s.channel = %(channel)s)
        RETURNING s.channel, s.restores
        """,
        {"customer": customer_id, "channel": channel},
    )
    return sorted({row["channel"] for row in rows if row["restores"]})


def add_note(
    tx: Tx, *, id: UUID, key: str, staff_id: UUID, title: str, body: str, path: str
) -> bool:
    """A card to be shown; one per key."""
    return bool(
        tx.run(
            "INSERT INTO reach.staff_note VALUES (%(merchant)s, %(id)s, %(key)s, %(staff)s,"
            " %(title)s, %(body)s, %(path)s, 'planned', NULL, %(now)s, NULL) ON CONFLICT DO NOTHING",
            {"id": id, "key": key, "staff": staff_id, "title": title, "body": body, "path": path},
        )
    )


def lock_note(tx: Tx, note_id: UUID) -> dict[str, Any] | None:
    """The card and to whom, held until the commit."""
    return tx.row(
        dict,
        """
        SELECT n.id, n.staff_id, n.title, n.body, n.path, n.state, s.wecom_user
        FROM reach.staff_note n
        JOIN merchant.staff s ON s.merchant_id = n.merchant_id AND s.id = n.staff_id
        WHERE n.merchant_id = %(merchant)s AND n.id = %(id)s FOR UPDATE OF n
        """,
        {"id": note_id},
    )


def set_note(tx: Tx, note_id: UUID, state: str, failure: str | None = None) -> None:
    """What became of a card."""
    tx.run(
        "UPDATE reach.staff_note SET state = %(state)s, failure = %(failure)s, settled_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": note_id, "state": state, "failure": failure},
    )


def find_note(tx: ReadTx, note_id: UUID) -> dict[str, Any] | None:
    """A card's state and failure."""
    return tx.row(
        dict,
        "SELECT id, state, failure FROM reach.staff_note"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": note_id},
    )


def first_customers(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Whose the messages and decisions of these customers were, merges aside."""
    return tx.column(
        """
        SELECT first_customer_id FROM reach.message
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        UNION
        SELECT first_customer_id FROM reach.decision
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def set_receivers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What went to an address that one of them holds now, and another of them held when it went, was the holder's."""
    tx.run(
        """
        UPDATE reach.message m SET first_customer_id = l.customer_id
        FROM identity.link l
        WHERE m.merchant_id = %(merchant)s AND m.customer_id = ANY(%(ids)s)
          AND l.merchant_id = m.merchant_id AND l.identifier_id = m.address_id
          AND l.customer_id = ANY(%(ids)s) AND l.customer_id <> m.first_customer_id
        """,
        {"ids": list(customer_ids)},
    )


def list_misled(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """`(link, whose its message was)` of these customers' links that were made for another than their message went to."""
    found = tx.rows(
        dict,
        """
        SELECT l.id, m.first_customer_id FROM reach.message m
        JOIN content.link l ON l.merchant_id = m.merchant_id AND l.id = m.link_id
        WHERE m.merchant_id = %(merchant)s AND m.customer_id = ANY(%(ids)s)
          AND l.first_customer_id <> m.first_customer_id
        """,
        {"ids": list(customer_ids)},
    )
    return [(row["id"], row["first_customer_id"]) for row in found]


def set_customers(tx: Tx, owners: Sequence[tuple[UUID, UUID]]) -> None:
    """What was first given to `a` is `b`'s now, for each `(a, b)`."""
    params = {"first": [a for a, _ in owners], "now_ids": [b for _, b in owners]}
    for table in _KEYED:
        tx.run(
            sql.SQL(
                """
                UPDATE {} t SET customer_id = o.now_id
                FROM unnest(%(first)s::uuid[], %(now_ids)s::uuid[]) AS o (first_id, now_id)
                WHERE t.merchant_id = %(merchant)s AND t.first_customer_id = o.first_id
                  AND t.customer_id <> o.now_id
                """
            ).format(sql.Identifier("reach", table)),
            params,
        )


def _columns(rows: Sequence[tuple[UUID, str, datetime]]) -> dict[str, Any]:
    return {
        "customers": [customer for customer, _, _ in rows],
        "channels": [channel for _, channel, _ in rows],
        "times": [at for _, _, at in rows],
    }
