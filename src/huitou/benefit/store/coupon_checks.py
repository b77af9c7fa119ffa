"""What must always be true of coupons, as queries for what breaks it."""

from uuid import UUID

from huitou.base.db import Query, ReadTx
from huitou.benefit.rules.coupons import STOCK, account_of
from huitou.benefit.types.coupons import STATES

_INVARIANTS: dict[str, Query] = {
    # The ledger's account of each state has as many as there are coupons in it, and the stock has
    # given all of them.
    "coupons_are_in_their_accounts": """
        WITH counted AS (
            SELECT template_id, state, count(*) AS count FROM benefit.coupon
            WHERE merchant_id = %(merchant)s GROUP BY 1, 2
            UNION ALL
            SELECT template_id, %(stock)s, -count(*) FROM benefit.coupon
            WHERE merchant_id = %(merchant)s GROUP BY 1
        ), booked AS (
            SELECT substr(a.asset, 8)::uuid AS template_id, s.state, sum(e.amount) AS count
            FROM benefit.account a
            JOIN unnest(%(states)s::text[], %(owners)s::uuid[]) AS s (state, owner_id)
                ON s.owner_id = a.owner_id
            JOIN benefit.entry e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
            WHERE a.merchant_id = %(merchant)s AND a.owner_kind = 'merchant'
                AND a.asset LIKE 'coupon:%%'
            GROUP BY 1, 2
        )
        SELECT DISTINCT coalesce(c.template_id, b.template_id)
        FROM counted c FULL JOIN booked b ON b.template_id = c.template_id AND b.state = c.state
        WHERE coalesce(c.count, 0) <> coalesce(b.count, 0)
        """,
    "coupons_are_counted": """
        SELECT s.template_id FROM benefit.coupon_stock s
        LEFT JOIN benefit.coupon k ON k.merchant_id = s.merchant_id
            AND k.template_id = s.template_id
        WHERE s.merchant_id = %(merchant)s
        GROUP BY s.template_id, s.serial, s.issued
        HAVING s.serial <> count(k.serial)
            OR s.issued <> count(k.serial) FILTER (WHERE k.state <> 'transferred')
        """,
    "coupons_within_stock": """
        SELECT t.id FROM benefit.coupon_template t
        JOIN benefit.coupon_stock s ON s.merchant_id = t.merchant_id AND s.template_id = t.id
        WHERE t.merchant_id = %(merchant)s AND s.issued > (t.promise ->> 'stock')::bigint
        """,
    "coupons_within_limits": """
        SELECT DISTINCT k.template_id FROM benefit.coupon k
        JOIN benefit.coupon_template t ON t.merchant_id = k.merchant_id AND t.id = k.template_id
        WHERE k.merchant_id = %(merchant)s AND k.nth > (t.promise ->> 'per_customer')::int
        """,
    "coupon_state_is_its_last_step": """
        SELECT DISTINCT k.template_id FROM benefit.coupon k
        LEFT JOIN LATERAL (
            SELECT s.to_state FROM benefit.coupon_step s
            WHERE s.merchant_id = k.merchant_id AND s.template_id = k.template_id
                AND s.serial = k.serial
            ORDER BY s.seq DESC LIMIT 1
        ) last ON true
        WHERE k.merchant_id = %(merchant)s
            AND (k.state <> last.to_state
                OR (last.to_state IS NULL AND k.state NOT IN ('issued', 'printed')))
        """,
    "coupon_steps_follow_one_another": """
        SELECT DISTINCT template_id FROM (
            SELECT template_id, from_state, seq,
                lag(to_state) OVER steps AS before, row_number() OVER steps AS number
            FROM benefit.coupon_step WHERE merchant_id = %(merchant)s
            WINDOW steps AS (PARTITION BY template_id, serial ORDER BY seq)
        ) s WHERE seq <> number OR from_state <> before
        """,
    "used_coupons_have_one_use": """
        SELECT k.template_id FROM benefit.coupon k
        LEFT JOIN benefit.coupon_use u ON u.merchant_id = k.merchant_id
            AND u.template_id = k.template_id AND u.serial = k.serial
            AND u.outcome = 'used' AND u.returned_at IS NULL
        WHERE k.merchant_id = %(merchant)s
        GROUP BY k.template_id, k.serial, k.state
        HAVING count(u.id) <> CASE WHEN k.state = 'used' THEN 1 ELSE 0 END
        """,
}


def list_violations(tx: ReadTx) -> dict[str, list[UUID]]:
    """Invariant → templates whose coupons break it; all empty when they are sound."""
    accounts = [*STATES, STOCK]
    params = {
        "stock": STOCK,
        "states": accounts,
        "owners": [account_of(state) for state in accounts],
    }
    return {name: tx.column(query, params) for name, query in _INVARIANTS.items()}
