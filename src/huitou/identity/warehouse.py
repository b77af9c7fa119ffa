"""Customers who answer for themselves, by ordinal, and what they did, by position."""

from huitou.base.warehouse.datasets import CHANGED_CUSTOMERS, CHANGED_ROOTS, Dataset, publish

publish(
    Dataset(
        name="identity.customer",
        kind="customer",
        sources=("identity.customer",),
        keys=CHANGED_CUSTOMERS,
        rows="""
            SELECT c.ordinal, c.ordinal, c.id, c.created_at FROM identity.customer c
            WHERE c.merchant_id = %(merchant)s AND c.root_id = c.id AND c.state = 'live' {only}
        """,
        key_column="c.ordinal",
        columns={"id": "INTEGER", "uuid": "VARCHAR", "created_at": "TIMESTAMPTZ"},
    )
)
publish(
    Dataset(
        name="identity.link",
        kind="customer",
        sources=("identity.link", "identity.customer"),
        keys=CHANGED_ROOTS,
        rows="""
            SELECT k.ordinal, k.ordinal, l.kind, l.scope FROM identity.link l
            JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
            JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.root_id
            WHERE l.merchant_id = %(merchant)s AND l.quarantine IS NULL AND k.state = 'live'
              AND l.kind IN ('phone', 'openid', 'card') {only}
        """,
        key_column="k.ordinal",
        columns={"customer_id": "INTEGER", "kind": "VARCHAR", "scope": "VARCHAR"},
        for_rules=False,
    )
)
publish(
    Dataset(
        name="event.log",
        kind="event",
        sources=("identity.customer", "identity.resolved"),
        keys="""
            SELECT r.position FROM pg_temp.warehouse_change w
            JOIN identity.resolved r ON r.merchant_id = %(merchant)s AND r.customer_id = w.key
            WHERE w.source = 'identity.customer' AND r.position <= %(upto)s
            UNION
            SELECT ('x' || right(w.key::text, 12))::bit(48)::bigint
            FROM pg_temp.warehouse_change w WHERE w.source = 'identity.resolved'
        """,
        rows="""
            SELECT e.position, c.ordinal, e.position, e.type, e.occurred_at, e.unit_id,
                   e.properties->>'sku'
            FROM event.log e
            JOIN identity.resolved r
              ON r.merchant_id = e.merchant_id AND r.position = e.position
            JOIN identity.customer f
              ON f.merchant_id = r.merchant_id AND f.id = r.customer_id AND f.state = 'live'
            JOIN identity.customer c ON c.merchant_id = f.merchant_id AND c.id = f.root_id
            WHERE e.merchant_id = %(merchant)s AND e.type <> 'order.paid' {only}
        """,
        key_column="e.position",
        columns={
            "customer_id": "INTEGER",
            "position": "BIGINT",
            "type": "VARCHAR",
            "occurred_at": "TIMESTAMPTZ",
            "unit_id": "VARCHAR",
            "sku": "VARCHAR",
        },
        at="e.occurred_at",
        span="SELECT min(occurred_at), max(occurred_at) FROM event.log"
        " WHERE merchant_id = %(merchant)s",
    )
)
