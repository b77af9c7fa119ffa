"""Running totals: moved by batches, made again for a few customers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.order.types import CategoryTotal, StagePolicy, Total


def add_totals(tx: Tx, columns: Mapping[str, str], policy: StagePolicy) -> None:
    """What new orders, given by `orders.columns_of`, add. Forgotten customers have no totals."""
    tx.run(
        """
        INSERT INTO "order".total AS t (merchant_id, customer_id, order_count, paid_fen,
                                        refunded_fen, first_paid_at, last_paid_at, stage)
        SELECT %(merchant)s, n.customer_id, count(*), sum(n.paid_fen), 0, min(n.paid_at),
               max(n.paid_at), "order".stage(count(*), max(n.paid_at), %(now)s, %(active_days)s,
                                             %(lost_days)s, %(loyal_orders)s)
        FROM unnest(%(customers)s::uuid[], %(paid_at)s::timestamptz[], %(paid_fen)s::bigint[])
            AS n (customer_id, paid_at, paid_fen)
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = n.customer_id
             AND c.state = 'live'
        GROUP BY n.customer_id ORDER BY n.customer_id
        ON CONFLICT (merchant_id, customer_id) DO UPDATE SET
            order_count = t.order_count + excluded.order_count,
            paid_fen = t.paid_fen + excluded.paid_fen,
            first_paid_at = least(t.first_paid_at, excluded.first_paid_at),
            last_paid_at = greatest(t.last_paid_at, excluded.last_paid_at),
            stage = "order".stage(t.order_count + excluded.order_count,
                                  greatest(t.last_paid_at, excluded.last_paid_at), %(now)s,
                                  %(active_days)s, %(lost_days)s, %(loyal_orders)s)
        """,
        {**columns, **asdict(policy)},
    )
    tx.run(
        """
        INSERT INTO "order".category_total AS t (merchant_id, customer_id, category_code,
                                                 order_count, quantity, paid_fen, first_paid_at,
                                                 last_paid_at)
        SELECT %(merchant)s, n.customer_id, l.category_code, count(*) FILTER (WHERE l.is_first),
               sum(l.quantity), sum(l.paid_fen), min(n.paid_at), max(n.paid_at)
        FROM unnest(%(line_orders)s::int[], %(line_categories)s::text[], %(line_firsts)s::boolean[],
                    %(line_quantities)s::bigint[], %(line_paid_fen)s::bigint[])
            AS l (no, category_code, is_first, quantity, paid_fen)
        JOIN unnest(%(customers)s::uuid[], %(paid_at)s::timestamptz[]) WITH ORDINALITY
            AS n (customer_id, paid_at, no) USING (no)
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = n.customer_id
             AND c.state = 'live'
        GROUP BY n.customer_id, l.category_code
        ORDER BY n.customer_id, l.category_code
        ON CONFLICT (merchant_id, customer_id, category_code) DO UPDATE SET
            order_count = t.order_count + excluded.order_count,
            quantity = t.quantity + excluded.quantity,
            paid_fen = t.paid_fen + excluded.paid_fen,
            first_paid_at = least(t.first_paid_at, excluded.first_paid_at),
            last_paid_at = greatest(t.last_paid_at, excluded.last_paid_at)
        """,
        columns,
    )


def recount(tx: Tx, customer_ids: Sequence[UUID], policy: StagePolicy) -> None:
    """Make the totals of these customers again from their orders; scores stay as they are."""
    params = {"ids": list(customer_ids), **asdict(policy)}
    tx.run(
        """
        DELETE FROM "order".total t
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = ANY(%(ids)s) AND NOT EXISTS (
            SELECT FROM "order".purchase p
            JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = p.customer_id
                 AND c.state = 'live'
            WHERE p.merchant_id = %(merchant)s AND p.customer_id = t.customer_id)
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM "order".category_total
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO "order".total (merchant_id, customer_id, order_count, paid_fen, refunded_fen,
                                   first_paid_at, last_paid_at, stage)
        SELECT %(merchant)s, p.customer_id, count(*), sum(p.paid_fen - p.refunded_fen),
               sum(p.refunded_fen), min(p.paid_at), max(p.paid_at),
               "order".stage(count(*), max(p.paid_at), %(now)s, %(active_days)s, %(lost_days)s,
                             %(loyal_orders)s)
        FROM "order".purchase p
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = p.customer_id
             AND c.state = 'live'
        WHERE p.merchant_id = %(merchant)s AND p.customer_id = ANY(%(ids)s)
        GROUP BY p.customer_id
        ON CONFLICT (merchant_id, customer_id) DO UPDATE SET
            order_count = excluded.order_count, paid_fen = excluded.paid_fen,
            refunded_fen = excluded.refunded_fen, first_paid_at = excluded.first_paid_at,
            last_paid_at = excluded.last_paid_at, stage = excluded.stage
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO "order".category_total (merchant_id, customer_id, category_code, order_count,
                                            quantity, paid_fen, first_paid_at, last_paid_at)
        SELECT %(merchant)s, l.customer_id, l.category_code,
               count(*) FILTER (WHERE l.is_first_of_category),
               sum(l.quantity - l.refunded_quantity), sum(l.paid_fen - l.refunded_fen),
               min(l.paid_at), max(l.paid_at)
        FROM "order".line l
        JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = l.customer_id
             AND c.state = 'live'
        WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(ids)s)
        GROUP BY l.customer_id, l.category_code
        """,
        params,
    )


def delete_totals(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """The customers' totals; the orders stay for the books."""
    params = {"ids": list(customer_ids)}
    tx.run(
        """
        DELETE FROM "order".total WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM "order".category_total
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        params,
    )


def list_customers(tx: ReadTx) -> list[UUID]:
    """Everyone with an order or a total."""
    return tx.column(
        """
        SELECT customer_id FROM "order".total WHERE merchant_id = %(merchant)s
        UNION SELECT customer_id FROM "order".purchase
        WHERE merchant_id = %(merchant)s AND customer_id IS NOT NULL
        """
    )


def find_totals(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Total]:
    return tx.rows(
        Total,
        """
        SELECT customer_id, order_count, paid_fen, refunded_fen, first_paid_at, last_paid_at, stage,
               r, f, m, share_before_bp
        FROM "order".total WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def find_category_totals(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[CategoryTotal]:
    return tx.rows(
        CategoryTotal,
        """
        SELECT customer_id, category_code, order_count, quantity, paid_fen, first_paid_at,
               last_paid_at
        FROM "order".category_total
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        ORDER BY customer_id, paid_fen DESC, category_code
        """,
        {"ids": list(customer_ids)},
    )
