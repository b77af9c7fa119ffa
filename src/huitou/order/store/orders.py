"""Taking in a batch of orders, one statement per step."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.order.types import NewOrder


def load_orders(tx: Tx, orders: Sequence[NewOrder], category_of: Mapping[str, str]) -> None:
    """The batch into temporary tables; `category_of` knows every SKU of it."""
    tx.load(
        "order_new",
        {
            "id": "uuid",
            "position": "bigint",
            "unit_id": "uuid",
            "order_no": "text",
            "source": "text",
            "customer_id": "uuid",
            "paid_at": "timestamptz",
            "paid_fen": "bigint",
            "shipping_fen": "bigint",
            "line_count": "int",
            "content": "bytea",
            "is_new": "boolean",
        },
        (
            (
                order.id,
                order.position,
                order.unit_id,
                order.paid.order_no,
                order.source,
                order.customer_id,
                order.paid_at,
                order.paid.paid_fen,
                order.paid.shipping_fen,
                len(order.paid.lines),
                order.content,
                False,
            )
            for order in orders
        ),
    )
    tx.load(
        "order_line_new",
        {
            "order_id": "uuid",
            "line_no": "int",
            "sku": "text",
            "category_code": "text",
            "quantity": "bigint",
            "list_fen": "bigint",
            "paid_fen": "bigint",
        },
        (
            (
                order.id,
                line.line_no,
                line.sku,
                category_of[line.sku],
                line.quantity,
                line.list_fen,
                line.paid_fen,
            )
            for order in orders
            for line in order.paid.lines
        ),
    )


def add_orders(tx: Tx) -> None:
    """Keep the loaded orders whose number is free, the first of each number, and mark them new."""
    tx.run(
        """
        WITH added AS (
            INSERT INTO "order".purchase (merchant_id, id, unit_id, order_no, source, customer_id,
                paid_at, paid_fen, shipping_fen, line_count, position, content)
            SELECT DISTINCT ON (unit_id, order_no) %(merchant)s, id, unit_id, order_no, source,
                   customer_id, paid_at, paid_fen, shipping_fen, line_count, position, content
            FROM pg_temp.order_new ORDER BY unit_id, order_no, position
            ON CONFLICT (merchant_id, unit_id, order_no) DO NOTHING RETURNING id)
        UPDATE pg_temp.order_new n SET is_new = true FROM added WHERE n.id = added.id
        """
    )


def add_lines(tx: Tx) -> None:
    """The lines of the new orders."""
    tx.run(
        """
        INSERT INTO "order".line (merchant_id, order_id, line_no, sku, category_code,
            is_first_of_category, quantity, list_fen, paid_fen, customer_id, unit_id, source,
            paid_at)
        SELECT %(merchant)s, l.order_id, l.line_no, l.sku, l.category_code,
               row_number() OVER (PARTITION BY l.order_id, l.category_code ORDER BY l.line_no) = 1,
               l.quantity, l.list_fen, l.paid_fen, n.customer_id, n.unit_id, n.source, n.paid_at
        FROM pg_temp.order_line_new l JOIN pg_temp.order_new n ON n.id = l.order_id
        WHERE n.is_new
        """
    )


def list_new(tx: Tx) -> list[UUID]:
    """The orders of the batch that are new, by position."""
    return tx.column("SELECT id FROM pg_temp.order_new WHERE is_new ORDER BY position")


def list_reused(tx: Tx) -> list[int]:
    """Positions of loaded orders whose number another order has."""
    return tx.column(
        """
        SELECT n.position FROM pg_temp.order_new n
        JOIN "order".purchase p ON p.merchant_id = %(merchant)s
             AND p.unit_id = n.unit_id AND p.order_no = n.order_no
        WHERE NOT n.is_new AND p.content <> n.content ORDER BY n.position
        """
    )


def add_reviews(tx: Tx, rows: Sequence[tuple[object, ...]]) -> None:
    """(position, unit_id, order_no, customer_id, rating, reviewed_at, line_no, service_rating,
    reasons, staff_id) each."""
    tx.load(
        "order_review_new",
        {
            "position": "bigint",
            "unit_id": "uuid",
            "order_no": "text",
            "customer_id": "uuid",
            "rating": "int",
            "reviewed_at": "timestamptz",
            "line_no": "int",
            "service_rating": "int",
            "reasons": "text[]",
            "staff_id": "uuid",
        },
        rows,
    )
    tx.run(
        """
        INSERT INTO "order".review
               (merchant_id, position, unit_id, order_no, customer_id, rating, reviewed_at,
                line_no, service_rating, reasons, staff_id)
        SELECT %(merchant)s, position, unit_id, order_no, customer_id, rating, reviewed_at,
               line_no, service_rating, reasons, staff_id
        FROM pg_temp.order_review_new ON CONFLICT DO NOTHING
        """
    )


def set_customers(tx: Tx, moves: Sequence[tuple[UUID, UUID]]) -> None:
    """Whatever is of the first customer of each pair becomes the second's."""
    pairs = {"olds": [old for old, _ in moves], "news": [new for _, new in moves]}
    tx.run(
        """
        UPDATE "order".line t SET customer_id = m.new
        FROM unnest(%(olds)s::uuid[], %(news)s::uuid[]) m(old, new)
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = m.old
        """,
        pairs,
    )
    tx.run(
        """
        UPDATE "order".purchase t SET customer_id = m.new
        FROM unnest(%(olds)s::uuid[], %(news)s::uuid[]) m(old, new)
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = m.old
        """,
        pairs,
    )
    tx.run(
        """
        UPDATE "order".review t SET customer_id = m.new
        FROM unnest(%(olds)s::uuid[], %(news)s::uuid[]) m(old, new)
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = m.old
        """,
        pairs,
    )


def reassign(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Give what these customers hold to whom identity says now, by the events' positions."""
    ids = {"ids": list(customer_ids)}
    tx.run(
        """
        UPDATE "order".purchase p SET customer_id = r.customer_id
        FROM identity.resolved_now r
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = ANY(%(ids)s)
          AND r.merchant_id = p.merchant_id AND r.position = p.position
          AND r.customer_id IS DISTINCT FROM p.customer_id
        """,
        ids,
    )
    tx.run(
        """
        UPDATE "order".line l SET customer_id = p.customer_id
        FROM "order".purchase p
        WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(ids)s)
          AND p.merchant_id = l.merchant_id AND p.id = l.order_id
          AND p.customer_id IS DISTINCT FROM l.customer_id
        """,
        ids,
    )
    tx.run(
        """
        UPDATE "order".review v SET customer_id = r.customer_id
        FROM identity.resolved_now r
        WHERE v.merchant_id = %(merchant)s AND v.customer_id = ANY(%(ids)s)
          AND r.merchant_id = v.merchant_id AND r.position = v.position
          AND r.customer_id IS DISTINCT FROM v.customer_id
        """,
        ids,
    )


def set_categories(tx: Tx, categories: Mapping[str, str]) -> list[UUID]:
    """Lines of these SKUs take their category; returns the customers concerned."""
    params = {"skus": list(categories), "codes": list(categories.values())}
    customers = tx.column(
        """
        WITH moved AS (
            UPDATE "order".line l SET category_code = m.code
            FROM unnest(%(skus)s::text[], %(codes)s::text[]) m(sku, code)
            WHERE l.merchant_id = %(merchant)s AND l.sku = m.sku AND l.category_code <> m.code
            RETURNING l.customer_id)
        SELECT DISTINCT customer_id FROM moved WHERE customer_id IS NOT NULL
        """,
        params,
    )
    tx.run(
        """
        UPDATE "order".line l SET is_first_of_category = f.is_first
        FROM (SELECT order_id, line_no, row_number() OVER (
                         PARTITION BY order_id, category_code ORDER BY line_no) = 1 AS is_first
              FROM "order".line
              WHERE merchant_id = %(merchant)s AND order_id IN (
                  SELECT order_id FROM "order".line
                  WHERE merchant_id = %(merchant)s AND sku = ANY(%(skus)s))) f
        WHERE l.merchant_id = %(merchant)s AND l.order_id = f.order_id AND l.line_no = f.line_no
          AND l.is_first_of_category <> f.is_first
        """,
        params,
    )
    return customers
