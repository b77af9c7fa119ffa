"""What judging an order reads and keeps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from huitou.attribution.types import Credit, Delivery, OrderFacts, Reason
from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx

_COLUMN_TYPES = {
    "id": "uuid",
    "order_id": "uuid",
    "order_no": "text",
    "customer_id": "uuid",
    "unit_id": "uuid",
    "credited_unit_id": "uuid",
    "campaign_id": "uuid",
    "opportunity_id": "uuid",
    "task_id": "uuid",
    "message_id": "uuid",
    "staff_id": "uuid",
    "channel": "text",
    "model": "text",
    "window_days": "int",
    "amount_fen": "bigint",
    "paid_at": "timestamptz",
    "position": "bigint",
    "evidence": "jsonb",
    "at": "timestamptz",
}


def list_orders_in(tx: ReadTx, after: int, upto: int) -> list[OrderFacts]:
    """Orders of the log's positions (after, upto] that are not credited yet."""
    return tx.rows(
        OrderFacts,
        """
        SELECT p.id AS order_id, p.order_no, p.position, i.root_id AS customer_id, p.unit_id,
            p.paid_at, p.paid_fen - p.shipping_fen AS amount_fen
        FROM "order".purchase p
        LEFT JOIN identity.customer i ON i.merchant_id = p.merchant_id AND i.id = p.customer_id
            AND i.state = 'live'
        WHERE p.merchant_id = %(merchant)s AND p.position > %(after)s AND p.position <= %(upto)s
            AND NOT EXISTS (
                SELECT FROM attribution.credit c
                WHERE c.merchant_id = p.merchant_id AND c.order_id = p.id
                    AND c.withdrawn_at IS NULL)
        ORDER BY p.position
        """,
        {"after": after, "upto": upto},
    )


def list_uncredited(
    tx: ReadTx, customer_ids: Sequence[UUID], since: datetime | None = None
) -> list[OrderFacts]:
    """These customers' orders without a credit, paid from `since` on."""
    return tx.rows(
        OrderFacts,
        """
        SELECT order_id, order_no, position, customer_id, unit_id, paid_at, amount_fen
        FROM attribution.uncredited
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND (%(since)s::timestamptz IS NULL OR paid_at >= %(since)s)
        ORDER BY position
        """,
        {"customers": list(customer_ids), "since": since},
    )


def list_deliveries(tx: ReadTx, customer_ids: Sequence[UUID], since: datetime) -> list[Delivery]:
    """Messages delivered to these customers, also when they were still somebody else.

    Read through who first got them, so that merges and splits are followed at once.
    """
    return tx.rows(
        Delivery,
        """
        SELECT m.id AS message_id, i.root_id AS customer_id, m.channel, m.delivered_at, m.opened_at,
            m.staff_id, m.unit_id, m.campaign_id, m.opportunity_id, m.task_id
        FROM identity.customer i
        JOIN reach.message m ON m.merchant_id = i.merchant_id AND m.first_customer_id = i.id
        WHERE i.merchant_id = %(merchant)s AND i.root_id = ANY(%(ids)s::uuid[])
            AND m.delivered_at >= %(since)s AND NOT m.is_test
        """,
        {"ids": list(customer_ids), "since": since},
    )


def list_delivered(tx: ReadTx, message_ids: Sequence[UUID]) -> list[tuple[UUID, datetime]]:
    """Customer (as answering now) and time of those messages that were delivered."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT i.root_id, m.delivered_at FROM reach.message m
        JOIN identity.customer i
            ON i.merchant_id = m.merchant_id AND i.id = m.first_customer_id
        WHERE m.merchant_id = %(merchant)s AND m.id = ANY(%(ids)s::uuid[])
            AND m.delivered_at IS NOT NULL AND NOT m.is_test
        """,
        {"ids": list(message_ids)},
    )
    return [(row["root_id"], row["delivered_at"]) for row in found]


def add_credits(tx: Tx, credits_: Sequence[Credit]) -> None:
    """Keep new credits; their orders are no longer without one."""
    columns = list(_COLUMN_TYPES)
    tx.load(
        "new_credit",
        _COLUMN_TYPES,
        ([getattr(credit, column) for column in columns] for credit in credits_),
    )
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    tx.run(
        sql.SQL(
            "INSERT INTO attribution.credit (merchant_id, {0})"
            " SELECT %(merchant)s, {0} FROM pg_temp.new_credit"
        ).format(names)
    )
    tx.run(
        """
        DELETE FROM attribution.uncredited u USING pg_temp.new_credit n
        WHERE u.merchant_id = %(merchant)s AND u.order_id = n.order_id
        """
    )


def set_uncredited(tx: Tx, orders: Sequence[tuple[OrderFacts, str]]) -> None:
    """Keep why these orders are credited to nobody."""
    tx.run(
        """
        INSERT INTO attribution.uncredited
            (merchant_id, order_id, order_no, customer_id, unit_id, amount_fen, paid_at, position,
             reason, at)
        SELECT %(merchant)s, t.*, %(now)s
        FROM unnest(%(orders)s::uuid[], %(order_nos)s::text[], %(customers)s::uuid[],
                    %(units)s::uuid[], %(amounts)s::bigint[], %(paid_at)s::timestamptz[],
                    %(positions)s::bigint[], %(reasons)s::text[]) AS t
        ON CONFLICT (merchant_id, order_id) DO UPDATE
        SET reason = excluded.reason, customer_id = excluded.customer_id, at = excluded.at
        WHERE (uncredited.reason, uncredited.customer_id)
            IS DISTINCT FROM (excluded.reason, excluded.customer_id)
        """,
        {
            "orders": literal([order.order_id for order, _ in orders]),
            "order_nos": literal([order.order_no for order, _ in orders]),
            "customers": literal([order.customer_id for order, _ in orders]),
            "units": literal([order.unit_id for order, _ in orders]),
            "amounts": literal([order.amount_fen for order, _ in orders]),
            "paid_at": literal([order.paid_at for order, _ in orders]),
            "positions": literal([order.position for order, _ in orders]),
            "reasons": literal([reason for _, reason in orders]),
        },
    )


def set_refunded(tx: Tx, order_ids: Sequence[UUID]) -> list[UUID]:
    """Bring the credits of these orders up to what was refunded for goods; returns the reduced.

    Taken from the refunds as they stand, so it does not matter how often or in which order they
    come. Shipping given back does not reduce the credit.
    """
    return tx.column(
        """
        UPDATE attribution.credit c
        SET refunded_fen = least(c.amount_fen, r.goods_fen), version = c.version + 1
        FROM (
            SELECT f.order_id, sum((l ->> 'refund_fen')::bigint)::bigint AS goods_fen
            FROM "order".refund f CROSS JOIN jsonb_array_elements(f.lines) l
            WHERE f.merchant_id = %(merchant)s AND f.order_id = ANY(%(orders)s::uuid[])
            GROUP BY f.order_id
        ) r
        WHERE c.merchant_id = %(merchant)s AND c.order_id = r.order_id AND c.withdrawn_at IS NULL
            AND least(c.amount_fen, r.goods_fen) > c.refunded_fen
        RETURNING c.id
        """,
        {"orders": list(order_ids)},
    )


def set_opened(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """Add to the evidence that the message was opened before the purchase."""
    tx.run(
        """
        UPDATE attribution.credit c
        SET evidence = jsonb_set(c.evidence, '{opened_at}', to_jsonb(m.opened_at))
        FROM reach.message m
        WHERE c.merchant_id = %(merchant)s AND c.message_id = ANY(%(ids)s::uuid[])
            AND m.merchant_id = c.merchant_id AND m.id = c.message_id
            AND m.opened_at <= c.paid_at AND c.evidence ->> 'opened_at' IS NULL
        """,
        {"ids": list(message_ids)},
    )


def set_withdrawn(tx: Tx, credit_ids: Sequence[UUID]) -> None:
    """These credits were not right: they count for nothing from now on."""
    tx.run(
        """
        UPDATE attribution.credit SET withdrawn_at = %(now)s, version = version + 1
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[]) AND withdrawn_at IS NULL
        """,
        {"ids": list(credit_ids)},
    )


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Give what these customers had to whom the log's positions belong now."""
    for table in ("credit", "uncredited"):
        tx.run(
            sql.SQL(
                """
                UPDATE {} t SET customer_id = r.customer_id
                FROM identity.resolved_now r
                WHERE t.merchant_id = %(merchant)s AND t.customer_id = ANY(%(customers)s::uuid[])
                    AND r.merchant_id = t.merchant_id AND r.position = t.position
                    AND r.customer_id <> t.customer_id
                """
            ).format(sql.Identifier("attribution", table)),
            {"customers": list(customer_ids)},
        )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Forget whose orders they were; the money stays."""
    params = {"customers": list(customer_ids), "anonymous": Reason.ANONYMOUS}
    tx.run(
        "UPDATE attribution.credit SET customer_id = NULL"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])",
        params,
    )
    tx.run(
        "UPDATE attribution.uncredited SET customer_id = NULL, reason = %(anonymous)s"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])",
        params,
    )
