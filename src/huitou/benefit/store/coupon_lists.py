"""Questions about coupons, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.types.coupons import CodeBatch, Coupon, Step


def find_coupons(tx: ReadTx, wanted: Sequence[tuple[UUID, int]]) -> list[Coupon]:
    """These coupons by (template, serial); unknown ones are missing."""
    return tx.rows(
        Coupon,
        """
        SELECT k.template_id, k.serial, k.customer_id, k.nth, k.state, k.issued_at, k.active_at,
            k.expires_at, k.held_until, k.ref
        FROM benefit.coupon k
        JOIN unnest(%(templates)s::uuid[], %(serials)s::bigint[]) AS w (template_id, serial)
            ON k.template_id = w.template_id AND k.serial = w.serial
        WHERE k.merchant_id = %(merchant)s
        """,
        {
            "templates": [template_id for template_id, _ in wanted],
            "serials": [serial for _, serial in wanted],
        },
    )


def list_coupons_of(
    tx: ReadTx, customer_ids: Sequence[UUID], *, is_all: bool, count_max: int
) -> list[Coupon]:
    """Coupons of these very customers: those that can still be used first, by when they end."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND (%(is_all)s OR (state IN ('issued', 'held') AND expires_at > %(now)s))
        ORDER BY state NOT IN ('issued', 'held') OR expires_at <= %(now)s, expires_at, template_id,
            serial
        LIMIT %(count_max)s
        """,
        {"customers": list(customer_ids), "is_all": is_all, "count_max": count_max},
    )


def count_had(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Template → how many these customers took from the stock."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT template_id, count(*) AS count FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND nth IS NOT NULL
        GROUP BY template_id
        """,
        {"customers": list(customer_ids)},
    )
    return {row["template_id"]: row["count"] for row in rows}


def list_steps(tx: ReadTx, template_id: UUID, serial: int) -> list[Step]:
    """Earliest first."""
    return tx.rows(
        Step,
        """
        SELECT seq, arc, from_state, to_state, at, ref_kind, ref_id, unit_id, principal,
            transaction_id
        FROM benefit.coupon_step
        WHERE merchant_id = %(merchant)s AND template_id = %(template)s AND serial = %(serial)s
        ORDER BY seq
        """,
        {"template": template_id, "serial": serial},
    )


def find_batch(tx: ReadTx, batch_id: UUID) -> CodeBatch | None:
    return tx.row(
        CodeBatch,
        "SELECT id, template_id, first, last, made_at, by FROM benefit.coupon_batch"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": batch_id},
    )


def list_batches(tx: ReadTx, template_id: UUID) -> list[CodeBatch]:
    """Latest first."""
    return tx.rows(
        CodeBatch,
        "SELECT id, template_id, first, last, made_at, by FROM benefit.coupon_batch"
        " WHERE merchant_id = %(merchant)s AND template_id = %(template)s ORDER BY first DESC",
        {"template": template_id},
    )


def count_by_month(tx: ReadTx, zone: str) -> list[dict[str, Any]]:
    """Coupons in customers' hands that are not over, by the month of their last day and template."""
    return tx.rows(
        dict,
        """
        SELECT to_char(expires_at AT TIME ZONE %(zone)s - interval '1 microsecond', 'YYYY-MM')
            AS month, template_id, count(*)::int AS count
        FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND state IN ('issued', 'printed') AND expires_at > %(now)s
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        {"zone": zone},
    )
