"""Refunds: what they find, what they wait for, what they change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.order.types import LineLeft, NewRefund, Refundable, Refunded

OrderKey = tuple[UUID, str]
"""Unit and order number."""


def find_refundable(tx: Tx, keys: Sequence[OrderKey]) -> dict[OrderKey, Refundable]:
    """The orders among `keys` that are here, with what is left of them."""
    heads = tx.rows(
        dict,
        """
        SELECT p.id, p.unit_id, p.order_no, p.paid_fen - p.refunded_fen AS left_fen
        FROM unnest(%(units)s::uuid[], %(order_nos)s::text[]) AS a (unit_id, order_no)
        JOIN "order".purchase p ON p.merchant_id = %(merchant)s
             AND p.unit_id = a.unit_id AND p.order_no = a.order_no
        """,
        _of(keys),
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
    tx.run(
        """
        INSERT INTO "order".waiting_refund (merchant_id, unit_id, order_no, position, refund_no,
                                            refund_fen, refunded_at, lines)
        SELECT %(merchant)s, t.*
        FROM unnest(%(units)s::uuid[], %(order_nos)s::text[], %(positions)s::bigint[],
                    %(nos)s::text[], %(fen)s::bigint[], %(at)s::timestamptz[],
                    %(lines)s::jsonb[]) AS t
        ON CONFLICT DO NOTHING
        """,
        _of([(each.unit_id, each.refunded.order_no) for each in refunds]) | _columns(refunds),
    )


def take_waiting(tx: Tx, keys: Sequence[OrderKey]) -> list[NewRefund]:
    """The refunds that waited for these orders; they wait no longer."""
    if not keys:
        return []
    rows = tx.rows(
        dict,
        """
        DELETE FROM "order".waiting_refund w
        USING (SELECT DISTINCT * FROM unnest(%(units)s::uuid[], %(order_nos)s::text[])) AS n (unit_id, order_no)
        WHERE w.merchant_id = %(merchant)s AND w.unit_id = n.unit_id AND w.order_no = n.order_no
        RETURNING w.position, w.unit_id, w.refunded_at, w.order_no, w.refund_no, w.refund_fen,
                  w.lines
        """,
        _of(keys),
    )
    return [_refund(row) for row in rows]


def apply_refunds(tx: Tx, refunds: Mapping[UUID, tuple[UUID, NewRefund]]) -> None:
    """Keep refunds `{id: (order id, refund)}` that `rules.settle` let through; totals follow."""
    columns = {
        "ids": literal(list(refunds)),
        "orders": literal([order_id for order_id, _ in refunds.values()]),
        **_columns([refund for _, refund in refunds.values()]),
        **_lines(refunds.values()),
    }
    tx.run(
        """
        INSERT INTO "order".refund (merchant_id, id, order_id, refund_no, refund_fen, refunded_at,
                                    position, lines)
        SELECT %(merchant)s, t.*
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(nos)s::text[], %(fen)s::bigint[],
                    %(at)s::timestamptz[], %(positions)s::bigint[], %(lines)s::jsonb[]) AS t
        """,
        columns,
    )
    tx.run(
        """
        UPDATE "order".purchase p SET refunded_fen = p.refunded_fen + n.refund_fen
        FROM (SELECT order_id, sum(refund_fen) AS refund_fen
              FROM unnest(%(orders)s::uuid[], %(fen)s::bigint[]) AS r (order_id, refund_fen)
              GROUP BY order_id) n
        WHERE p.merchant_id = %(merchant)s AND p.id = n.order_id
        """,
        columns,
    )
    tx.run(
        """
        UPDATE "order".line l SET refunded_fen = l.refunded_fen + n.refund_fen,
                                  refunded_quantity = l.refunded_quantity + n.quantity
        FROM (SELECT order_id, line_no, sum(refund_fen) AS refund_fen, sum(quantity) AS quantity
              FROM unnest(%(line_orders)s::uuid[], %(line_nos)s::int[],
                          %(line_quantities)s::bigint[], %(line_fen)s::bigint[])
                  AS r (order_id, line_no, quantity, refund_fen)
              GROUP BY order_id, line_no) n
        WHERE l.merchant_id = %(merchant)s AND l.order_id = n.order_id AND l.line_no = n.line_no
        """,
        columns,
    )
    tx.run(
        """
        UPDATE "order".total t SET paid_fen = t.paid_fen - n.refund_fen,
                                   refunded_fen = t.refunded_fen + n.refund_fen
        FROM (SELECT p.customer_id, sum(r.refund_fen) AS refund_fen
              FROM unnest(%(orders)s::uuid[], %(fen)s::bigint[]) AS r (order_id, refund_fen)
              JOIN "order".purchase p ON p.merchant_id = %(merchant)s AND p.id = r.order_id
              GROUP BY p.customer_id) n
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = n.customer_id
        """,
        columns,
    )
    tx.run(
        """
        UPDATE "order".category_total t SET paid_fen = t.paid_fen - n.refund_fen,
                                            quantity = t.quantity - n.quantity
        FROM (SELECT l.customer_id, l.category_code, sum(r.refund_fen) AS refund_fen,
                     sum(r.quantity) AS quantity
              FROM unnest(%(line_orders)s::uuid[], %(line_nos)s::int[],
                          %(line_quantities)s::bigint[], %(line_fen)s::bigint[])
                  AS r (order_id, line_no, quantity, refund_fen)
              JOIN "order".line l ON l.merchant_id = %(merchant)s
                   AND l.order_id = r.order_id AND l.line_no = r.line_no
              GROUP BY l.customer_id, l.category_code) n
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = n.customer_id
          AND t.category_code = n.category_code
        """,
        columns,
    )


def _refund(row: Mapping[str, Any]) -> NewRefund:
    said = msgspec.convert(row, Refunded)
    return NewRefund(row["position"], row["unit_id"], row["refunded_at"], said)


def _of(keys: Sequence[OrderKey]) -> dict[str, str]:
    return {
        "units": literal([unit_id for unit_id, _ in keys]),
        "order_nos": literal([order_no for _, order_no in keys]),
    }


def _columns(refunds: Sequence[NewRefund]) -> dict[str, str]:
    return {
        "positions": literal([each.position for each in refunds]),
        "nos": literal([each.refunded.refund_no for each in refunds]),
        "fen": literal([each.refunded.refund_fen for each in refunds]),
        "at": literal([each.refunded_at for each in refunds]),
        "lines": literal([msgspec.json.encode(each.refunded.lines).decode() for each in refunds]),
    }


def _lines(refunds: Iterable[tuple[UUID, NewRefund]]) -> dict[str, str]:
    lines = [(order_id, line) for order_id, each in refunds for line in each.refunded.lines]
    return {
        "line_orders": literal([order_id for order_id, _ in lines]),
        "line_nos": literal([line.line_no for _, line in lines]),
        "line_quantities": literal([line.quantity for _, line in lines]),
        "line_fen": literal([line.refund_fen for _, line in lines]),
    }
