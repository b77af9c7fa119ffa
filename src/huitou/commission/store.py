"""Commission lines in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.commission.types import Line, ShownLine

_NEW = {
    "id": "uuid",
    "credit_id": "uuid",
    "staff_id": "uuid",
    "order_id": "uuid",
    "unit_id": "uuid",
    "campaign_id": "uuid",
    "rate_bp": "int",
    "base_fen": "bigint",
    "amount_fen": "bigint",
    "at": "timestamptz",
}


def add_lines(tx: Tx, lines: Sequence[Line]) -> None:
    """Keep lines of credits that have none yet, as of whoever the orders are of now."""
    tx.load(
        "new_line",
        _NEW,
        ([getattr(line, column) for column in _NEW] for line in lines),
    )
    tx.run(
        """
        INSERT INTO commission.line
            (merchant_id, id, credit_id, staff_id, order_id, customer_id, unit_id, campaign_id,
             rate_bp, base_fen, amount_fen, at)
        SELECT %(merchant)s, n.id, n.credit_id, n.staff_id, n.order_id, r.customer_id, n.unit_id,
            n.campaign_id, n.rate_bp, n.base_fen, n.amount_fen, n.at
        FROM pg_temp.new_line n
        JOIN attribution.credit c ON c.merchant_id = %(merchant)s AND c.id = n.credit_id
        LEFT JOIN identity.resolved_now r ON r.merchant_id = c.merchant_id
            AND r.position = c.position AND r.state = 'live'
        ORDER BY n.credit_id
        ON CONFLICT (merchant_id, credit_id) DO NOTHING
        """
    )


def lock_lines(tx: Tx, credit_ids: Sequence[UUID]) -> dict[UUID, Line]:
    """The lines of these credits, held until the end of the transaction."""
    found = tx.rows(
        Line,
        """
        SELECT id, credit_id, staff_id, order_id, customer_id, unit_id, campaign_id, rate_bp,
            base_fen, amount_fen, reversed_fen, state, at, transaction_id
        FROM commission.line
        WHERE merchant_id = %(merchant)s AND credit_id = ANY(%(credits)s::uuid[])
        ORDER BY credit_id FOR UPDATE
        """,
        {"credits": list(credit_ids)},
    )
    return {line.credit_id: line for line in found}


def set_lines(tx: Tx, lines: Sequence[Line]) -> None:
    """Keep what was given and taken back, and the state."""
    tx.load(
        "changed_line",
        {"id": "uuid", "reversed_fen": "bigint", "state": "text", "transaction_id": "uuid"},
        ((line.id, line.reversed_fen, line.state, line.transaction_id) for line in lines),
    )
    tx.run(
        """
        UPDATE commission.line l
        SET reversed_fen = c.reversed_fen, state = c.state, transaction_id = c.transaction_id
        FROM pg_temp.changed_line c
        WHERE l.merchant_id = %(merchant)s AND l.id = c.id
        """
    )


def set_settleable(tx: Tx, before: datetime) -> int:
    """Pending lines of orders paid before then may be settled."""
    return tx.run(
        """
        UPDATE commission.line SET state = 'settleable'
        WHERE merchant_id = %(merchant)s AND state = 'pending' AND at < %(before)s
        """,
        {"before": before},
    )


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Follow the credits of these customers to whose they are now."""
    tx.run(
        """
        UPDATE commission.line l SET customer_id = r.customer_id
        FROM attribution.credit c
        JOIN identity.resolved_now r ON r.merchant_id = c.merchant_id AND r.position = c.position
        WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(customers)s::uuid[])
            AND c.merchant_id = l.merchant_id AND c.id = l.credit_id
            AND r.customer_id <> l.customer_id
        """,
        {"customers": list(customer_ids)},
    )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Forget whose orders they were; the money stays."""
    tx.run(
        """
        UPDATE commission.line SET customer_id = NULL
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
        """,
        {"customers": list(customer_ids)},
    )


def list_orders_of(tx: ReadTx, customer_id: UUID) -> list[tuple[UUID, datetime]]:
    """Orders of the customer that earned a commission which was not all taken back, and when they were paid."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        "SELECT order_id, at FROM commission.line"
        " WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s"
        " AND reversed_fen < amount_fen ORDER BY at, order_id",
        {"customer": customer_id},
    )
    return [(row["order_id"], row["at"]) for row in found]


def page_lines(
    tx: ReadTx, filters: dict[str, Any], before: tuple[datetime, UUID] | None, count_max: int
) -> list[ShownLine]:
    """Latest purchases first, in the scope: a person's own, or those of a subtree of units.

    `filters` holds customer, staff, unit_path, campaign, since, until; None is no filter.
    """
    return tx.rows(
        ShownLine,
        """
        SELECT l.id, l.credit_id, l.staff_id, s.name AS staff_name, l.order_id, c.order_no,
            c.message_id, l.customer_id, l.unit_id, u.name AS unit_name, l.campaign_id, l.rate_bp,
            l.base_fen, c.refunded_fen, l.amount_fen, l.reversed_fen, l.state, l.at,
            l.transaction_id
        FROM commission.line l
        JOIN attribution.credit c ON c.merchant_id = l.merchant_id AND c.id = l.credit_id
        JOIN merchant.unit u ON u.merchant_id = l.merchant_id AND u.id = l.unit_id
        JOIN merchant.staff s ON s.merchant_id = l.merchant_id AND s.id = l.staff_id
        WHERE l.merchant_id = %(merchant)s
            AND (%(customer)s::uuid IS NULL OR l.customer_id = %(customer)s)
            AND (%(staff)s::uuid IS NULL OR l.staff_id = %(staff)s)
            AND (%(campaign)s::uuid IS NULL OR l.campaign_id = %(campaign)s)
            AND (%(since)s::timestamptz IS NULL OR l.at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
            AND base.in_scope(u.path, %(unit_path)s)
            AND CASE WHEN %(scope_staff)s::uuid IS NULL
                THEN base.in_scope(u.path, %(scope_path)s)
                ELSE l.staff_id = %(scope_staff)s END
            AND (%(before_at)s::timestamptz IS NULL
                OR (l.at, l.id) < (%(before_at)s, %(before_id)s::uuid))
        ORDER BY l.at DESC, l.id DESC LIMIT %(count_max)s
        """,
        {
            **filters,
            "before_at": before[0] if before else None,
            "before_id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def sum_staff(tx: ReadTx, staff_id: UUID, since: datetime, until: datetime) -> int:
    """Commission left of the orders paid in [since, until)."""
    found = tx.value(
        """
        SELECT sum(amount_fen - reversed_fen) FROM commission.line
        WHERE merchant_id = %(merchant)s AND staff_id = %(staff)s
            AND at >= %(since)s AND at < %(until)s
        """,
        {"staff": staff_id, "since": since, "until": until},
    )
    return int(found or 0)
