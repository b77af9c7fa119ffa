"""Taking in a batch of orders, one statement per step."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.order.types import NewOrder


def add_orders(tx: Tx, orders: Sequence[NewOrder]) -> list[NewOrder]:
    """Keep the orders whose number is free, the first of each number; returns those."""
    first: dict[tuple[UUID, str], NewOrder] = {}
    for order in orders:
        first.setdefault((order.unit_id, order.paid.order_no), order)
    added = set(
        tx.column(
            """
            INSERT INTO "order".purchase (merchant_id, id, unit_id, order_no, source, customer_id,
                paid_at, paid_fen, shipping_fen, line_count, position, content)
            SELECT %(merchant)s, t.*
            FROM unnest(%(ids)s::uuid[], %(units)s::uuid[], %(order_nos)s::text[],
                        %(sources)s::text[], %(customers)s::uuid[], %(paid_at)s::timestamptz[],
                        %(paid_fen)s::bigint[], %(shipping_fen)s::bigint[],
                        %(line_counts)s::int[], %(positions)s::bigint[], %(contents)s::bytea[]) AS t
            ON CONFLICT (merchant_id, unit_id, order_no) DO NOTHING RETURNING id
            """,
            _purchases(list(first.values())),
        )
    )
    return [order for order in first.values() if order.id in added]


def _purchases(orders: Sequence[NewOrder]) -> dict[str, str]:
    return {
        "ids": literal([order.id for order in orders]),
        "units": literal([order.unit_id for order in orders]),
        "order_nos": literal([order.paid.order_no for order in orders]),
        "sources": literal([order.source for order in orders]),
        "customers": literal([order.customer_id for order in orders]),
        "paid_at": literal([order.paid_at for order in orders]),
        "paid_fen": literal([order.paid.paid_fen for order in orders]),
        "shipping_fen": literal([order.paid.shipping_fen for order in orders]),
        "line_counts": literal([len(order.paid.lines) for order in orders]),
        "positions": literal([order.position for order in orders]),
        "contents": literal([order.content for order in orders]),
    }


def columns_of(orders: Sequence[NewOrder], category_of: Mapping[str, str]) -> dict[str, str]:
    """Orders, and their lines (`line_…`) with the place of their order from 1 on, as arrays.
    `category_of` knows every SKU of them."""
    lines = [
        (no, line, category_of[line.sku])
        for no, order in enumerate(orders, start=1)
        for line in sorted(order.paid.lines, key=lambda line: line.line_no)
    ]
    seen: set[tuple[int, str]] = set()
    firsts = []
    for no, _, category in lines:
        firsts.append((no, category) not in seen)
        seen.add((no, category))
    return {
        **_purchases(orders),
        "line_orders": literal([no for no, _, _ in lines]),
        "line_nos": literal([line.line_no for _, line, _ in lines]),
        "line_skus": literal([line.sku for _, line, _ in lines]),
        "line_categories": literal([category for _, _, category in lines]),
        "line_firsts": literal(firsts),
        "line_quantities": literal([line.quantity for _, line, _ in lines]),
        "line_list_fen": literal([line.list_fen for _, line, _ in lines]),
        "line_paid_fen": literal([line.paid_fen for _, line, _ in lines]),
    }


def add_lines(tx: Tx, columns: Mapping[str, str]) -> None:
    """The lines of new orders, given by `columns_of`."""
    tx.run(
        """
        INSERT INTO "order".line (merchant_id, order_id, line_no, sku, category_code,
            is_first_of_category, quantity, list_fen, paid_fen, customer_id, paid_at)
        SELECT %(merchant)s, n.id, l.line_no, l.sku, l.category_code, l.is_first, l.quantity,
               l.list_fen, l.paid_fen, n.customer_id, n.paid_at
        FROM unnest(%(line_orders)s::int[], %(line_nos)s::int[], %(line_skus)s::text[],
                    %(line_categories)s::text[], %(line_firsts)s::boolean[],
                    %(line_quantities)s::bigint[], %(line_list_fen)s::bigint[],
                    %(line_paid_fen)s::bigint[])
            AS l (no, line_no, sku, category_code, is_first, quantity, list_fen, paid_fen)
        JOIN unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(paid_at)s::timestamptz[])
            WITH ORDINALITY AS n (id, customer_id, paid_at, no) USING (no)
        """,
        columns,
    )


def list_reused(tx: Tx, orders: Sequence[NewOrder]) -> list[int]:
    """Positions of those of these orders whose number an order of other content has."""
    if not orders:
        return []
    return tx.column(
        """
        SELECT n.position
        FROM unnest(%(positions)s::bigint[], %(units)s::uuid[], %(order_nos)s::text[],
                    %(contents)s::bytea[]) AS n (position, unit_id, order_no, content)
        JOIN "order".purchase p ON p.merchant_id = %(merchant)s
             AND p.unit_id = n.unit_id AND p.order_no = n.order_no
        WHERE p.content <> n.content ORDER BY n.position
        """,
        _purchases(orders),
    )


def add_reviews(tx: Tx, rows: Sequence[tuple[object, ...]]) -> None:
    """(position, unit_id, order_no, customer_id, rating, reviewed_at, line_no, service_rating,
    reasons as an array's literal, staff_id) each, at least one."""
    columns = [literal(column) for column in zip(*rows, strict=True)]
    tx.run(
        """
        INSERT INTO "order".review
               (merchant_id, position, unit_id, order_no, customer_id, rating, reviewed_at,
                line_no, service_rating, reasons, staff_id)
        SELECT %(merchant)s, position, unit_id, order_no, customer_id, rating, reviewed_at,
               line_no, service_rating, reasons::text[], staff_id
        FROM unnest(%(positions)s::bigint[], %(units)s::uuid[], %(order_nos)s::text[],
                    %(customers)s::uuid[], %(ratings)s::int[], %(at)s::timestamptz[],
                    %(line_nos)s::int[], %(service)s::int[], %(reasons)s::text[],
                    %(staff)s::uuid[])
            AS t (position, unit_id, order_no, customer_id, rating, reviewed_at, line_no,
                  service_rating, reasons, staff_id)
        ON CONFLICT DO NOTHING
        """,
        dict(zip(_REVIEW, columns, strict=True)),
    )


_REVIEW = (
    *("positions", "units", "order_nos", "customers", "ratings", "at", "line_nos", "service"),
    *("reasons", "staff"),
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
