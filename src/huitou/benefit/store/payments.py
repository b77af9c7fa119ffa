"""Payments with points and stored value in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.payments import Known, OrderKey, Part, Payment, ToldRefund


def lock_orders(tx: Tx, keys: Sequence[OrderKey]) -> None:
    """One at a time for each order, in an order that is the same for everybody."""
    for key in sorted(set(keys)):
        tx.lock(f"benefit.payment:{key.ref}")


def add_payment(tx: Tx, payment: Payment, parts: Sequence[Part]) -> None:
    tx.run(
        """
        INSERT INTO benefit.payment
            (merchant_id, id, unit_id, order_no, customer_id, order_fen, points_per_yuan, state,
             held_at, expires_at, ended_at, by)
        VALUES (%(merchant)s, %(id)s, %(unit_id)s, %(order_no)s, %(customer_id)s, %(order_fen)s,
            %(points_per_yuan)s, %(state)s, %(held_at)s, %(expires_at)s, %(ended_at)s, %(by)s)
        """,
        _plain(payment),
    )
    tx.run(
        """
        INSERT INTO benefit.payment_part
            (merchant_id, payment_id, asset, amount, fen, hold_id, transaction_id)
        SELECT %(merchant)s, %(payment)s, n.asset, n.amount, n.fen, n.hold_id, n.transaction_id
        FROM unnest(%(assets)s::text[], %(amounts)s::bigint[], %(fens)s::bigint[],
            %(holds)s::uuid[], %(transactions)s::uuid[])
            AS n (asset, amount, fen, hold_id, transaction_id)
        """,
        {
            "payment": payment.id,
            "assets": [part.asset for part in parts],
            "amounts": [part.amount for part in parts],
            "fens": [part.fen for part in parts],
            "holds": [part.hold_id for part in parts],
            "transactions": [part.transaction_id for part in parts],
        },
    )


def set_ended(tx: Tx, payment_ids: Sequence[UUID], state: str) -> None:
    """They hold nothing any more; `ended_at` of what is paid later than it lapsed is that of now."""
    tx.run(
        """
        UPDATE benefit.payment SET state = %(state)s, ended_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(payment_ids), "state": state},
    )


def set_parts(tx: Tx, parts: Sequence[Part]) -> None:
    """Keep what was posted and what came back."""
    tx.run(
        """
        UPDATE benefit.payment_part p SET transaction_id = n.transaction_id, back = n.back
        FROM unnest(%(ids)s::uuid[], %(assets)s::text[], %(transactions)s::uuid[], %(backs)s::bigint[])
            AS n (payment_id, asset, transaction_id, back)
        WHERE p.merchant_id = %(merchant)s AND p.payment_id = n.payment_id AND p.asset = n.asset
        """,
        {
            "ids": [part.payment_id for part in parts],
            "assets": [part.asset for part in parts],
            "transactions": [part.transaction_id for part in parts],
            "backs": [part.back for part in parts],
        },
    )


def list_payments(tx: ReadTx, keys: Sequence[OrderKey]) -> list[Payment]:
    """All payments of these orders, earliest first."""
    return tx.rows(
        Payment,
        """
        SELECT p.id, p.unit_id, p.order_no, p.customer_id, p.order_fen, p.points_per_yuan, p.state,
            p.held_at, p.expires_at, p.ended_at, p.by
        FROM unnest(%(units)s::uuid[], %(numbers)s::text[]) AS k (unit_id, order_no)
        JOIN benefit.payment p ON p.merchant_id = %(merchant)s AND p.unit_id = k.unit_id
            AND p.order_no = k.order_no
        ORDER BY p.held_at, p.id
        """,
        _keys(keys),
    )


def find_payment(tx: ReadTx, payment_id: UUID) -> Payment:
    """One that there is."""
    found = tx.row(
        Payment,
        """
        SELECT id, unit_id, order_no, customer_id, order_fen, points_per_yuan, state, held_at,
            expires_at, ended_at, by
        FROM benefit.payment WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": payment_id},
    )
    assert found is not None
    return found


def list_parts(tx: ReadTx, payment_ids: Sequence[UUID]) -> list[Part]:
    return tx.rows(
        Part,
        """
        SELECT payment_id, asset, amount, fen, hold_id, transaction_id, back
        FROM benefit.payment_part
        WHERE merchant_id = %(merchant)s AND payment_id = ANY(%(ids)s::uuid[])
        ORDER BY payment_id, asset DESC
        """,
        {"ids": list(payment_ids)},
    )


def list_payments_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Payment]:
    """All payments of these customers, earliest first."""
    return tx.rows(
        Payment,
        """
        SELECT id, unit_id, order_no, customer_id, order_fen, points_per_yuan, state, held_at,
            expires_at, ended_at, by
        FROM benefit.payment
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s::uuid[])
        ORDER BY held_at, id
        """,
        {"ids": list(customer_ids)},
    )


def list_held_by(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[OrderKey]:
    """The orders for which something of these customers' is held."""
    return tx.rows(
        OrderKey,
        """
        SELECT unit_id, order_no FROM benefit.payment
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s::uuid[]) AND state = 'held'
        """,
        {"ids": list(customer_ids)},
    )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Forget who paid; what was paid stays."""
    tx.run(
        "UPDATE benefit.payment SET customer_id = NULL WHERE merchant_id = %(merchant)s"
        " AND customer_id = ANY(%(ids)s::uuid[])",
        {"ids": list(customer_ids)},
    )


def list_keys_of_orders(tx: ReadTx, order_ids: Sequence[UUID]) -> list[OrderKey]:
    """Those of the order room's orders that have payments here."""
    return tx.rows(
        OrderKey,
        """
        SELECT DISTINCT p.unit_id, p.order_no FROM "order".purchase o
        JOIN benefit.payment p ON p.merchant_id = o.merchant_id AND p.unit_id = o.unit_id
            AND p.order_no = o.order_no
        WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(order_ids)},
    )


def list_keys_of_refunds(tx: ReadTx, refund_ids: Sequence[UUID]) -> list[OrderKey]:
    """The orders of these refunds that have payments here."""
    return tx.rows(
        OrderKey,
        """
        SELECT DISTINCT p.unit_id, p.order_no FROM "order".refund r
        JOIN "order".purchase o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
        JOIN benefit.payment p ON p.merchant_id = o.merchant_id AND p.unit_id = o.unit_id
            AND p.order_no = o.order_no
        WHERE r.merchant_id = %(merchant)s AND r.id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(refund_ids)},
    )


def list_due(tx: ReadTx, since: datetime, limit: int) -> list[OrderKey]:
    """Orders to be looked at: what they hold is over, or they are known already, or (since then) were
    paid while a notice of them may have passed."""
    return tx.rows(
        OrderKey,
        """
        SELECT unit_id, order_no FROM benefit.payment
        WHERE merchant_id = %(merchant)s AND state = 'held' AND expires_at <= %(now)s
        UNION
        SELECT p.unit_id, p.order_no FROM benefit.payment p
        JOIN "order".purchase o ON o.merchant_id = p.merchant_id AND o.unit_id = p.unit_id
            AND o.order_no = p.order_no
        WHERE p.merchant_id = %(merchant)s AND p.state = 'held'
        UNION
        SELECT p.unit_id, p.order_no FROM benefit.payment p
        JOIN "order".purchase o ON o.merchant_id = p.merchant_id AND o.unit_id = p.unit_id
            AND o.order_no = p.order_no
        WHERE p.merchant_id = %(merchant)s AND p.state = 'paid' AND p.ended_at > %(since)s
            AND o.refunded_fen > 0
        LIMIT %(limit)s
        """,
        {"since": since, "limit": limit},
    )


def list_known(tx: ReadTx, keys: Sequence[OrderKey]) -> list[Known]:
    """Those of these orders that the order room has."""
    return tx.rows(
        Known,
        """
        SELECT o.id AS order_id, o.unit_id, o.order_no, o.paid_at, o.paid_fen
        FROM unnest(%(units)s::uuid[], %(numbers)s::text[]) AS k (unit_id, order_no)
        JOIN "order".purchase o ON o.merchant_id = %(merchant)s AND o.unit_id = k.unit_id
            AND o.order_no = k.order_no
        """,
        _keys(keys),
    )


def list_known_by_id(tx: ReadTx, order_ids: Sequence[UUID]) -> list[Known]:
    return tx.rows(
        Known,
        """
        SELECT id AS order_id, unit_id, order_no, paid_at, paid_fen FROM "order".purchase
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(order_ids)},
    )


def list_refunds(tx: ReadTx, keys: Sequence[OrderKey]) -> list[ToldRefund]:
    """Refunds of these orders: those that events told, and those that were asked for here."""
    return tx.rows(
        ToldRefund,
        """
        SELECT k.unit_id, k.order_no, r.refund_no, r.refund_fen, true AS is_event
        FROM unnest(%(units)s::uuid[], %(numbers)s::text[]) AS k (unit_id, order_no)
        JOIN "order".purchase o ON o.merchant_id = %(merchant)s AND o.unit_id = k.unit_id
            AND o.order_no = k.order_no
        JOIN "order".refund r ON r.merchant_id = o.merchant_id AND r.order_id = o.id
        UNION ALL
        SELECT k.unit_id, k.order_no, r.refund_no, r.refund_fen, false
        FROM unnest(%(units)s::uuid[], %(numbers)s::text[]) AS k (unit_id, order_no)
        JOIN benefit.payment_refund r ON r.merchant_id = %(merchant)s AND r.unit_id = k.unit_id
            AND r.order_no = k.order_no
        """,
        _keys(keys),
    )


def add_refund(tx: Tx, key: OrderKey, refund_no: str, refund_fen: int) -> None:
    tx.run(
        """
        INSERT INTO benefit.payment_refund
        VALUES (%(merchant)s, %(unit)s, %(order_no)s, %(refund_no)s, %(refund_fen)s, %(now)s, %(by)s)
        """,
        {
            "unit": key.unit_id,
            "order_no": key.order_no,
            "refund_no": refund_no,
            "refund_fen": refund_fen,
            "by": tx.principal,
        },
    )


def _keys(keys: Sequence[OrderKey]) -> dict[str, Any]:
    return {"units": [key.unit_id for key in keys], "numbers": [key.order_no for key in keys]}


def _plain(payment: Payment) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in payment.__slots__}
