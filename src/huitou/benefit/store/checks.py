"""What must hold in a sound ledger, as questions whose answers are what breaks it."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Query, ReadTx

INVARIANTS: dict[str, Query] = {
    "sums_to_zero": """
        SELECT transaction_id FROM benefit.every_entry WHERE merchant_id = %(merchant)s
            AND (%(transactions)s::uuid[] IS NULL OR transaction_id = ANY(%(transactions)s))
        GROUP BY transaction_id, asset HAVING sum(amount) <> 0
        """,
    "has_entries": """
        SELECT t.id FROM benefit.transaction t
        WHERE t.merchant_id = %(merchant)s AND (%(transactions)s::uuid[] IS NULL OR t.id = ANY(%(transactions)s))
            AND NOT EXISTS (
            SELECT FROM benefit.every_entry e
            WHERE e.merchant_id = t.merchant_id AND e.transaction_id = t.id)
        """,
    "balance_is_its_entries": """
        SELECT a.id FROM benefit.account a
        LEFT JOIN benefit.every_entry e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.merchant_id = %(merchant)s AND a.balance IS NOT NULL
            AND (%(accounts)s::uuid[] IS NULL OR a.id = ANY(%(accounts)s))
        GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(e.amount), 0)
        """,
    "asset_of_account": """
        SELECT e.transaction_id FROM benefit.every_entry e
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        WHERE e.merchant_id = %(merchant)s AND a.asset <> e.asset
            AND (%(transactions)s::uuid[] IS NULL OR e.transaction_id = ANY(%(transactions)s))
        """,
    "reversed_within_original": """
        SELECT DISTINCT original_id
        FROM (
            SELECT e.reverses AS original_id, e.account_id, e.asset, e.amount AS back, 0 AS given
            FROM benefit.entry e WHERE e.merchant_id = %(merchant)s AND e.reverses IS NOT NULL
            UNION ALL
            SELECT e.transaction_id, e.account_id, e.asset, 0, e.amount
            FROM benefit.every_entry e WHERE e.merchant_id = %(merchant)s
        ) moved
        GROUP BY original_id, account_id, asset
        HAVING benefit.is_over_reversed(sum(given), sum(back))
        """,
    "entry_repeats_its_transaction": """
        SELECT DISTINCT t.id FROM benefit.transaction t
        JOIN benefit.every_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
        WHERE t.merchant_id = %(merchant)s
            AND (%(transactions)s::uuid[] IS NULL OR t.id = ANY(%(transactions)s))
            AND (e.at, e.reverses) IS DISTINCT FROM (t.at, t.reverses)
        """,
    "entry_has_its_transaction_and_account": """
        SELECT e.transaction_id FROM benefit.every_entry e
        LEFT JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
        LEFT JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        WHERE e.merchant_id = %(merchant)s AND (t.id IS NULL OR a.id IS NULL)
            AND (%(transactions)s::uuid[] IS NULL OR e.transaction_id = ANY(%(transactions)s))
        """,
    "lot_is_its_entries": """
        SELECT l.id FROM benefit.lot l
        LEFT JOIN benefit.every_entry e ON e.merchant_id = l.merchant_id AND e.lot_id = l.id
            AND e.account_id = l.account_id
        WHERE l.merchant_id = %(merchant)s
            AND (%(accounts)s::uuid[] IS NULL OR l.account_id = ANY(%(accounts)s))
        GROUP BY l.id, l.remaining HAVING l.remaining <> coalesce(sum(e.amount), 0)
        """,
    "balance_is_its_lots": """
        SELECT a.id FROM benefit.account a
        LEFT JOIN benefit.lot l ON l.merchant_id = a.merchant_id AND l.account_id = a.id
        WHERE a.merchant_id = %(merchant)s AND a.owner_kind = 'customer'
            AND a.asset IN ('points', 'principal', 'bonus')
            AND (%(accounts)s::uuid[] IS NULL OR a.id = ANY(%(accounts)s))
        GROUP BY a.id, a.balance, a.owed HAVING a.balance <> coalesce(sum(l.remaining), 0) - a.owed
        """,
    "held_is_held_by_open_holds": """
        SELECT l.id FROM benefit.lot l
        LEFT JOIN (
            SELECT p.lot_id, sum(p.quantity) AS quantity
            FROM benefit.hold_lot p
            JOIN benefit.hold h ON h.merchant_id = p.merchant_id AND h.id = p.hold_id
            WHERE p.merchant_id = %(merchant)s AND h.state = 'open'
            GROUP BY p.lot_id
        ) held ON held.lot_id = l.id
        WHERE l.merchant_id = %(merchant)s AND l.held <> coalesce(held.quantity, 0)
        """,
    "hold_is_its_lots": """
        SELECT h.id FROM benefit.hold h
        LEFT JOIN benefit.hold_lot p ON p.merchant_id = h.merchant_id AND p.hold_id = h.id
        WHERE h.merchant_id = %(merchant)s
        GROUP BY h.id, h.quantity HAVING h.quantity <> coalesce(sum(p.quantity), 0)
        """,
    "captured_is_posted_once": """
        SELECT h.id FROM benefit.hold h
        LEFT JOIN benefit.transaction t ON t.merchant_id = h.merchant_id
            AND t.idempotency_key = 'capture:' || h.id
        LEFT JOIN benefit.every_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
            AND e.lot_id IS NOT NULL
        WHERE h.merchant_id = %(merchant)s
        GROUP BY h.id, h.state, h.captured
        HAVING h.captured <> coalesce(-sum(e.amount), 0) OR (h.state = 'captured') <> (h.captured > 0)
        """,
    "expired_is_posted": """
        SELECT l.id FROM benefit.lot l
        WHERE l.merchant_id = %(merchant)s AND l.remaining > l.held
            AND l.expires_at < %(now)s - interval '2 days'
        """,
    "earned_is_posted": """
        SELECT e.customer_id FROM benefit.earned e
        LEFT JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
        WHERE e.merchant_id = %(merchant)s AND e.amount > 0 AND t.id IS NULL
        """,
    "earned_is_what_was_posted": """
        SELECT e.customer_id FROM benefit.earned e
        CROSS JOIN LATERAL (
            SELECT n.account_id, n.amount FROM benefit.every_entry n
            WHERE n.merchant_id = e.merchant_id AND n.asset = e.asset AND n.transaction_id = e.transaction_id
            UNION ALL
            SELECT n.account_id, n.amount FROM benefit.entry n
            WHERE n.merchant_id = e.merchant_id AND n.asset = e.asset AND n.reverses = e.transaction_id
        ) n
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = n.account_id
            AND a.owner_kind = 'customer'
        WHERE e.merchant_id = %(merchant)s
        GROUP BY e.asset, e.key, e.customer_id, e.amount, e.reversed
        HAVING sum(n.amount) <> e.amount - e.reversed
        """,
    "mall_stock_is_its_exchanges": """
        SELECT i.id FROM benefit.mall_item i
        LEFT JOIN benefit.mall_exchange x ON x.merchant_id = i.merchant_id AND x.item_id = i.id
            AND x.state <> 'cancelled'
        WHERE i.merchant_id = %(merchant)s
        GROUP BY i.id, i.taken HAVING i.taken <> coalesce(sum(x.quantity), 0)
        """,
}


# Asked of what was touched lately; the others look at everything.
_NARROW = (
    "sums_to_zero",
    "has_entries",
    "balance_is_its_entries",
    "asset_of_account",
    "entry_repeats_its_transaction",
    "entry_has_its_transaction_and_account",
    "lot_is_its_entries",
    "balance_is_its_lots",
)
_ALL: dict[str, None] = {"transactions": None, "accounts": None}


def list_violations(tx: ReadTx) -> dict[str, list[UUID]]:
    """Invariant → what breaks it; all empty in a sound ledger."""
    return {name: tx.column(query, _ALL) for name, query in INVARIANTS.items()}


def list_violations_of(
    tx: ReadTx, transactions: Sequence[UUID], accounts: Sequence[UUID]
) -> dict[str, list[UUID]]:
    """The same of these transactions and accounts alone."""
    touched = {"transactions": list(transactions), "accounts": list(accounts)}
    return {name: tx.column(INVARIANTS[name], touched) for name in _NARROW}
