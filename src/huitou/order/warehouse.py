"""Purchases, their lines and running totals."""

from typing import LiteralString

from huitou.base.warehouse.datasets import CHANGED_CUSTOMERS, Dataset, publish

_CHANGED_ORDERS: LiteralString = """
    SELECT DISTINCT p.position FROM pg_temp.warehouse_change w
    JOIN "order".purchase p ON p.merchant_id = %(merchant)s AND p.id = w.key
    WHERE w.source = ANY(%(sources)s)
"""
_SPAN: LiteralString = """
    SELECT min(paid_at), max(paid_at) FROM "order".purchase WHERE merchant_id = %(merchant)s
"""
_TOTAL = {
    "customer_id": "INTEGER",
    "order_count": "INTEGER",
    "paid_fen": "BIGINT",
    "first_paid_at": "TIMESTAMPTZ",
    "last_paid_at": "TIMESTAMPTZ",
}

publish(
    Dataset(
        name="order.total",
        kind="customer",
        sources=("order.total",),
        keys=CHANGED_CUSTOMERS,
        rows="""
            SELECT c.ordinal, c.ordinal, t.order_count, t.paid_fen, t.first_paid_at, t.last_paid_at,
                   t.refunded_fen, t.stage, t.r, t.f, t.m, t.share_before_bp
            FROM "order".total t
            JOIN identity.customer c ON c.merchant_id = t.merchant_id AND c.id = t.customer_id
            WHERE t.merchant_id = %(merchant)s {only}
        """,
        key_column="c.ordinal",
        columns={
            **_TOTAL,
            "refunded_fen": "BIGINT",
            "stage": "VARCHAR",
            "r": "SMALLINT",
            "f": "SMALLINT",
            "m": "SMALLINT",
            "share_before_bp": "INTEGER",
        },
    )
)
publish(
    Dataset(
        name="order.category_total",
        kind="customer",
        sources=("order.category_total",),
        keys=CHANGED_CUSTOMERS,
        rows="""
            SELECT c.ordinal, c.ordinal, t.order_count, t.paid_fen, t.first_paid_at, t.last_paid_at,
                   t.category_code, t.quantity
            FROM "order".category_total t
            JOIN identity.customer c ON c.merchant_id = t.merchant_id AND c.id = t.customer_id
            WHERE t.merchant_id = %(merchant)s {only}
        """,
        key_column="c.ordinal",
        columns={**_TOTAL, "category_code": "VARCHAR", "quantity": "BIGINT"},
    )
)
publish(
    Dataset(
        name="order.purchase",
        kind="order",
        sources=("order.order",),
        keys=_CHANGED_ORDERS,
        rows="""
            SELECT p.position, c.ordinal, p.position, p.unit_id, p.source, p.paid_at, p.paid_fen,
                   p.refunded_fen
            FROM "order".purchase p
            JOIN identity.customer c ON c.merchant_id = p.merchant_id AND c.id = p.customer_id
            WHERE p.merchant_id = %(merchant)s {only}
        """,
        key_column="p.position",
        columns={
            "customer_id": "INTEGER",
            "id": "BIGINT",
            "unit_id": "VARCHAR",
            "source": "VARCHAR",
            "paid_at": "TIMESTAMPTZ",
            "paid_fen": "BIGINT",
            "refunded_fen": "BIGINT",
        },
        at="p.paid_at",
        span=_SPAN,
    )
)
publish(
    Dataset(
        name="order.line",
        kind="order",
        sources=("order.order",),
        keys=_CHANGED_ORDERS,
        rows="""
            SELECT p.position, c.ordinal, p.position, l.category_code, l.sku, p.unit_id, p.source,
                   l.paid_at, l.quantity, l.refunded_quantity, l.paid_fen, l.refunded_fen,
                   l.is_first_of_category
            FROM "order".purchase p
            JOIN "order".line l ON l.merchant_id = p.merchant_id AND l.order_id = p.id
            JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
            WHERE p.merchant_id = %(merchant)s {only}
        """,
        key_column="p.position",
        columns={
            "customer_id": "INTEGER",
            "order_id": "BIGINT",
            "category_code": "VARCHAR",
            "sku": "VARCHAR",
            "unit_id": "VARCHAR",
            "source": "VARCHAR",
            "paid_at": "TIMESTAMPTZ",
            "quantity": "BIGINT",
            "refunded_quantity": "BIGINT",
            "paid_fen": "BIGINT",
            "refunded_fen": "BIGINT",
            "is_first_of_category": "BOOLEAN",
        },
        at="p.paid_at",
        span=_SPAN,
    )
)
