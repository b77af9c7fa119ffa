"""Customers' ways through the steps of a campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.campaign.types.candidates import Copy, Leave, Place, Target

_NEW = {
    "first_id": "uuid",
    "step": "smallint",
    "message_id": "uuid",
    "due_at": "timestamptz",
    "code": "text",
    "is_over": "boolean",
}


def add_passages(
    tx: Tx,
    campaign_id: UUID,
    rows: Sequence[tuple[UUID, int, UUID | None, datetime, str | None, bool]],
) -> int:
    """`(first customer, step, message, due_at, code, is_over)`; with `is_over` the gate said no, and
    `code` says why. Again is no change."""
    tx.load("new_passage", _NEW, rows)
    return tx.run(
        """
        INSERT INTO campaign.passage (merchant_id, campaign_id, first_customer_id, step, message_id,
            since, due_at, look_at, left_at, outcome, code)
        SELECT %(merchant)s, %(campaign)s, first_id, step, message_id, %(now)s, due_at, due_at,
            CASE WHEN is_over THEN %(now)s END, CASE WHEN is_over THEN 'blocked' END, code
        FROM pg_temp.new_passage ORDER BY first_id
        ON CONFLICT DO NOTHING
        """,
        {"campaign": campaign_id},
    )


def lock_looks(tx: Tx, campaign_id: UUID, count_max: int) -> list[tuple[UUID, UUID]]:
    """`(first customer, customer who answers now)` of those to be looked at, the longest due first. They are
    held until the commit: news of them comes before or after."""
    rows = tx.rows(
        dict,
        """
        SELECT p.first_customer_id, c.customer_id
        FROM campaign.passage p
        JOIN campaign.candidate c ON c.merchant_id = p.merchant_id
            AND c.campaign_id = p.campaign_id AND c.first_customer_id = p.first_customer_id
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.outcome IS NULL AND p.look_at <= %(now)s
        ORDER BY p.look_at, p.first_customer_id LIMIT %(count_max)s
        FOR UPDATE OF p
        """,
        {"campaign": campaign_id, "count_max": count_max},
    )
    return [(row["first_customer_id"], row["customer_id"]) for row in rows]


def list_places(
    tx: ReadTx, campaign_id: UUID, first_ids: Sequence[UUID], *, with_orders: bool
) -> list[Place]:
    """Where these are, with their messages; `with_orders`: what they bought is wanted too."""
    rows = tx.rows(
        dict,
        """
        SELECT p.first_customer_id, c.customer_id, p.step, p.due_at, p.code, c.task_id,
               t.state AS task_state, t.code AS task_code,
               EXISTS (SELECT FROM campaign.candidate o
                       JOIN campaign.passage q ON q.merchant_id = o.merchant_id
                           AND q.campaign_id = o.campaign_id
                           AND q.first_customer_id = o.first_customer_id AND q.outcome IS NULL
                       WHERE o.merchant_id = c.merchant_id AND o.customer_id = c.customer_id
                         AND o.campaign_id = c.campaign_id
                         AND o.first_customer_id < c.first_customer_id) AS is_second
        FROM campaign.passage p
        JOIN campaign.candidate c ON c.merchant_id = p.merchant_id
            AND c.campaign_id = p.campaign_id AND c.first_customer_id = p.first_customer_id
        LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.first_customer_id = ANY(%(ids)s) AND p.outcome IS NULL
        ORDER BY p.first_customer_id
        """,
        {"campaign": campaign_id, "ids": list(first_ids)},
    )
    copies = _copies(tx, campaign_id, first_ids, with_orders=with_orders)
    return [Place(**row, copies=tuple(copies.get(row["first_customer_id"], ()))) for row in rows]


def _copies(
    tx: ReadTx, campaign_id: UUID, first_ids: Sequence[UUID], *, with_orders: bool
) -> dict[UUID, list[Copy]]:
    """The campaign's messages to each, read through who first got them, so that a merge is followed at
    once. The associates' message is of the first step, also before that is over."""
    rows = tx.rows(
        dict,
        """
        SELECT c.first_customer_id, m.id AS message_id, m.state, m.failure, m.delivered_at,
               m.opened_at, m.submitted_at,
               CASE WHEN m.channel <> 'wecom' THEN p.step
                    WHEN m.task_id = c.task_id THEN 0 END AS step,
               (SELECT min(b.paid_at) FROM "order".purchase b
                WHERE %(with_orders)s AND b.merchant_id = c.merchant_id
                  AND b.customer_id = k.root_id AND b.paid_at >= m.delivered_at) AS bought_at
        FROM campaign.candidate c
        JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.customer_id
        JOIN identity.customer r ON r.merchant_id = k.merchant_id AND r.root_id = k.root_id
        JOIN reach.message m ON m.merchant_id = r.merchant_id AND m.first_customer_id = r.id
            AND m.campaign_id = c.campaign_id AND NOT m.is_test
        LEFT JOIN campaign.passage p ON p.merchant_id = m.merchant_id AND p.message_id = m.id
            AND p.first_customer_id = c.first_customer_id
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s
          AND c.first_customer_id = ANY(%(ids)s)
        ORDER BY m.id
        """,
        {"campaign": campaign_id, "ids": list(first_ids), "with_orders": with_orders},
    )
    found: dict[UUID, list[Copy]] = {}
    for row in rows:
        found.setdefault(row.pop("first_customer_id"), []).append(Copy(**row))
    return found


def list_targets(tx: ReadTx, campaign_id: UUID, first_ids: Sequence[UUID]) -> list[Target]:
    """These customers with their task's associate and products, or else their owner."""
    return tx.rows(
        Target,
        """
        SELECT c.first_customer_id, c.customer_id, coalesce(t.staff_id, s.id) AS staff_id,
               coalesce(t.unit_id, p.home_unit_id) AS unit_id, c.opportunity_id, c.task_id,
               coalesce(t.skus, '{}') AS skus
        FROM campaign.candidate c
        LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
        LEFT JOIN profile.customer p
            ON p.merchant_id = c.merchant_id AND p.customer_id = c.customer_id
        LEFT JOIN merchant.staff s ON s.merchant_id = p.merchant_id AND s.id = p.owner_staff_id
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s
          AND c.first_customer_id = ANY(%(ids)s)
        ORDER BY c.first_customer_id
        """,
        {"campaign": campaign_id, "ids": list(first_ids)},
    )


def set_looks(tx: Tx, campaign_id: UUID, looks: Sequence[tuple[UUID, datetime]]) -> int:
    """`(first customer, when to look at them next)`."""
    tx.load("look", {"first_id": "uuid", "look_at": "timestamptz"}, looks)
    return tx.run(
        """
        UPDATE campaign.passage p SET look_at = l.look_at
        FROM pg_temp.look l
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.first_customer_id = l.first_id AND p.outcome IS NULL
        """,
        {"campaign": campaign_id},
    )


def set_left(tx: Tx, campaign_id: UUID, left: Sequence[tuple[UUID, Leave]]) -> int:
    """Their step is over. The associates' message, which may have been another before, is kept now."""
    tx.load(
        "leave",
        {"first_id": "uuid", "outcome": "text", "code": "text"},
        [(first_id, leave.outcome, leave.code) for first_id, leave in left],
    )
    return tx.run(
        """
        UPDATE campaign.passage p
        SET outcome = l.outcome, code = l.code, left_at = %(now)s,
            message_id = coalesce(p.message_id, CASE WHEN p.step = 0 THEN (
                SELECT t.message_id FROM campaign.candidate c
                JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
                WHERE c.merchant_id = p.merchant_id AND c.campaign_id = p.campaign_id
                  AND c.first_customer_id = p.first_customer_id) END)
        FROM pg_temp.leave l
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.first_customer_id = l.first_id AND p.outcome IS NULL
        """,
        {"campaign": campaign_id},
    )


def set_worked(tx: Tx, campaign_id: UUID, worked: Sequence[tuple[UUID, int]]) -> int:
    """`(first customer, step)` of steps that worked after they were given up."""
    tx.load("worked", {"first_id": "uuid", "step": "smallint"}, worked)
    return tx.run(
        """
        UPDATE campaign.passage p SET outcome = 'succeeded', code = 'late'
        FROM pg_temp.worked w
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.first_customer_id = w.first_id AND p.step = w.step
          AND p.outcome IS NOT NULL AND p.outcome <> 'succeeded'
        """,
        {"campaign": campaign_id},
    )


def set_late(tx: Tx, message_ids: Sequence[UUID]) -> int:
    """What became known of these messages makes steps work that were over."""
    return tx.run(
        """
        UPDATE campaign.passage p SET outcome = 'succeeded', code = 'late'
        FROM reach.message m, campaign.campaign k
        WHERE p.merchant_id = %(merchant)s AND p.message_id = ANY(%(ids)s)
          AND p.outcome IS NOT NULL AND p.outcome <> 'succeeded'
          AND m.merchant_id = p.merchant_id AND m.id = p.message_id
          AND k.merchant_id = p.merchant_id AND k.id = p.campaign_id
          AND CASE k.steps -> p.step::int ->> 'until'
              WHEN 'delivered' THEN m.state = 'delivered'
              WHEN 'opened' THEN m.opened_at IS NOT NULL END
        """,
        {"ids": list(message_ids)},
    )


def set_news(tx: Tx, message_ids: Sequence[UUID]) -> list[UUID]:
    """Look at once at those whom these messages are to; returns their campaigns."""
    return tx.column(
        """
        WITH touched AS (
            UPDATE campaign.passage p SET look_at = least(p.look_at, %(now)s)
            FROM reach.message m
            JOIN campaign.candidate c ON c.merchant_id = m.merchant_id
                AND c.campaign_id = m.campaign_id AND c.customer_id = m.customer_id
            WHERE m.merchant_id = %(merchant)s AND m.id = ANY(%(ids)s)
              AND p.merchant_id = c.merchant_id AND p.campaign_id = c.campaign_id
              AND p.first_customer_id = c.first_customer_id AND p.outcome IS NULL
            RETURNING p.campaign_id)
        SELECT DISTINCT campaign_id FROM touched ORDER BY campaign_id
        """,
        {"ids": list(message_ids)},
    )


def stop_campaign(tx: Tx, campaign_id: UUID, code: str) -> int:
    """Nothing more is done about anybody."""
    return tx.run(
        """
        UPDATE campaign.passage SET outcome = 'stopped', code = %(code)s, left_at = %(now)s
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND outcome IS NULL
        """,
        {"campaign": campaign_id, "code": code},
    )


def stop_customers(tx: Tx, customer_ids: Sequence[UUID], code: str) -> int:
    """Nothing more is done about these customers."""
    return tx.run(
        """
        UPDATE campaign.passage p
        SET outcome = 'stopped', code = %(code)s, left_at = %(now)s
        FROM campaign.candidate c
        WHERE c.merchant_id = %(merchant)s AND c.customer_id = ANY(%(ids)s)
          AND p.merchant_id = c.merchant_id AND p.campaign_id = c.campaign_id
          AND p.first_customer_id = c.first_customer_id AND p.outcome IS NULL
        """,
        {"code": code, "ids": list(customer_ids)},
    )


def list_open_messages(tx: ReadTx, campaign_id: UUID) -> list[UUID]:
    """Messages of those who are in a step: the associates', and those that go by themselves."""
    return tx.column(
        """
        SELECT coalesce(p.message_id, t.message_id)
        FROM campaign.passage p
        JOIN campaign.candidate c ON c.merchant_id = p.merchant_id
            AND c.campaign_id = p.campaign_id AND c.first_customer_id = p.first_customer_id
        LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
            AND p.step = 0 AND t.state = 'awaiting_confirmation'
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s AND p.outcome IS NULL
          AND coalesce(p.message_id, t.message_id) IS NOT NULL
        """,
        {"campaign": campaign_id},
    )


def has_open(tx: ReadTx, campaign_id: UUID, *, is_due: bool) -> bool:
    """Is anybody in a step, or to be looked at now?"""
    return bool(
        tx.value(
            """
            SELECT EXISTS (SELECT FROM campaign.passage
                WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND outcome IS NULL
                  AND (NOT %(is_due)s OR look_at <= %(now)s))
            """,
            {"campaign": campaign_id, "is_due": is_due},
        )
    )


def list_taken(tx: ReadTx, campaign_id: UUID, first_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """All the steps that these have been in, with what became of the messages."""
    return tx.rows(
        dict,
        """
        SELECT p.first_customer_id, p.step, p.since, p.due_at, p.left_at, p.outcome, p.code,
               m.id AS message_id, m.state, m.delivered_at, m.opened_at
        FROM campaign.passage p
        JOIN campaign.candidate c ON c.merchant_id = p.merchant_id
            AND c.campaign_id = p.campaign_id AND c.first_customer_id = p.first_customer_id
        LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
            AND p.step = 0
        LEFT JOIN reach.message m ON m.merchant_id = p.merchant_id
            AND m.id = coalesce(p.message_id, t.message_id)
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
          AND p.first_customer_id = ANY(%(ids)s)
        ORDER BY p.first_customer_id, p.step
        """,
        {"campaign": campaign_id, "ids": list(first_ids)},
    )


def count_steps(tx: ReadTx, campaign_id: UUID) -> list[dict[str, Any]]:
    """Per step and outcome and code: how many, and what became of their messages."""
    return tx.rows(
        dict,
        """
        SELECT p.step, p.outcome, p.code, count(*)::int AS count,
               count(m.submitted_at)::int AS sent,
               count(*) FILTER (WHERE m.state = 'delivered')::int AS delivered,
               count(m.opened_at)::int AS opened,
               count(n.step)::int AS passed_on
        FROM campaign.passage p
        JOIN campaign.candidate c ON c.merchant_id = p.merchant_id
            AND c.campaign_id = p.campaign_id AND c.first_customer_id = p.first_customer_id
        LEFT JOIN campaign.passage n ON n.merchant_id = p.merchant_id
            AND n.campaign_id = p.campaign_id AND n.first_customer_id = p.first_customer_id
            AND n.step = p.step + 1
        LEFT JOIN associate.task t ON t.merchant_id = c.merchant_id AND t.id = c.task_id
            AND p.step = 0
        LEFT JOIN reach.message m ON m.merchant_id = p.merchant_id
            AND m.id = coalesce(p.message_id, t.message_id)
        WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
        GROUP BY p.step, p.outcome, p.code ORDER BY p.step
        """,
        {"campaign": campaign_id},
    )
