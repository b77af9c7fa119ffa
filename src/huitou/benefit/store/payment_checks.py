"""What must hold between payments, recharges, what was given by hand, and the ledger: questions whose
answers are what breaks it."""

from uuid import UUID

from huitou.base.db import Query, ReadTx

INVARIANTS: dict[str, Query] = {
    "payment_is_posted": """
        SELECT DISTINCT p.id FROM benefit.payment p
        JOIN benefit.payment_part t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id
        LEFT JOIN LATERAL (
            SELECT sum(e.amount) AS amount FROM benefit.every_entry e
            JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
                AND a.owner_kind = 'customer'
            WHERE e.merchant_id = t.merchant_id AND e.transaction_id = t.transaction_id
                AND e.asset = t.asset
        ) e ON true
        WHERE p.merchant_id = %(merchant)s AND ((p.state = 'paid') <> (t.transaction_id IS NOT NULL)
            OR t.transaction_id IS NOT NULL AND e.amount IS DISTINCT FROM -t.amount)
        """,
    "payment_gave_back_what_it_says": """
        SELECT DISTINCT t.payment_id FROM benefit.payment_part t
        LEFT JOIN LATERAL (
            SELECT sum(e.amount) AS amount FROM benefit.entry e
            JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
                AND a.owner_kind = 'customer'
            WHERE e.merchant_id = t.merchant_id AND e.reverses = t.transaction_id
        ) e ON true
        WHERE t.merchant_id = %(merchant)s AND t.back <> coalesce(e.amount, 0)
        """,
    "payment_holds_while_it_waits": """
        SELECT DISTINCT p.id FROM benefit.payment p
        JOIN benefit.payment_part t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id
        JOIN benefit.hold h ON h.merchant_id = t.merchant_id AND h.id = t.hold_id
        WHERE p.merchant_id = %(merchant)s AND (
            p.state <> 'held' AND h.state = 'open'
            OR p.state <> 'paid' AND h.state = 'captured'
            OR p.state = 'held' AND h.state <> 'open' AND p.expires_at > %(now)s)
        """,
    "recharge_is_posted": """
        SELECT r.id FROM benefit.recharge r
        LEFT JOIN LATERAL (
            SELECT sum(e.amount) FILTER (WHERE e.given_by = r.principal_transaction_id) AS paid,
                sum(e.amount) FILTER (WHERE e.given_by = r.bonus_transaction_id) AS bonus,
                sum(e.amount) FILTER (WHERE e.given_by IS NULL) AS back
            FROM (
                SELECT n.transaction_id AS given_by, n.account_id, n.amount FROM benefit.every_entry n
                WHERE n.merchant_id = r.merchant_id
                    AND n.transaction_id IN (r.principal_transaction_id, r.bonus_transaction_id)
                UNION ALL
                SELECT NULL, n.account_id, n.amount FROM benefit.entry n
                WHERE n.merchant_id = r.merchant_id
                    AND n.reverses IN (r.principal_transaction_id, r.bonus_transaction_id)
            ) e
            JOIN benefit.account a ON a.merchant_id = r.merchant_id AND a.id = e.account_id
                AND a.owner_kind = 'customer'
        ) e ON true
        WHERE r.merchant_id = %(merchant)s AND (e.paid IS DISTINCT FROM r.paid_fen
            OR coalesce(e.bonus, 0) <> r.bonus_fen
            OR -coalesce(e.back, 0) <> CASE r.state WHEN 'undone' THEN r.paid_fen + r.bonus_fen ELSE 0 END)
        """,
    "given_by_hand_is_agreed_to": """
        SELECT j.id FROM benefit.adjustment j
        LEFT JOIN benefit.approval p ON p.merchant_id = j.merchant_id AND p.id = j.approval_id
        WHERE j.merchant_id = %(merchant)s
            AND (j.transaction_id IS NOT NULL) <> (coalesce(p.state, 'approved') = 'approved')
        """,
}


def list_violations(tx: ReadTx) -> dict[str, list[UUID]]:
    """Invariant → what breaks it; all empty in a sound ledger."""
    return {name: tx.column(query) for name, query in INVARIANTS.items()}
