"""Standings, their changes, tiers that were bought, and what a standing follows from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.tier_plans import GROWTH
from huitou.benefit.types.tiers import Membership, Purchase, TierChange

_KEPT = {
    "customer_id": "uuid",
    "tier": "text",
    "earned": "text",
    "since": "timestamptz",
    "valid_until": "timestamptz",
    "grace_until": "timestamptz",
    "due_at": "timestamptz",
    "plan_version": "int",
    "evidence": "jsonb",
}
_CHANGE = {
    "id": "uuid",
    "customer_id": "uuid",
    "from_tier": "text",
    "to_tier": "text",
    "at": "timestamptz",
    "plan_version": "int",
    "evidence": "jsonb",
}


@dataclass(frozen=True, slots=True)
class GrowthEntry:
    """An entry of a growth account; `reverses` names the transaction it takes back."""

    customer_id: UUID
    transaction_id: UUID
    reverses: UUID | None
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    customer_id: UUID
    tier: str
    since: datetime
    until: datetime


def list_members(tx: ReadTx, root_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Customer → who answers for it, for everyone under these live roots."""
    rows = tx.rows(
        dict,
        """
        SELECT id, root_id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND root_id = ANY(%(ids)s) AND state = 'live'
        """,
        {"ids": list(root_ids)},
    )
    return {row["id"]: row["root_id"] for row in rows}


def list_growth(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[GrowthEntry]:
    """Everything that came to or went from these customers' growth."""
    return tx.rows(
        GrowthEntry,
        """
        SELECT a.owner_id AS customer_id, e.transaction_id, e.reverses, e.amount, e.at
        FROM benefit.account a
        JOIN benefit.entry e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
        WHERE a.merchant_id = %(merchant)s AND a.owner_kind = 'customer'
          AND a.owner_id = ANY(%(ids)s) AND a.asset = %(asset)s
        """,
        {"ids": list(customer_ids), "asset": GROWTH},
    )


def list_bought(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[PurchaseRow]:
    return tx.rows(
        PurchaseRow,
        """
        SELECT customer_id, tier, since, until FROM benefit.tier_purchase
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) ORDER BY since, id
        """,
        {"ids": list(customer_ids)},
    )


def list_memberships(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, Membership]:
    rows = tx.rows(
        Membership,
        """
        SELECT customer_id, tier, earned, since, valid_until, grace_until, due_at, plan_version,
            evidence
        FROM benefit.membership
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )
    return {row.customer_id: row for row in rows}


def set_memberships(tx: Tx, kept: Sequence[Membership]) -> None:
    tx.load("membership_new", _KEPT, ([getattr(row, name) for name in _KEPT] for row in kept))
    tx.run(
        """
        INSERT INTO benefit.membership (merchant_id, customer_id, tier, earned, since, valid_until,
            grace_until, due_at, plan_version, evidence)
        SELECT %(merchant)s, customer_id, tier, earned, since, valid_until, grace_until, due_at,
            plan_version, evidence
        FROM pg_temp.membership_new ORDER BY customer_id
        ON CONFLICT (merchant_id, customer_id) DO UPDATE SET tier = excluded.tier,
            earned = excluded.earned, since = excluded.since, valid_until = excluded.valid_until,
            grace_until = excluded.grace_until, due_at = excluded.due_at,
            plan_version = excluded.plan_version, evidence = excluded.evidence
        """
    )


def remove_memberships(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    tx.run(
        "DELETE FROM benefit.membership"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )


def add_changes(tx: Tx, changes: Sequence[TierChange]) -> None:
    tx.load(
        "tier_change_new", _CHANGE, ([getattr(each, name) for name in _CHANGE] for each in changes)
    )
    tx.run(
        """
        INSERT INTO benefit.tier_change
            (merchant_id, id, customer_id, from_tier, to_tier, at, plan_version, evidence)
        SELECT %(merchant)s, id, customer_id, from_tier, to_tier, at, plan_version, evidence
        FROM pg_temp.tier_change_new
        """
    )


def list_due(tx: ReadTx, count_max: int) -> list[UUID]:
    """Whose standing may be another by now, those waiting longest first."""
    return tx.column(
        """
        SELECT customer_id FROM benefit.membership
        WHERE merchant_id = %(merchant)s AND due_at <= %(now)s
        ORDER BY due_at, customer_id LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )


def list_changes(
    tx: ReadTx, customer_ids: Sequence[UUID], before: tuple[datetime, UUID] | None, count_max: int
) -> list[TierChange]:
    """Latest first."""
    return tx.rows(
        TierChange,
        """
        SELECT id, customer_id, from_tier, to_tier, at, plan_version, evidence
        FROM benefit.tier_change
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
          AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(id)s::uuid))
        ORDER BY at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "ids": list(customer_ids),
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def list_tiers_before(
    tx: ReadTx, customer_ids: Sequence[UUID], ats: Sequence[datetime]
) -> list[str | None]:
    """The tier that each had just before the moment beside it; None before the first."""
    return tx.column(
        """
        SELECT (
            SELECT c.to_tier FROM benefit.tier_change c
            WHERE c.merchant_id = %(merchant)s AND c.customer_id = w.customer_id AND c.at < w.at
            ORDER BY c.at DESC, c.id DESC LIMIT 1)
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) WITH ORDINALITY
            AS w (customer_id, at, n)
        ORDER BY w.n
        """,
        {"ids": list(customer_ids), "ats": list(ats)},
    )


def count_tiers(tx: ReadTx) -> dict[str, int]:
    """Customers in the scope by their stored tier."""
    rows = tx.rows(
        dict,
        """
        SELECT m.tier, count(*)::int AS customers
        FROM benefit.membership m
        LEFT JOIN profile.customer p
            ON p.merchant_id = m.merchant_id AND p.customer_id = m.customer_id
        LEFT JOIN merchant.unit u ON u.merchant_id = m.merchant_id AND u.id = p.home_unit_id
        WHERE m.merchant_id = %(merchant)s
          AND (%(scope_path)s::text IS NULL OR base.in_scope(u.path, %(scope_path)s))
          AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
        GROUP BY m.tier
        """,
    )
    return {row["tier"]: row["customers"] for row in rows}


def list_after(tx: ReadTx, after: UUID | None, count_max: int) -> list[UUID]:
    """Customers with a stored standing, by id."""
    return tx.column(
        """
        SELECT customer_id FROM benefit.membership
        WHERE merchant_id = %(merchant)s AND (%(after)s::uuid IS NULL OR customer_id > %(after)s)
        ORDER BY customer_id LIMIT %(count_max)s
        """,
        {"after": after, "count_max": count_max},
    )


def add_purchase(tx: Tx, purchase: Purchase) -> bool:
    """Whether its number was new."""
    return bool(
        tx.run(
            """
            INSERT INTO benefit.tier_purchase (merchant_id, id, customer_id, offer, tier, since, until,
                price_fen, ref, at, by)
            VALUES (%(merchant)s, %(id)s, %(customer_id)s, %(offer)s, %(tier)s, %(since)s, %(until)s,
                %(price_fen)s, %(ref)s, %(at)s, %(by)s)
            ON CONFLICT (merchant_id, ref) DO NOTHING
            """,
            asdict(purchase),
        )
    )


def find_purchase(tx: ReadTx, ref: str) -> Purchase | None:
    return tx.row(
        Purchase,
        """
        SELECT id, customer_id, offer, tier, since, until, price_fen, ref, at, by
        FROM benefit.tier_purchase WHERE merchant_id = %(merchant)s AND ref = %(ref)s
        """,
        {"ref": ref},
    )


def list_purchases(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Purchase]:
    return tx.rows(
        Purchase,
        """
        SELECT id, customer_id, offer, tier, since, until, price_fen, ref, at, by
        FROM benefit.tier_purchase
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) ORDER BY at, id
        """,
        {"ids": list(customer_ids)},
    )
