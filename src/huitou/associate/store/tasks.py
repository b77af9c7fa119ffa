"""Tasks as they change: made, sent, handed over, closed. Every bulk change is one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.associate.rules import states_before
from huitou.associate.types import NewTask, State, Task, Verb
from huitou.base.db import ReadTx, Tx


@dataclass(frozen=True, slots=True)
class Changed:
    """A task that changed, for live notes."""

    id: UUID
    staff_id: UUID
    unit_id: UUID
    customer_id: UUID
    state: State


def add_tasks(tx: Tx, tasks: Sequence[tuple[UUID, NewTask]]) -> list[Changed]:
    """Insert; a campaign's second task for a customer is left out."""
    tx.load(
        "new_task",
        {
            "id": "uuid",
            "campaign_id": "uuid",
            "opportunity_id": "uuid",
            "customer_id": "uuid",
            "staff_id": "uuid",
            "unit_id": "uuid",
            "title": "text",
            "reason": "jsonb",
            "copy": "text",
            "skus": "text[]",
            "categories": "text[]",
            "deadline": "timestamptz",
            "closes_at": "timestamptz",
            "category": "text",
        },
        [
            (
                id_,
                new.campaign_id,
                new.opportunity_id,
                new.customer_id,
                new.staff_id,
                new.unit_id,
                new.title,
                dict(new.reason),
                new.copy,
                list(new.skus),
                list(new.categories),
                new.deadline,
                new.closes_at,
                new.category,
            )
            for id_, new in tasks
        ],
    )
    return tx.rows(
        Changed,
        """
        INSERT INTO associate.task
            (merchant_id, id, campaign_id, opportunity_id, customer_id, first_customer_id, staff_id,
             unit_id, title, reason, copy, skus, categories, deadline, closes_at, category,
             created_at)
        SELECT %(merchant)s, id, campaign_id, opportunity_id, customer_id, customer_id, staff_id,
               unit_id, title, reason, copy, skus, categories, deadline, closes_at, category,
               %(now)s
        FROM pg_temp.new_task ORDER BY id
        ON CONFLICT (merchant_id, campaign_id, first_customer_id) DO NOTHING
        RETURNING id, staff_id, unit_id, customer_id, state
        """,
    )


def lock_task(tx: Tx, task_id: UUID) -> Task | None:
    """The task in the scope, locked until the end of the transaction."""
    return tx.row(
        Task,
        """
        SELECT t.id, t.campaign_id, t.opportunity_id, t.customer_id, t.staff_id, t.unit_id, t.state,
               t.title, t.reason, t.copy, t.skus, t.product_list_id, t.message_id, t.code,
               t.deadline, t.closes_at, t.created_at, t.sent_at, t.closed_at, t.urged_at,
               t.is_paused, t.version, t.category
        FROM associate.task t
        JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = t.unit_id
        WHERE t.merchant_id = %(merchant)s AND t.id = %(id)s
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR t.staff_id = %(scope_staff)s)
        FOR UPDATE OF t
        """,
        {"id": task_id},
    )


def set_text(tx: Tx, task_id: UUID, *, copy: str, skus: Sequence[str], version: int) -> bool:
    """New words or products, if nobody changed them meanwhile."""
    return bool(
        tx.run(
            """
            UPDATE associate.task
            SET copy = %(copy)s, skus = %(skus)s, version = version + 1,
                product_list_id = CASE WHEN skus = %(skus)s THEN product_list_id END
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
            """,
            {"id": task_id, "copy": copy, "skus": list(skus), "version": version},
        )
    )


def set_planned(tx: Tx, task_id: UUID, *, message_id: UUID, product_list_id: UUID | None) -> None:
    """The associate has tapped; WeCom will ask for the confirmation."""
    tx.run(
        """
        UPDATE associate.task SET state = 'awaiting_confirmation', message_id = %(message)s,
            product_list_id = %(list)s, code = NULL, version = version + 1
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'open'
        """,
        {"id": task_id, "message": message_id, "list": product_list_id},
    )


def set_state(
    tx: Tx, verb: Verb, state: State, task_ids: Sequence[UUID], code: str | None = None
) -> list[Changed]:
    """Bring those of these tasks that may into `state`."""
    return tx.rows(
        Changed,
        """
        UPDATE associate.task
        SET state = %(state)s, code = %(code)s, version = version + 1,
            message_id = CASE WHEN %(state)s = 'open' THEN NULL ELSE message_id END,
            closed_at = CASE WHEN %(state)s = 'open' THEN NULL ELSE %(now)s END
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND state = ANY(%(before)s)
        RETURNING id, staff_id, unit_id, customer_id, state
        """,
        {
            "ids": list(task_ids),
            "state": state,
            "code": code,
            "before": states_before(verb),
        },
    )


def set_delivered(tx: Tx, message_ids: Sequence[UUID]) -> list[Changed]:
    """These messages reached their customers."""
    return tx.rows(
        Changed,
        """
        UPDATE associate.task t
        SET state = 'sent', code = NULL, version = t.version + 1, closed_at = %(now)s,
            sent_at = coalesce(m.delivered_at, %(now)s)
        FROM reach.message m
        WHERE t.merchant_id = %(merchant)s AND t.message_id = ANY(%(ids)s)
          AND m.merchant_id = t.merchant_id AND m.id = t.message_id
          AND t.state = ANY(%(before)s)
        RETURNING t.id, t.staff_id, t.unit_id, t.customer_id, t.state
        """,
        {"ids": list(message_ids), "before": states_before("deliver")},
    )


def list_failures(tx: ReadTx, message_ids: Sequence[UUID]) -> list[tuple[UUID, str, datetime]]:
    """Tasks that wait for one of these messages: `(task, failure code, closes_at)`."""
    found = tx.rows(
        dict,
        """
        SELECT t.id, t.closes_at,
               CASE WHEN m.state = 'cancelled' THEN 'cancelled'
                    ELSE coalesce(m.failure, 'failed') END AS code
        FROM associate.task t
        JOIN reach.message m ON m.merchant_id = t.merchant_id AND m.id = t.message_id
        WHERE t.merchant_id = %(merchant)s AND t.message_id = ANY(%(ids)s)
          AND t.state = 'awaiting_confirmation' AND m.state IN ('failed', 'cancelled')
        """,
        {"ids": list(message_ids)},
    )
    return [(row["id"], row["code"], row["closes_at"]) for row in found]


def set_bought(tx: Tx, after: int, upto: int) -> list[Changed]:
    """Close open tasks whose customer bought what they are about at (after, upto]."""
    return tx.rows(
        Changed,
        """
        UPDATE associate.task t
        SET state = 'closed_by_purchase', closed_at = %(now)s, version = t.version + 1
        WHERE t.merchant_id = %(merchant)s AND t.state = 'open' AND EXISTS (
            SELECT FROM "order".purchase p
            WHERE p.merchant_id = t.merchant_id AND p.customer_id = t.customer_id
              AND p.position > %(after)s AND p.position <= %(upto)s AND p.paid_at >= t.created_at
              AND (t.categories = '{}' OR EXISTS (
                  SELECT FROM "order".line l
                  WHERE l.merchant_id = p.merchant_id AND l.order_id = p.id
                    AND l.category_code = ANY(t.categories))))
          AND t.customer_id IN (
            SELECT customer_id FROM "order".purchase
            WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
              AND customer_id IS NOT NULL)
        RETURNING t.id, t.staff_id, t.unit_id, t.customer_id, t.state
        """,
        {"after": after, "upto": upto},
    )


def set_staff(tx: Tx, takers: Mapping[UUID, UUID]) -> list[Changed]:
    """Hand open tasks over: task → associate."""
    tx.load("taker", {"id": "uuid", "staff_id": "uuid"}, list(takers.items()))
    return tx.rows(
        Changed,
        """
        UPDATE associate.task t
        SET staff_id = k.staff_id, urged_at = NULL, version = t.version + 1
        FROM pg_temp.taker k
        WHERE t.merchant_id = %(merchant)s AND t.id = k.id AND t.state = 'open'
        RETURNING t.id, t.staff_id, t.unit_id, t.customer_id, t.state
        """,
    )


def set_urged(tx: Tx, staff_ids: Sequence[UUID]) -> int:
    return tx.run(
        """
        UPDATE associate.task SET urged_at = %(now)s
        WHERE merchant_id = %(merchant)s AND staff_id = ANY(%(ids)s) AND state = 'open'
        """,
        {"ids": list(staff_ids)},
    )


def list_expiring(tx: ReadTx) -> list[UUID]:
    """Open tasks of no campaign that are over. A campaign closes its own."""
    return tx.column(
        """
        SELECT id FROM associate.task
        WHERE merchant_id = %(merchant)s AND state = 'open' AND campaign_id IS NULL
          AND closes_at <= %(now)s
        """
    )


def list_open_of_campaign(tx: ReadTx, campaign_id: UUID) -> list[UUID]:
    return tx.column(
        """
        SELECT id FROM associate.task
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND state = 'open'
        """,
        {"campaign": campaign_id},
    )


def set_closing(tx: Tx, campaign_id: UUID) -> int:
    """Nothing of a campaign may be sent any more."""
    return tx.run(
        """
        UPDATE associate.task SET closes_at = least(closes_at, %(now)s)
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
          AND state = 'awaiting_confirmation'
        """,
        {"campaign": campaign_id},
    )


def set_paused(tx: Tx, campaign_id: UUID, *, is_paused: bool) -> list[Changed]:
    """Hold a campaign's tasks back, also those that may open again, or let them go on."""
    return tx.rows(
        Changed,
        """
        UPDATE associate.task SET is_paused = %(is_paused)s, version = version + 1
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
          AND is_paused <> %(is_paused)s
          AND (is_paused OR state IN ('open', 'awaiting_confirmation'))
        RETURNING id, staff_id, unit_id, customer_id, state
        """,
        {"campaign": campaign_id, "is_paused": is_paused},
    )


def first_customers(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Whom tasks of these customers were made for."""
    return tx.column(
        """
        SELECT DISTINCT first_customer_id FROM associate.task
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def set_customers(tx: Tx, roots: Mapping[UUID, UUID]) -> int:
    """Tasks are of who answers now for whom they were made: first customer → root."""
    tx.load("task_root", {"first_id": "uuid", "root_id": "uuid"}, list(roots.items()))
    return tx.run(
        """
        UPDATE associate.task t SET customer_id = r.root_id
        FROM pg_temp.task_root r
        WHERE t.merchant_id = %(merchant)s AND t.first_customer_id = r.first_id
          AND t.customer_id <> r.root_id
        """,
    )


def set_forgotten(tx: Tx, customer_ids: Sequence[UUID]) -> list[Changed]:
    """Nothing personal is left in their tasks; open ones are over."""
    return tx.rows(
        Changed,
        """
        UPDATE associate.task
        SET copy = '', reason = '{}', skus = '{}', categories = '{}', version = version + 1,
            closed_at = coalesce(closed_at, %(now)s),
            code = CASE WHEN state = 'open' THEN 'forgotten' ELSE code END,
            state = CASE WHEN state = 'open' THEN 'cancelled' ELSE state END
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        RETURNING id, staff_id, unit_id, customer_id, state
        """,
        {"ids": list(customer_ids)},
    )
