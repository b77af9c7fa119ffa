"""Approvals and adjustments in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.approvals import Adjustment, Approval, ApprovalState


def add_approval(tx: Tx, approval: Approval) -> None:
    tx.run(
        """
        INSERT INTO benefit.approval
            (merchant_id, id, kind, body, customer_id, state, asked_by, asked_at, expires_at, reason)
        VALUES (%(merchant)s, %(id)s, %(kind)s, %(body)s, %(customer_id)s, %(state)s, %(asked_by)s,
            %(asked_at)s, %(expires_at)s, %(reason)s)
        """,
        {**_plain(approval), "body": Jsonb(approval.body)},
    )


def lock_approval(tx: Tx, approval_id: UUID) -> Approval | None:
    """Held until the end of the transaction: it is decided once."""
    return tx.row(
        Approval,
        """
        SELECT id, kind, body, customer_id, state, asked_by, asked_at, expires_at, decided_by,
            decided_at, reason
        FROM benefit.approval WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE
        """,
        {"id": approval_id},
    )


def set_decided(tx: Tx, approval_id: UUID, state: ApprovalState, reason: str) -> None:
    tx.run(
        """
        UPDATE benefit.approval SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s,
            reason = %(reason)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'open'
        """,
        {"id": approval_id, "state": state, "by": tx.principal, "reason": reason},
    )


def list_approvals(
    tx: ReadTx,
    *,
    states: Sequence[ApprovalState] | None = None,
    kind: str | None = None,
    ids: Sequence[UUID] | None = None,
    customer_ids: Sequence[UUID] | None = None,
    asked_by: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    count_max: int = 1,
) -> list[Approval]:
    """Latest first; what is None is no filter."""
    return tx.rows(
        Approval,
        """
        SELECT id, kind, body, customer_id, state, asked_by, asked_at, expires_at, decided_by,
            decided_at, reason
        FROM benefit.approval
        WHERE merchant_id = %(merchant)s
            AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
            AND (%(kind)s::text IS NULL OR kind = %(kind)s)
            AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
            AND (%(customers)s::uuid[] IS NULL OR customer_id = ANY(%(customers)s))
            AND (%(asked_by)s::text IS NULL OR asked_by = %(asked_by)s)
            AND (%(at)s::timestamptz IS NULL OR (asked_at, id) < (%(at)s, %(id)s::uuid))
        ORDER BY asked_at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "states": None if states is None else list(states),
            "kind": kind,
            "ids": None if ids is None else list(ids),
            "customers": None if customer_ids is None else list(customer_ids),
            "asked_by": asked_by,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def list_overdue(tx: ReadTx, limit: int) -> list[UUID]:
    """Open ones whose time is over."""
    return tx.column(
        """
        SELECT id FROM benefit.approval
        WHERE merchant_id = %(merchant)s AND state = 'open' AND expires_at <= %(now)s
        ORDER BY expires_at LIMIT %(limit)s
        """,
        {"limit": limit},
    )


def list_open_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Open ones about these customers."""
    return tx.column(
        "SELECT id FROM benefit.approval WHERE merchant_id = %(merchant)s AND state = 'open'"
        " AND customer_id = ANY(%(ids)s::uuid[]) ORDER BY id",
        {"ids": list(customer_ids)},
    )


def add_adjustment(tx: Tx, adjustment: Adjustment) -> None:
    tx.run(
        """
        INSERT INTO benefit.adjustment
            (merchant_id, id, customer_id, asset, amount, reason, expires_at, asked_by, asked_at,
             approval_id, transaction_id)
        VALUES (%(merchant)s, %(id)s, %(customer_id)s, %(asset)s, %(amount)s, %(reason)s,
            %(expires_at)s, %(asked_by)s, %(asked_at)s, %(approval_id)s, %(transaction_id)s)
        """,
        _plain(adjustment),
    )


def set_posted(tx: Tx, adjustment_id: UUID, transaction_id: UUID) -> None:
    tx.run(
        """
        UPDATE benefit.adjustment SET transaction_id = %(transaction)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": adjustment_id, "transaction": transaction_id},
    )


def find_adjustment(tx: ReadTx, adjustment_id: UUID) -> Adjustment:
    """One that there is."""
    found = tx.row(
        Adjustment,
        """
        SELECT id, customer_id, asset, amount, reason, expires_at, asked_by, asked_at, approval_id,
            transaction_id
        FROM benefit.adjustment WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": adjustment_id},
    )
    assert found is not None
    return found


def list_adjustments(
    tx: ReadTx,
    *,
    customer_ids: Sequence[UUID] | None,
    asked_by: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    count_max: int,
) -> list[Adjustment]:
    """Latest first; what is None is no filter."""
    return tx.rows(
        Adjustment,
        """
        SELECT id, customer_id, asset, amount, reason, expires_at, asked_by, asked_at, approval_id,
            transaction_id
        FROM benefit.adjustment
        WHERE merchant_id = %(merchant)s
            AND (%(customers)s::uuid[] IS NULL OR customer_id = ANY(%(customers)s))
            AND (%(asked_by)s::text IS NULL OR asked_by = %(asked_by)s)
            AND (%(at)s::timestamptz IS NULL OR (asked_at, id) < (%(at)s, %(id)s::uuid))
        ORDER BY asked_at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "customers": None if customer_ids is None else list(customer_ids),
            "asked_by": asked_by,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def sum_alone(tx: ReadTx, asset: str, since: datetime) -> int:
    """How much of an asset the caller moved by hand since then without a second person, up and down
    added up."""
    return int(
        tx.value(
            """
            SELECT coalesce(sum(abs(amount)), 0) FROM benefit.adjustment
            WHERE merchant_id = %(merchant)s AND asked_by = %(by)s AND asset = %(asset)s
                AND asked_at > %(since)s AND approval_id IS NULL
            """,
            {"by": tx.principal, "asset": asset, "since": since},
        )
    )


def _plain(row: Approval | Adjustment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
