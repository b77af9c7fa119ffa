"""Coupons presented, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.redeeming import Use


def add_uses(tx: Tx, uses: Sequence[Use]) -> int:
    """Keep them; returns how many have keys that were not there."""
    return tx.run(
        """
        INSERT INTO benefit.coupon_use (merchant_id, id, key, template_id, serial, unit_id,
            staff_id, principal, order_no, amount_fen, nonce, is_offline, used_at, taken_at, outcome)
        SELECT %(merchant)s, n.id, n.key, n.template_id, n.serial, n.unit_id, n.staff_id,
            %(principal)s, n.order_no, n.amount_fen, n.nonce, n.is_offline, n.used_at, %(now)s,
            n.outcome
        FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(templates)s::uuid[], %(serials)s::bigint[],
            %(units)s::uuid[], %(staffs)s::uuid[], %(orders)s::text[], %(amounts)s::bigint[],
            %(nonces)s::text[], %(offlines)s::boolean[], %(useds)s::timestamptz[],
            %(outcomes)s::text[])
            AS n (id, key, template_id, serial, unit_id, staff_id, order_no, amount_fen, nonce,
                is_offline, used_at, outcome)
        ON CONFLICT (merchant_id, key) DO NOTHING
        """,
        {
            "principal": tx.principal,
            "ids": [each.id for each in uses],
            "keys": [each.key for each in uses],
            "templates": [each.template_id for each in uses],
            "serials": [each.serial for each in uses],
            "units": [each.unit_id for each in uses],
            "staffs": [each.staff_id for each in uses],
            "orders": [each.order_no for each in uses],
            "amounts": [each.amount_fen for each in uses],
            "nonces": [each.nonce for each in uses],
            "offlines": [each.is_offline for each in uses],
            "useds": [each.used_at for each in uses],
            "outcomes": [each.outcome for each in uses],
        },
    )


def find_use(tx: ReadTx, *, key: str | None = None, nonce: str | None = None) -> Use | None:
    """The presentation with this key, or the one that was booked by this token."""
    return tx.row(
        Use,
        """
        SELECT id, key, template_id, serial, unit_id, staff_id, principal, order_no, amount_fen,
            nonce, is_offline, used_at, taken_at, outcome, returned_at
        FROM benefit.coupon_use
        WHERE merchant_id = %(merchant)s AND (key = %(key)s
            OR (nonce = %(nonce)s AND outcome = 'used'))
        """,
        {"key": key, "nonce": nonce},
    )


def list_used_in(tx: ReadTx, orders: Sequence[tuple[UUID, str]]) -> list[Use]:
    """Uses that hold in these orders, by (unit, number)."""
    return tx.rows(
        Use,
        """
        SELECT u.id, u.key, u.template_id, u.serial, u.unit_id, u.staff_id, u.principal, u.order_no,
            u.amount_fen, u.nonce, u.is_offline, u.used_at, u.taken_at, u.outcome, u.returned_at
        FROM unnest(%(units)s::uuid[], %(orders)s::text[]) AS o (unit_id, order_no)
        JOIN benefit.coupon_use u ON u.merchant_id = %(merchant)s AND u.unit_id = o.unit_id
            AND u.order_no = o.order_no
        WHERE u.outcome = 'used' AND u.returned_at IS NULL
        ORDER BY u.template_id, u.serial
        """,
        {
            "units": [unit_id for unit_id, _ in orders],
            "orders": [order_no for _, order_no in orders],
        },
    )


def find_last_use(tx: ReadTx, template_id: UUID, serial: int) -> Use | None:
    """The use of a coupon that holds: booked and not taken back."""
    return tx.row(
        Use,
        """
        SELECT id, key, template_id, serial, unit_id, staff_id, principal, order_no, amount_fen,
            nonce, is_offline, used_at, taken_at, outcome, returned_at
        FROM benefit.coupon_use
        WHERE merchant_id = %(merchant)s AND template_id = %(template)s AND serial = %(serial)s
            AND outcome = 'used' AND returned_at IS NULL
        """,
        {"template": template_id, "serial": serial},
    )


def list_refunded(
    tx: ReadTx, refund_ids: Sequence[UUID], orders: Sequence[tuple[UUID, str]]
) -> list[Use]:
    """Uses that hold in orders that were refunded in full: those of these refunds, or these orders
    by (unit, number)."""
    return tx.rows(
        Use,
        """
        WITH refunded AS (
            SELECT p.unit_id, p.order_no FROM "order".purchase p
            JOIN "order".refund r ON r.merchant_id = p.merchant_id AND r.order_id = p.id
            WHERE p.merchant_id = %(merchant)s AND r.id = ANY(%(refunds)s::uuid[])
                AND p.refunded_fen = p.paid_fen
            UNION
            SELECT p.unit_id, p.order_no FROM "order".purchase p
            JOIN unnest(%(units)s::uuid[], %(orders)s::text[]) AS o (unit_id, order_no)
                ON p.unit_id = o.unit_id AND p.order_no = o.order_no
            WHERE p.merchant_id = %(merchant)s AND p.refunded_fen = p.paid_fen
                AND EXISTS (SELECT FROM "order".refund r
                    WHERE r.merchant_id = p.merchant_id AND r.order_id = p.id)
        )
        SELECT u.id, u.key, u.template_id, u.serial, u.unit_id, u.staff_id, u.principal, u.order_no,
            u.amount_fen, u.nonce, u.is_offline, u.used_at, u.taken_at, u.outcome, u.returned_at
        FROM refunded f
        JOIN benefit.coupon_use u ON u.merchant_id = %(merchant)s AND u.unit_id = f.unit_id
            AND u.order_no = f.order_no
        WHERE u.outcome = 'used' AND u.returned_at IS NULL
        ORDER BY u.template_id, u.serial
        """,
        {
            "refunds": list(refund_ids),
            "units": [unit_id for unit_id, _ in orders],
            "orders": [order_no for _, order_no in orders],
        },
    )


def set_returned(tx: Tx, use_ids: Sequence[UUID]) -> None:
    """They do not hold any more."""
    tx.run(
        """
        UPDATE benefit.coupon_use SET returned_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[]) AND returned_at IS NULL
        """,
        {"ids": list(use_ids)},
    )


def list_conflicts(tx: ReadTx, before: tuple[datetime, UUID] | None, count_max: int) -> list[Use]:
    """Redemptions without a network that could not be booked, latest first, in the scope's units."""
    at, use_id = before or (None, None)
    return tx.rows(
        Use,
        """
        SELECT u.id, u.key, u.template_id, u.serial, u.unit_id, u.staff_id, u.principal, u.order_no,
            u.amount_fen, u.nonce, u.is_offline, u.used_at, u.taken_at, u.outcome, u.returned_at
        FROM benefit.coupon_use u
        JOIN merchant.unit n ON n.merchant_id = u.merchant_id AND n.id = u.unit_id
        WHERE u.merchant_id = %(merchant)s AND u.outcome <> 'used'
            AND base.in_scope(n.path, %(scope_path)s)
            AND (%(at)s::timestamptz IS NULL
                OR (u.taken_at, u.id) < (%(at)s::timestamptz, %(id)s::uuid))
        ORDER BY u.taken_at DESC, u.id DESC LIMIT %(count_max)s
        """,
        {"at": at, "id": use_id, "count_max": count_max},
    )


def list_uses(tx: ReadTx, coupons: Sequence[tuple[UUID, int]]) -> list[Use]:
    """All booked uses of these coupons, earliest first."""
    return tx.rows(
        Use,
        """
        SELECT u.id, u.key, u.template_id, u.serial, u.unit_id, u.staff_id, u.principal, u.order_no,
            u.amount_fen, u.nonce, u.is_offline, u.used_at, u.taken_at, u.outcome, u.returned_at
        FROM benefit.coupon_use u
        JOIN unnest(%(templates)s::uuid[], %(serials)s::bigint[]) AS w (template_id, serial)
            ON u.template_id = w.template_id AND u.serial = w.serial
        WHERE u.merchant_id = %(merchant)s AND u.outcome = 'used'
        ORDER BY u.taken_at
        """,
        {
            "templates": [template_id for template_id, _ in coupons],
            "serials": [serial for _, serial in coupons],
        },
    )


def list_in_orders(tx: ReadTx, orders: Sequence[tuple[UUID, str]]) -> list[Use]:
    """Uses in these orders that stand, earliest first."""
    return tx.rows(
        Use,
        """
        SELECT u.id, u.key, u.template_id, u.serial, u.unit_id, u.staff_id, u.principal, u.order_no,
            u.amount_fen, u.nonce, u.is_offline, u.used_at, u.taken_at, u.outcome, u.returned_at
        FROM benefit.coupon_use u
        JOIN unnest(%(units)s::uuid[], %(numbers)s::text[]) AS w (unit_id, order_no)
            ON u.unit_id = w.unit_id AND u.order_no = w.order_no
        WHERE u.merchant_id = %(merchant)s AND u.outcome = 'used' AND u.returned_at IS NULL
        ORDER BY u.taken_at
        """,
        {"units": [unit for unit, _ in orders], "numbers": [number for _, number in orders]},
    )
