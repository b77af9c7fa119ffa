"""Messages that count and opt-outs, for decisions about many customers at once. Of the last 60 days: older ones are
left behind as customers are written anew, and readers do not look at them."""

from huitou.base.warehouse.datasets import CHANGED_ROOTS, Dataset, publish

publish(
    Dataset(
        name="reach.message",
        kind="customer",
        sources=("reach.message", "identity.customer"),
        keys=CHANGED_ROOTS,
        # Of ids and keys the last 48 bits are enough to tell them apart.
        rows="""
            SELECT k.ordinal, k.ordinal, m.purpose = 'marketing', m.channel, m.category, m.planned_at,
                CASE m.state WHEN 'delivered' THEN m.delivered_at END, m.not_before,
                ('x' || left(md5(m.content_key), 12))::bit(48)::bigint,
                ('x' || right(m.campaign_id::text, 12))::bit(48)::bigint,
                ('x' || right(m.staff_id::text, 12))::bit(48)::bigint
            FROM reach.message m
            JOIN identity.customer c ON c.merchant_id = m.merchant_id AND c.id = m.first_customer_id
            JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.root_id
            WHERE m.merchant_id = %(merchant)s AND m.state NOT IN ('cancelled', 'failed')
              AND k.state = 'live' AND (m.planned_at > %(now)s - interval '61 days'
                   OR m.state <> 'delivered' OR m.delivered_at > %(now)s - interval '61 days') {only}
        """,
        key_column="k.ordinal",
        columns={
            "customer_id": "INTEGER",
            "is_marketing": "BOOLEAN",
            "channel": "VARCHAR",
            "category": "VARCHAR",
            "planned_at": "TIMESTAMPTZ",
            "delivered_at": "TIMESTAMPTZ",
            "not_before": "TIMESTAMPTZ",
            "content": "BIGINT",
            "campaign": "BIGINT",
            "staff": "BIGINT",
        },
        for_rules=False,
    )
)
publish(
    Dataset(
        name="reach.suppression",
        kind="customer",
        sources=("reach.suppression", "identity.customer"),
        keys=CHANGED_ROOTS,
        rows="""
            SELECT k.ordinal, k.ordinal, s.channel FROM reach.suppression s
            JOIN identity.customer c ON c.merchant_id = s.merchant_id AND c.id = s.customer_id
            JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.root_id
            WHERE s.merchant_id = %(merchant)s AND k.state = 'live' {only}
        """,
        key_column="k.ordinal",
        columns={"customer_id": "INTEGER", "channel": "VARCHAR"},
        for_rules=False,
    )
)
