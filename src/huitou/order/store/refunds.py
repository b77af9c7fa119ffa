"""Refunds: what they find, what they wait for, what they change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.order.types import LineLeft, NewRefund, Refundable, Refunded

OrderKey = tuple[UUID, str]
"""Unit and order number."""


def find_refundable(tx: Tx, keys: Sequence[OrderKey]) -> dict[OrderKey, Refundable]:
    """The orders among `keys` that are here, with what is left of them."""
    tx.load("order_asked", {"unit_id": "uuid", "order_no": "text"}, keys)
    heads = tx.rows(
        dict,
        """
        SELECT p.id, p.unit_id, p.order_no, p.paid_fen - p.refunded_fen AS left_fen
        FROM pg_temp.order_asked a JOIN "order".purchase p ON p.merchant_id = %(merchant)s
             AND p.unit_id = a.unit_id AND p.order_no = a.order_no
        """,
    )
    ids = {"ids": [head["id"] for head in heads]}
    lines: dict[UUID, dict[int, LineLeft]] = defaultdict(dict)
    for row in tx.rows(
        dict,
        """
        SELECT order_id, line_no, quantity - refunded_quantity AS quantity,
               paid_fen - refunded_fen AS paid_fen
        FROM "order".line WHERE merchant_id = %(merchant)s AND order_id = ANY(%(ids)s)
        """,
        ids,
    ):
        lines[row["order_id"]][row["line_no"]] = LineLeft(row["quantity"], row["paid_fen"])
    refunds: dict[UUID, dict[str, NewRefund]] = defaultdict(dict)
    for row in tx.rows(
        dict,
        """
        SELECT r.order_id, r.position, p.unit_id, r.refunded_at, p.order_no, r.refund_no,
               r.refund_fen, r.lines
        FROM "order".refund r JOIN "order".purchase p
             ON p.merchant_id = r.merchant_id AND p.id = r.order_id
        WHERE r.merchant_id = %(merchant)s AND r.order_id = ANY(%(ids)s)
        """,
        ids,
    ):
        refunds[row["order_id"]][row["refund_no"]] = _refund(row)
    return {
        (head["unit_id"], head["order_no"]): Refundable(
            head["id"], head["left_fen"], lines[head["id"]], refunds[head["id"]]
        )
        for head in heads
    }


def add_waiting(tx: Tx, refunds: Sequence[NewRefund]) -> None:
    """Refunds whose order is not here."""
    tx.load(
        "order_waiting_new",
        {
            "unit_id": "uuid",
            "order_no": "text",
            "position": "bigint",
            "refund_no": "text",
            "refund_fen": "bigint",
            "refunded_at": "timestamptz",
            "lines": "jsonb",
        },
        (
            (
                refund.unit_id,
                refund.refunded.order_no,
                refund.position,
                refund.refunded.refund_no,
                refund.refunded.refund_fen,
                refund.refunded_at,
                msgspec.to_builtins(refund.refunded.lines),
            )
            for refund in refunds
        ),
    )
    tx.run(
        """
        INSERT INTO "order".waiting_refund (merchant_id, unit_id, order_no, position, refund_no,
                                            refund_fen, refunded_at, lines)
        SELECT %(merchant)s, unit_id, order_no, position, refund_no, refund_fen, refunded_at, lines
        FROM pg_temp.order_waiting_new ON CONFLICT DO NOTHING
        """
    )


def take_waiting(tx: Tx) -> list[NewRefund]:
    """The refunds that waited for the loaded orders; they wait no longer."""
    rows = tx.rows(
        dict,
        """
        DELETE FROM "order".waiting_refund w
        USING (SELECT DISTINCT unit_id, order_no FROM pg_temp.order_new) n
        WHERE w.merchant_id = %(merchant)s AND w.unit_id = n.unit_id AND w.order_no = n.order_no
        RETURNING w.position, w.unit_id, w.refunded_at, w.order_no, w.refund_no, w.refund_fen,
                  w.lines
        """,
    )
    return [_refund(row) for row in rows]


def apply_refunds(tx: Tx, refunds: Mapping[UUID, tuple[UUID, NewRefund]]) -> None:
    """Keep refunds `{id: (order id, refund)}` that `rules.settle` let through; totals follow."""
    _load(tx, refunds)
    tx.run(
        """
        INSERT INTO "order".refund (merchant_id, id, order_id, refund_no, refund_fen, refunded_at,
                                    position, lines)
        SELECT %(merchant)s, id, order_id, refund_no, refund_fen, refunded_at, position, lines
        FROM pg_temp.order_refund_new
        """
    )
    tx.run(
        """
        UPDATE "order".purchase p SET refunded_fen = p.refunded_fen + n.refund_fen
        FROM (SELECT order_id, sum(refund_fen) AS refund_fen
              FROM pg_temp.order_refund_new GROUP BY order_id) n
        WHERE p.merchant_id = %(merchant)s AND p.id = n.order_id
        """
    )
    tx.run(
        """
        UPDATE "order".line l SET refunded_fen = l.refunded_fen + n.refund_fen,
                                  refunded_quantity = l.refunded_quantity + n.quantity
        FROM (SELECT order_id, line_no, sum(refund_fen) AS refund_fen, sum(quantity) AS quantity
              FROM pg_temp.order_refund_line_new GROUP BY order_id, line_no) n
        WHERE l.merchant_id = %(merchant)s AND l.order_id = n.order_id AND l.line_no = n.line_no
        """
    )
    tx.run(
        """
        UPDATE "order".total t SET paid_fen = t.paid_fen - n.refund_fen,
                                   refunded_fen = t.refunded_fen + n.refund_fen
        FROM (SELECT p.customer_id, sum(r.refund_fen) AS refund_fen
              FROM pg_temp.order_refund_new r
              JOIN "order".purchase p ON p.merchant_id = %(merchant)s AND p.id = r.order_id
              GROUP BY p.customer_id) n
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = n.customer_id
        """
    )
    tx.run(
        """
        UPDATE "order".category_total t SET paid_fen = t.paid_fen - n.refund_fen,
                                            quantity = t.quantity - n.quantity
        FROM (SELECT l.customer_id, l.category_code, sum(r.refund_fen) AS refund_fen,
                     sum(r.quantity) AS quantity
              FROM pg_temp.order_refund_line_new r
              JOIN "order".line l ON l.merchant_id = %(merchant)s
                   AND l.order_id = r.order_id AND l.line_no = r.line_no
              GROUP BY l.customer_id, l.category_code) n
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = n.customer_id
          AND t.category_code = n.category_code
        """
    )


def _refund(row: Mapping[str, Any]) -> NewRefund:
    said = msgspec.convert(row, Refunded)
    return NewRefund(row["position"], row["unit_id"], row["refunded_at"], said)


def _load(tx: Tx, refunds: Mapping[UUID, tuple[UUID, NewRefund]]) -> None:
    tx.load(
        "order_refund_new",
        {
            "id": "uuid",
            "order_id": "uuid",
            "refund_no": "text",
            "refund_fen": "bigint",
            "refunded_at": "timestamptz",
            "position": "bigint",
            "lines": "jsonb",
        },
        (
            (
                refund_id,
                order_id,
                refund.refunded.refund_no,
                refund.refunded.refund_fen,
                refund.refunded_at,
                refund.position,
                msgspec.to_builtins(refund.refunded.lines),
            )
            for refund_id, (order_id, refund) in refunds.items()
        ),
    )
    tx.load(
        "order_refund_line_new",
        {"order_id": "uuid", "line_no": "int", "quantity": "bigint", "refund_fen": "bigint"},
        (
            (order_id, line.line_no, line.quantity, line.refund_fen)
            for order_id, refund in refunds.values()
            for line in refund.refunded.lines
        ),
    )
