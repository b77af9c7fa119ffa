"""Questions about orders: pages, ranges of the log, sums over a span."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.order.types import (
    CategoryTotal,
    CustomerSales,
    DaySales,
    OrderLine,
    OrderRefund,
    OrderRow,
    PaidOrder,
    Review,
    Spent,
    StaffSales,
)


def list_orders(
    tx: ReadTx,
    *,
    customer_id: UUID | None,
    ids: Sequence[UUID] | None = None,
    unit_path: str | None,
    since: datetime | None,
    until: datetime | None,
    before: tuple[datetime, UUID] | None,
    is_scoped: bool,
    count_max: int,
) -> list[OrderRow]:
    """Newest first. The scope is the units of a subtree, or the customers of a person's book."""
    return tx.rows(
        OrderRow,
        """
        SELECT p.id, p.unit_id, u.name AS unit_name, p.order_no, p.source, p.customer_id, p.paid_at,
               p.paid_fen, p.shipping_fen, p.refunded_fen, p.line_count
        FROM "order".purchase p
        JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.unit_id
        WHERE p.merchant_id = %(merchant)s
          AND (%(customer)s::uuid IS NULL OR p.customer_id = %(customer)s)
          AND (%(ids)s::uuid[] IS NULL OR p.id = ANY(%(ids)s))
          AND base.in_scope(u.path, %(unit_path)s)
          AND (%(since)s::timestamptz IS NULL OR p.paid_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR p.paid_at < %(until)s)
          AND (%(at)s::timestamptz IS NULL OR (p.paid_at, p.id) < (%(at)s, %(id)s::uuid))
          AND (NOT %(is_scoped)s OR CASE WHEN %(scope_staff)s::uuid IS NULL
               THEN base.in_scope(u.path, %(scope_path)s)
               ELSE EXISTS (SELECT FROM profile.customer c
                            WHERE c.merchant_id = p.merchant_id AND c.customer_id = p.customer_id
                              AND c.owner_staff_id = %(scope_staff)s) END)
        ORDER BY p.paid_at DESC, p.id DESC LIMIT %(count_max)s
        """,
        {
            "customer": customer_id,
            "ids": None if ids is None else list(ids),
            "unit_path": unit_path,
            "since": since,
            "until": until,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "is_scoped": is_scoped,
            "count_max": count_max,
        },
    )


def find_lines(tx: ReadTx, order_ids: Sequence[UUID]) -> list[OrderLine]:
    """By order and line number, with the products' names as they are now."""
    return tx.rows(
        OrderLine,
        """
        SELECT l.order_id, l.line_no, l.sku, coalesce(p.name, l.sku) AS product_name,
               l.category_code, l.quantity, l.list_fen, l.paid_fen, l.refunded_quantity,
               l.refunded_fen
        FROM "order".line l
        LEFT JOIN catalog.product p ON p.merchant_id = l.merchant_id AND p.sku = l.sku
        WHERE l.merchant_id = %(merchant)s AND l.order_id = ANY(%(ids)s)
        ORDER BY l.order_id, l.line_no
        """,
        {"ids": list(order_ids)},
    )


def list_orders_in(tx: ReadTx, after: int, upto: int) -> list[PaidOrder]:
    return tx.rows(
        PaidOrder,
        """
        SELECT id AS order_id, position, customer_id, unit_id, paid_at, paid_fen, shipping_fen
        FROM "order".purchase
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
        ORDER BY position
        """,
        {"after": after, "upto": upto},
    )


def list_refunds_in(tx: ReadTx, after: int, upto: int) -> list[OrderRefund]:
    """Refunds that took effect in the range: their own event or the order they waited for."""
    return tx.rows(
        OrderRefund,
        """
        WITH found AS (
            SELECT id FROM "order".refund
            WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
            UNION
            SELECT r.id FROM "order".purchase p
            JOIN "order".refund r ON r.merchant_id = p.merchant_id AND r.order_id = p.id
            WHERE p.merchant_id = %(merchant)s AND p.position > %(after)s AND p.position <= %(upto)s
              AND r.position <= %(upto)s)
        SELECT r.id AS refund_id, r.order_id, p.customer_id, r.refund_fen, r.lines,
               r.refunded_at AS at, r.position
        FROM found f
        JOIN "order".refund r ON r.merchant_id = %(merchant)s AND r.id = f.id
        JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.id = r.order_id
        WHERE p.position <= %(upto)s
        ORDER BY r.position
        """,
        {"after": after, "upto": upto},
    )


def iter_cycles(tx: ReadTx) -> Iterator[CategoryTotal]:
    return tx.iterate(
        CategoryTotal,
        """
        SELECT customer_id, category_code, order_count, quantity, paid_fen, first_paid_at,
               last_paid_at
        FROM "order".category_total WHERE merchant_id = %(merchant)s
        ORDER BY customer_id, category_code
        """,
    )


def sum_days(tx: ReadTx, since: datetime, until: datetime, zone: str) -> list[DaySales]:
    """By unit and local day, in the scope."""
    return tx.rows(
        DaySales,
        """
        WITH sold AS (
            SELECT p.unit_id, (p.paid_at AT TIME ZONE %(zone)s)::date AS day, p.customer_id,
                   1 AS orders, p.paid_fen, 0::bigint AS refund_fen
            FROM "order".purchase p
            WHERE p.merchant_id = %(merchant)s AND p.paid_at >= %(since)s AND p.paid_at < %(until)s
            UNION ALL
            SELECT p.unit_id, (r.refunded_at AT TIME ZONE %(zone)s)::date, p.customer_id, 0, 0,
                   r.refund_fen
            FROM "order".refund r
            JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.id = r.order_id
            WHERE r.merchant_id = %(merchant)s
              AND r.refunded_at >= %(since)s AND r.refunded_at < %(until)s)
        SELECT s.unit_id, s.day, sum(s.orders)::int AS order_count,
               count(DISTINCT s.customer_id) FILTER (WHERE s.orders = 1)::int AS customer_count,
               sum(s.paid_fen)::bigint AS paid_fen, sum(s.refund_fen)::bigint AS refunded_fen
        FROM sold s
        JOIN merchant.unit u ON u.merchant_id = %(merchant)s AND u.id = s.unit_id
        WHERE CASE WHEN %(scope_staff)s::uuid IS NULL
              THEN base.in_scope(u.path, %(scope_path)s)
              ELSE EXISTS (SELECT FROM profile.customer c
                           WHERE c.merchant_id = %(merchant)s AND c.customer_id = s.customer_id
                             AND c.owner_staff_id = %(scope_staff)s) END
        GROUP BY s.unit_id, s.day ORDER BY s.day, s.unit_id
        """,
        {"since": since, "until": until, "zone": zone},
    )


def sum_staff(tx: ReadTx, since: datetime, until: datetime) -> list[StaffSales]:
    """By the staff member whose customers bought."""
    return tx.rows(
        StaffSales,
        """
        SELECT c.owner_staff_id AS staff_id, count(*)::int AS order_count,
               count(DISTINCT p.customer_id)::int AS customer_count,
               sum(p.paid_fen - p.refunded_fen)::bigint AS net_fen
        FROM "order".purchase p
        JOIN profile.customer c ON c.merchant_id = p.merchant_id AND c.customer_id = p.customer_id
        JOIN merchant.staff s ON s.merchant_id = c.merchant_id AND s.id = c.owner_staff_id
        JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
        WHERE p.merchant_id = %(merchant)s AND p.paid_at >= %(since)s AND p.paid_at < %(until)s
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR s.id = %(scope_staff)s)
        GROUP BY c.owner_staff_id ORDER BY c.owner_staff_id
        """,
        {"since": since, "until": until},
    )


def sum_customers(
    tx: ReadTx, customer_ids: Sequence[UUID], since: datetime, until: datetime | None
) -> list[CustomerSales]:
    return tx.rows(
        CustomerSales,
        """
        SELECT customer_id, count(*)::int AS order_count,
               sum(paid_fen - refunded_fen)::bigint AS net_fen
        FROM "order".purchase
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND paid_at >= %(since)s
          AND (%(until)s::timestamptz IS NULL OR paid_at < %(until)s)
        GROUP BY customer_id
        """,
        {"ids": list(customer_ids), "since": since, "until": until},
    )


def find_refunds(tx: ReadTx, refund_ids: Sequence[UUID]) -> list[OrderRefund]:
    """Refunds by their ids."""
    return tx.rows(
        OrderRefund,
        """
        SELECT r.id AS refund_id, r.order_id, p.customer_id, r.refund_fen, r.lines,
               r.refunded_at AS at, r.position
        FROM "order".refund r
        JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.id = r.order_id
        WHERE r.merchant_id = %(merchant)s AND r.id = ANY(%(ids)s) ORDER BY r.position
        """,
        {"ids": list(refund_ids)},
    )


def list_reviews(tx: ReadTx, customer_id: UUID) -> list[Review]:
    return tx.rows(
        Review,
        """
        SELECT position, unit_id, order_no, line_no, rating, service_rating, reasons, staff_id,
               reviewed_at
        FROM "order".review
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s ORDER BY position
        """,
        {"customer": customer_id},
    )


def page_reviews(
    tx: ReadTx,
    *,
    unit_path: str | None,
    rating_max: int,
    before: tuple[datetime, int] | None,
    count_max: int,
) -> list[dict[str, Any]]:
    """The newest of each order (or line), newest first, in the scope. One star for the goods or
    for the service is a low one either way."""
    return tx.rows(
        dict,
        """
        SELECT r.position, r.reviewed_at, r.unit_id, u.name AS unit_name, p.id AS order_id,
               r.order_no, r.line_no, r.customer_id, r.rating, r.service_rating, r.reasons,
               r.staff_id, s.name AS staff_name
        FROM "order".review r
        JOIN merchant.unit u ON u.merchant_id = r.merchant_id AND u.id = r.unit_id
        LEFT JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.unit_id = r.unit_id
             AND p.order_no = r.order_no
        LEFT JOIN merchant.staff s ON s.merchant_id = r.merchant_id AND s.id = r.staff_id
        WHERE r.merchant_id = %(merchant)s AND r.rating IS NOT NULL
          AND least(r.rating, r.service_rating) <= %(rating_max)s
          AND base.in_scope(u.path, %(unit_path)s) AND base.in_scope(u.path, %(scope_path)s)
          AND (%(at)s::timestamptz IS NULL
               OR (r.reviewed_at, r.position) < (%(at)s, %(position)s::bigint))
          AND NOT EXISTS (
              SELECT FROM "order".review later
              WHERE later.merchant_id = r.merchant_id AND later.unit_id = r.unit_id
                AND later.order_no = r.order_no AND later.position > r.position
                AND later.line_no IS NOT DISTINCT FROM r.line_no)
        ORDER BY r.reviewed_at DESC, r.position DESC LIMIT %(count_max)s
        """,
        {
            "unit_path": unit_path,
            "rating_max": rating_max,
            "at": before[0] if before else None,
            "position": before[1] if before else None,
            "count_max": count_max,
        },
    )


def list_refunds_of(tx: ReadTx, customer_id: UUID) -> list[OrderRefund]:
    return tx.rows(
        OrderRefund,
        """
        SELECT r.id AS refund_id, r.order_id, p.customer_id, r.refund_fen, r.lines,
               r.refunded_at AS at, r.position
        FROM "order".purchase p
        JOIN "order".refund r ON r.merchant_id = p.merchant_id AND r.order_id = p.id
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = %(customer)s ORDER BY r.position
        """,
        {"customer": customer_id},
    )


def list_spent(tx: ReadTx, order_ids: Sequence[UUID]) -> list[Spent]:
    """Orders by their ids."""
    return tx.rows(
        Spent,
        """
        SELECT p.id AS order_id, p.position, p.customer_id, p.unit_id, p.paid_at, p.paid_fen,
               p.shipping_fen, p.refunded_fen,
               coalesce(r.ats, '{}') AS refund_ats, coalesce(r.fens, '{}') AS refund_fens
        FROM "order".purchase p
        LEFT JOIN LATERAL (
            SELECT array_agg(r.refunded_at ORDER BY r.refunded_at, r.id) AS ats,
                   array_agg(r.refund_fen ORDER BY r.refunded_at, r.id) AS fens
            FROM "order".refund r
            WHERE p.refunded_fen > 0 AND r.merchant_id = p.merchant_id AND r.order_id = p.id) r
            ON true
        WHERE p.merchant_id = %(merchant)s AND p.id = ANY(%(ids)s) ORDER BY p.id
        """,
        {"ids": list(order_ids)},
    )


def list_spent_by(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Spent]:
    """Every order of these customers."""
    return tx.rows(
        Spent,
        """
        SELECT p.id AS order_id, p.position, p.customer_id, p.unit_id, p.paid_at, p.paid_fen,
               p.shipping_fen, p.refunded_fen,
               coalesce(r.ats, '{}') AS refund_ats, coalesce(r.fens, '{}') AS refund_fens
        FROM "order".purchase p
        LEFT JOIN LATERAL (
            SELECT array_agg(r.refunded_at ORDER BY r.refunded_at, r.id) AS ats,
                   array_agg(r.refund_fen ORDER BY r.refunded_at, r.id) AS fens
            FROM "order".refund r
            WHERE p.refunded_fen > 0 AND r.merchant_id = p.merchant_id AND r.order_id = p.id) r
            ON true
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = ANY(%(ids)s)
        ORDER BY p.customer_id, p.paid_at, p.id
        """,
        {"ids": list(customer_ids)},
    )
