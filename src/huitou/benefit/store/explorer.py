"""The ledger as it is looked at: transactions with their legs, what is owed to customers by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.types.explorer import LegShown, Liable, Movement, TransactionRow


def list_transactions(
    tx: ReadTx,
    *,
    count_max: int,
    ids: Sequence[UUID] | None = None,
    accounts: Sequence[UUID] | None = None,
    kind: str | None = None,
    ref: tuple[str, str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[TransactionRow]:
    """Latest posted first; with `accounts` those that moved one of them."""
    at, before_id = before or (None, None)
    ref_kind, ref_id = ref or (None, None)
    params: dict[str, Any] = {
        "ids": None if ids is None else list(ids),
        "accounts": None if accounts is None else list(accounts),
        "kind": kind,
        "ref_kind": ref_kind,
        "ref_id": ref_id,
        "since": since,
        "until": until,
        "at": at,
        "id": before_id,
        "count_max": count_max,
    }
    return tx.rows(
        TransactionRow,
        """
        SELECT t.id, t.kind, t.ref_kind, t.ref_id, t.at, t.posted_at, t.reverses, t.detail
        FROM benefit.transaction t
        WHERE t.merchant_id = %(merchant)s
            AND (%(ids)s::uuid[] IS NULL OR t.id = ANY(%(ids)s))
            AND (%(accounts)s::uuid[] IS NULL OR t.id IN (
                SELECT e.transaction_id FROM benefit.every_entry e
                WHERE e.merchant_id = %(merchant)s AND e.account_id = ANY(%(accounts)s)))
            AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
            AND (%(ref_kind)s::text IS NULL
                OR (t.ref_kind, t.ref_id) = (%(ref_kind)s, %(ref_id)s::text))
            AND (%(since)s::timestamptz IS NULL OR t.posted_at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR t.posted_at < %(until)s)
            AND (%(at)s::timestamptz IS NULL
                OR (t.posted_at, t.id) < (%(at)s, %(id)s::uuid))
        ORDER BY t.posted_at DESC, t.id DESC LIMIT %(count_max)s
        """,
        params,
    )


@dataclass(frozen=True, slots=True)
class LegRow:
    transaction_id: UUID
    owner_kind: str
    owner_id: UUID
    staff_name: str | None
    asset: str
    amount: int
    lot_id: UUID | None
    expires_at: datetime | None

    @property
    def shown(self) -> LegShown:
        return LegShown(
            self.owner_kind,
            self.owner_id if self.owner_kind != "merchant" else None,
            self.staff_name,
            self.asset,
            self.amount,
            self.lot_id,
            self.expires_at,
        )


def list_legs(tx: ReadTx, transaction_ids: Sequence[UUID]) -> list[LegRow]:
    """The legs of these transactions, in their order."""
    return tx.rows(
        LegRow,
        """
        SELECT e.transaction_id, a.owner_kind, coalesce(c.root_id, a.owner_id) AS owner_id,
            s.name AS staff_name, e.asset, e.amount, e.lot_id,
            nullif(l.expires_at, '9999-12-31+00') AS expires_at
        FROM benefit.every_entry e
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
        LEFT JOIN identity.customer c ON c.merchant_id = a.merchant_id AND c.id = a.owner_id
        LEFT JOIN merchant.staff s ON s.merchant_id = a.merchant_id AND s.id = a.owner_id
        LEFT JOIN benefit.lot l ON l.merchant_id = e.merchant_id AND l.id = e.lot_id
        WHERE e.merchant_id = %(merchant)s AND e.transaction_id = ANY(%(ids)s::uuid[])
        ORDER BY e.transaction_id, e.seq
        """,
        {"ids": list(transaction_ids)},
    )


def list_reversals(tx: ReadTx, transaction_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Transaction → those that take it back."""
    rows = tx.rows(
        dict,
        """
        SELECT reverses, array_agg(id ORDER BY posted_at, id) AS ids FROM benefit.transaction
        WHERE merchant_id = %(merchant)s AND reverses = ANY(%(ids)s::uuid[]) GROUP BY reverses
        """,
        {"ids": list(transaction_ids)},
    )
    return {row["reverses"]: row["ids"] for row in rows}


def sum_liability(tx: ReadTx, zone: str) -> list[Liable]:
    """What customers have, by asset and the month it ends in; without a month: without an end."""
    return tx.rows(
        Liable,
        """
        SELECT asset,
            CASE WHEN expires_at < '9999-01-01+00'
                THEN to_char(
                    (expires_at - interval '1 microsecond') AT TIME ZONE %(zone)s, 'YYYY-MM')
            END AS month,
            sum(remaining)::bigint AS amount, count(DISTINCT account_id) AS account_count
        FROM benefit.lot
        WHERE merchant_id = %(merchant)s AND remaining > 0 AND expires_at > %(now)s
        GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST
        """,
        {"zone": zone},
    )


def sum_owed(tx: ReadTx) -> dict[str, int]:
    """Asset → what customers owe."""
    rows = tx.rows(
        dict,
        """
        SELECT asset, sum(owed)::bigint AS owed FROM benefit.account
        WHERE merchant_id = %(merchant)s AND owed > 0 GROUP BY asset
        """,
    )
    return {row["asset"]: row["owed"] for row in rows}


def sum_kinds(tx: ReadTx, asset: str, since: datetime, until: datetime) -> list[Movement]:
    """What customers got and lost in the span, by kind of transaction."""
    return tx.rows(
        Movement,
        """
        SELECT t.kind || CASE WHEN t.reverses IS NULL THEN '' ELSE ':back' END AS kind,
            sum(e.amount)::bigint AS amount
        FROM benefit.transaction t
        JOIN benefit.every_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
            AND e.asset = %(asset)s
        JOIN benefit.account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
            AND a.owner_kind = 'customer'
        WHERE t.merchant_id = %(merchant)s AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
        GROUP BY 1 ORDER BY 1
        """,
        {"asset": asset, "since": since, "until": until},
    )
