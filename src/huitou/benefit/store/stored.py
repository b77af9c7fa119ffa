"""Stored value in PostgreSQL: recharges, and sums over the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.stored import (
    BonusMonth,
    Recharge,
    Run,
)
from huitou.identity import reads as identities

_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in the quarter that began at `since`, by kind; in the sign of the customers."""

    since: datetime
    kind: str
    fen: int


def lock_stored(tx: Tx, customer_id: UUID) -> None:
    """Whoever decides on a customer's stored value waits here for each other."""
    tx.lock(f"benefit.stored:{identities.get_root(tx, customer_id).id}")


def lock_plans(tx: Tx) -> None:
    tx.lock("benefit.stored_plan")


def add_recharge(tx: Tx, recharge: Recharge) -> None:
    tx.run(
        """
        INSERT INTO benefit.recharge
            (merchant_id, id, payment_no, customer_id, unit_id, plan_version, paid_fen, bonus_fen,
             principal_transaction_id, bonus_transaction_id, coupons, at, by)
        VALUES (%(merchant)s, %(id)s, %(payment_no)s, %(customer_id)s, %(unit_id)s,
            %(plan_version)s, %(paid_fen)s, %(bonus_fen)s, %(principal_transaction_id)s,
            %(bonus_transaction_id)s, %(coupons)s, %(at)s, %(by)s)
        """,
        {
            **{name: getattr(recharge, name) for name in recharge.__slots__},
            "coupons": Jsonb(recharge.coupons),
        },
    )


def set_undone(tx: Tx, recharge_id: UUID) -> None:
    tx.run(
        """
        UPDATE benefit.recharge SET state = 'undone', undone_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": recharge_id},
    )


def find_recharge(
    tx: ReadTx, *, recharge_id: UUID | None = None, payment_no: str | None = None
) -> Recharge | None:
    return tx.row(
        Recharge,
        """
        SELECT id, payment_no, customer_id, unit_id, plan_version, paid_fen, bonus_fen,
            principal_transaction_id, bonus_transaction_id, coupons, state, at, by, undone_at
        FROM benefit.recharge
        WHERE merchant_id = %(merchant)s
            AND (id = %(id)s::uuid OR payment_no = %(payment_no)s::text)
        """,
        {"id": recharge_id, "payment_no": payment_no},
    )


def list_recharges(
    tx: ReadTx,
    *,
    customer_ids: Sequence[UUID] | None,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[Recharge]:
    """Latest first: of these customers wherever, or of everybody at the scope's units."""
    return tx.rows(
        Recharge,
        """
        SELECT r.id, r.payment_no, r.customer_id, r.unit_id, r.plan_version, r.paid_fen, r.bonus_fen,
            r.principal_transaction_id, r.bonus_transaction_id, r.coupons, r.state, r.at, r.by,
            r.undone_at
        FROM benefit.recharge r
        JOIN merchant.unit u ON u.merchant_id = r.merchant_id AND u.id = r.unit_id
        WHERE r.merchant_id = %(merchant)s
            AND CASE WHEN %(customers)s::uuid[] IS NULL THEN base.in_scope(u.path, %(scope_path)s)
                ELSE r.customer_id = ANY(%(customers)s) END
            AND (%(before_at)s::timestamptz IS NULL
                OR (r.at, r.id) < (%(before_at)s, %(before_id)s::uuid))
        ORDER BY r.at DESC, r.id DESC LIMIT %(count_max)s
        """,
        {
            "customers": None if customer_ids is None else list(customer_ids),
            "before_at": before[0] if before else None,
            "before_id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def count_other_lots(tx: ReadTx, transaction_ids: Sequence[UUID], originals: Sequence[UUID]) -> int:
    """Of the entries of customers in these transactions, how many are not in a lot that `originals`
    made: what was taken elsewhere, or is owed."""
    return int(
        tx.value(
            """
            SELECT count(*) FROM benefit.every_entry e
            JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
                AND a.owner_kind = 'customer'
            LEFT JOIN benefit.lot l ON l.merchant_id = e.merchant_id AND l.id = e.lot_id
            WHERE e.merchant_id = %(merchant)s AND e.transaction_id = ANY(%(ids)s::uuid[])
                AND NOT coalesce(l.transaction_id = ANY(%(originals)s::uuid[]), false)
            """,
            {"ids": list(transaction_ids), "originals": list(originals)},
        )
    )


def get_run(tx: ReadTx, accounts: Sequence[UUID], customer_ids: Sequence[UUID]) -> Run:
    """`accounts` are the customers' principal accounts."""
    found = tx.row(
        Run,
        """
        WITH moved AS (
            SELECT t.posted_at, sum(sum(e.amount)) OVER (ORDER BY t.posted_at, t.id) AS balance
            FROM benefit.every_entry e
            JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
            WHERE e.merchant_id = %(merchant)s AND e.account_id = ANY(%(accounts)s::uuid[])
            GROUP BY t.posted_at, t.id
        ), part AS (
            SELECT r.bonus_fen, r.bonus_transaction_id, r.paid_fen, l.remaining - l.held AS left_fen,
                r.at > coalesce((SELECT max(posted_at) FROM moved WHERE balance <= 0), '-infinity')
                    AS is_since
            FROM benefit.recharge r
            JOIN benefit.lot l ON l.merchant_id = r.merchant_id
                AND l.account_id = ANY(%(accounts)s::uuid[])
                AND l.transaction_id = r.principal_transaction_id
            WHERE r.merchant_id = %(merchant)s AND r.customer_id = ANY(%(ids)s::uuid[])
                AND r.state = 'done'
        ), own AS (SELECT * FROM part WHERE is_since OR left_fen > 0)
        SELECT coalesce(sum(o.paid_fen), 0)::bigint AS principal_fen,
            coalesce(sum(o.left_fen), 0)::bigint AS left_fen,
            coalesce(sum(o.bonus_fen), 0)::bigint AS bonus_fen,
            coalesce(sum(u.used), 0)::bigint AS bonus_used_fen
        FROM own o
        LEFT JOIN LATERAL (
            SELECT -sum(e.amount) AS used FROM benefit.every_entry g
            JOIN benefit.lot l ON l.merchant_id = g.merchant_id AND l.id = g.lot_id
                AND l.transaction_id = g.transaction_id
            JOIN benefit.every_entry e ON e.merchant_id = l.merchant_id AND e.account_id = l.account_id
                AND e.lot_id = l.id
            JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
                AND t.kind = 'payment'
            WHERE g.merchant_id = %(merchant)s AND g.transaction_id = o.bonus_transaction_id
        ) u ON true
        """,
        {"accounts": list(accounts), "ids": list(customer_ids)},
    )
    assert found is not None
    return found


def sum_customers(tx: ReadTx, asset: str) -> tuple[int, int]:
    """What all customers have of an asset together, and how many have some."""
    row = tx.row(
        dict,
        """
        SELECT coalesce(sum(balance), 0)::bigint AS total, count(*) FILTER (WHERE balance > 0) AS count
        FROM benefit.account
        WHERE merchant_id = %(merchant)s AND owner_kind = 'customer' AND asset = %(asset)s
        """,
        {"asset": asset},
    )
    assert row is not None
    return row["total"], row["count"]


def sum_by_quarter(tx: ReadTx, account_id: UUID, starts: Sequence[datetime]) -> list[Moved]:
    """What moved between the merchant's account and the customers by quarter; before the first start
    as one."""
    return tx.rows(
        Moved,
        """
        SELECT s.since, t.kind, -sum(e.amount)::bigint AS fen
        FROM benefit.every_entry e
        JOIN benefit.transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
        JOIN LATERAL (
            SELECT max(b.since) AS since FROM unnest(%(starts)s::timestamptz[]) AS b (since)
            WHERE b.since <= e.at
        ) s ON true
        WHERE e.merchant_id = %(merchant)s AND e.account_id = %(account)s
        GROUP BY s.since, t.kind
        """,
        {"account": account_id, "starts": [_BEGINNING, *starts]},
    )


def sum_bonus_by_month(tx: ReadTx, zone: str) -> list[BonusMonth]:
    """Bonus that can still be used, by the month it ends in; the endless last."""
    return tx.rows(
        BonusMonth,
        """
        SELECT CASE WHEN l.expires_at < '9999-01-01+00'
                THEN date_trunc('month', l.expires_at AT TIME ZONE %(zone)s)::date END AS month,
            sum(l.remaining)::bigint AS bonus_fen
        FROM benefit.lot l
        WHERE l.merchant_id = %(merchant)s AND l.asset = 'bonus' AND l.remaining > 0
            AND l.expires_at > %(now)s
        GROUP BY 1 ORDER BY 1 NULLS LAST
        """,
        {"zone": zone},
    )
