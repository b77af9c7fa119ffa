"""What orders cost and what they took of offers, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.offer.types.contexts import Taken
from huitou.offer.types.orders import Kept, OfferFault, PlacedOrder, Use

_SLOTS = 16


def add_proof(tx: Tx, kept: Kept) -> None:
    tx.run(
        """
        INSERT INTO offer.proof (merchant_id, id, unit_id, order_no, customer_id, request,
            rules_hash, engine, payable_fen, document, placed_at, by)
        VALUES (%(merchant)s, %(id)s, %(unit)s, %(order_no)s, %(customer)s, %(request)s,
            %(rules_hash)s, %(engine)s, %(payable)s, %(document)s, %(at)s, %(by)s)
        """,
        {
            "id": kept.id,
            "unit": kept.unit_id,
            "order_no": kept.order_no,
            "customer": kept.customer_id,
            "request": kept.request,
            "rules_hash": kept.rules_hash,
            "engine": kept.engine,
            "payable": kept.payable_fen,
            "document": Jsonb(kept.document),
            "at": kept.placed_at,
            "by": kept.by,
        },
    )


def add_uses(tx: Tx, proof_id: UUID, customer_id: UUID | None, uses: Sequence[Use]) -> None:
    """Keep them, and count them in their offers' tallies: in one order, so that two never wait for each
    other in turn."""
    columns = {
        "proof": proof_id,
        "slot": _slot(proof_id),
        "customer": customer_id,
        "offers": [use.offer_id for use in uses],
        "versions": [use.version for use in uses],
        "pieces": [use.pieces for use in uses],
        "costs": [use.cost_fen for use in uses],
    }
    tx.run(
        """
        INSERT INTO offer.use (merchant_id, proof_id, offer_id, version, customer_id, pieces,
            cost_fen, at)
        SELECT %(merchant)s, %(proof)s, u.offer_id, u.version, %(customer)s, u.pieces, u.cost_fen,
            %(now)s
        FROM unnest(%(offers)s::uuid[], %(versions)s::int[], %(pieces)s::int[], %(costs)s::bigint[])
            AS u (offer_id, version, pieces, cost_fen)
        """,
        columns,
    )
    tx.run(
        """
        INSERT INTO offer.tally AS t (merchant_id, offer_id, slot, orders, cost_fen)
        SELECT %(merchant)s, u.offer_id, %(slot)s, 1, u.cost_fen
        FROM unnest(%(offers)s::uuid[], %(costs)s::bigint[]) AS u (offer_id, cost_fen)
        ORDER BY u.offer_id
        ON CONFLICT (merchant_id, offer_id, slot) DO UPDATE
            SET orders = t.orders + 1, cost_fen = t.cost_fen + excluded.cost_fen
        """,
        columns,
    )


def give_back_uses(tx: Tx, proof_ids: Sequence[UUID]) -> None:
    """These orders were given up or came back whole: their offers have it again. Once.

    Tallies are locked in the order in which `add_uses` meets them.
    """
    tx.run(
        """
        WITH back AS (
            UPDATE offer.use SET given_back_at = %(now)s
            WHERE merchant_id = %(merchant)s AND proof_id = ANY(%(proofs)s::uuid[])
                AND given_back_at IS NULL
            RETURNING offer_id, get_byte(uuid_send(proof_id), 15) %% %(slots)s AS slot, cost_fen
        ), sums AS (
            SELECT offer_id, slot, count(*) AS orders, sum(cost_fen) AS cost_fen
            FROM back GROUP BY offer_id, slot
        ), locked AS MATERIALIZED (
            SELECT t.offer_id, t.slot, s.orders, s.cost_fen
            FROM offer.tally t JOIN sums s USING (offer_id, slot)
            WHERE t.merchant_id = %(merchant)s
            ORDER BY t.offer_id, t.slot FOR UPDATE OF t
        )
        UPDATE offer.tally t SET orders = t.orders - l.orders, cost_fen = t.cost_fen - l.cost_fen
        FROM locked l
        WHERE t.merchant_id = %(merchant)s AND t.offer_id = l.offer_id AND t.slot = l.slot
        """,
        {"proofs": list(proof_ids), "slots": _SLOTS},
    )


def list_returned(tx: ReadTx, order_ids: Sequence[UUID]) -> list[UUID]:
    """The proofs of those of the order room's orders of which every piece came back."""
    return tx.column(
        """
        SELECT p.id FROM "order".purchase o
        JOIN offer.proof p ON p.merchant_id = o.merchant_id AND p.unit_id = o.unit_id
            AND p.order_no = o.order_no AND p.state <> 'cancelled'
        WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(orders)s::uuid[])
            AND NOT EXISTS (
                SELECT FROM "order".line l
                WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id
                    AND l.refunded_quantity < l.quantity)
        """,
        {"orders": list(order_ids)},
    )


def set_cancelled(tx: Tx, proof_id: UUID) -> None:
    tx.run(
        """
        UPDATE offer.proof SET state = 'cancelled', cancelled_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": proof_id},
    )


def set_paid(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Those of the order room's orders that have a proof."""
    tx.run(
        """
        UPDATE offer.proof p SET state = 'paid' FROM "order".purchase o
        WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(orders)s::uuid[])
            AND p.merchant_id = o.merchant_id AND p.unit_id = o.unit_id AND p.order_no = o.order_no
            AND p.state = 'placed'
        """,
        {"orders": list(order_ids)},
    )


def set_paid_if_known(tx: Tx, proof_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these that the order room knows as paid; its ids of the orders that are paid only now."""
    return tx.column(
        """
        UPDATE offer.proof p SET state = 'paid' FROM "order".purchase o
        WHERE p.merchant_id = %(merchant)s AND p.id = ANY(%(ids)s::uuid[]) AND p.state = 'placed'
            AND o.merchant_id = p.merchant_id AND o.unit_id = p.unit_id AND o.order_no = p.order_no
        RETURNING o.id
        """,
        {"ids": list(proof_ids)},
    )


def list_unpaid(tx: ReadTx, before: datetime, count_max: int) -> list[Kept]:
    """Orders placed before then that are neither paid nor cancelled, the earliest first."""
    return tx.rows(
        Kept,
        """
        SELECT id, unit_id, order_no, customer_id, state, request, rules_hash, engine, payable_fen,
            document, placed_at, cancelled_at, by
        FROM offer.proof
        WHERE merchant_id = %(merchant)s AND state = 'placed' AND placed_at < %(before)s
        ORDER BY placed_at, id LIMIT %(count_max)s
        """,
        {"before": before, "count_max": count_max},
    )


def find_latest(tx: ReadTx, unit_id: UUID, order_no: str) -> Kept | None:
    """The proof that holds for an order, or else the last that was cancelled."""
    return tx.row(
        Kept,
        """
        SELECT id, unit_id, order_no, customer_id, state, request, rules_hash, engine, payable_fen,
            document, placed_at, cancelled_at, by
        FROM offer.proof
        WHERE merchant_id = %(merchant)s AND unit_id = %(unit)s AND order_no = %(order_no)s
        ORDER BY state <> 'cancelled' DESC, id DESC LIMIT 1
        """,
        {"unit": unit_id, "order_no": order_no},
    )


def list_after(tx: ReadTx, after: UUID | None, count_max: int) -> list[Kept]:
    """All orders' proofs, by id."""
    return tx.rows(
        Kept,
        """
        SELECT id, unit_id, order_no, customer_id, state, request, rules_hash, engine, payable_fen,
            document, placed_at, cancelled_at, by
        FROM offer.proof
        WHERE merchant_id = %(merchant)s AND (%(after)s::uuid IS NULL OR id > %(after)s::uuid)
        ORDER BY id LIMIT %(count_max)s
        """,
        {"after": after, "count_max": count_max},
    )


def list_wrong_tallies(tx: ReadTx) -> list[OfferFault]:
    """Offers whose tally is not the sum of their uses."""
    return tx.rows(
        OfferFault,
        """
        SELECT 'tally' AS kind, coalesce(u.offer_id, t.offer_id) AS id,
            coalesce(u.cost_fen, 0)::bigint AS expected_fen,
            coalesce(t.cost_fen, 0)::bigint AS found_fen
        FROM (SELECT offer_id, count(*) AS orders, sum(cost_fen) AS cost_fen FROM offer.use
              WHERE merchant_id = %(merchant)s AND given_back_at IS NULL GROUP BY offer_id) u
        FULL JOIN (SELECT offer_id, sum(orders) AS orders, sum(cost_fen) AS cost_fen FROM offer.tally
                   WHERE merchant_id = %(merchant)s GROUP BY offer_id) t USING (offer_id)
        WHERE (coalesce(u.orders, 0), coalesce(u.cost_fen, 0))
            <> (coalesce(t.orders, 0), coalesce(t.cost_fen, 0))
        ORDER BY 2
        """,
    )


def list_uses(tx: ReadTx, proof_id: UUID) -> list[Use]:
    """What an order took of offers, given back or not."""
    return tx.rows(
        Use,
        """
        SELECT offer_id, version, pieces, cost_fen FROM offer.use
        WHERE merchant_id = %(merchant)s AND proof_id = %(proof)s ORDER BY offer_id
        """,
        {"proof": proof_id},
    )


def list_budgeted(tx: ReadTx, offer_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these offers that have a budget, in the order they are locked in."""
    return tx.column(
        """
        SELECT o.id FROM offer.offer o
        JOIN offer.version v ON v.merchant_id = o.merchant_id AND v.offer_id = o.id
            AND v.version = o.in_force
        WHERE o.merchant_id = %(merchant)s AND o.id = ANY(%(ids)s::uuid[])
            AND (v.document #>> '{limits,budget_fen}' IS NOT NULL
                OR v.document #>> '{limits,budget_orders}' IS NOT NULL)
        ORDER BY o.id
        """,
        {"ids": list(offer_ids)},
    )


def list_taken(
    tx: ReadTx, customer_ids: Sequence[UUID], offer_ids: Sequence[UUID]
) -> dict[UUID, Taken]:
    """What orders of these customers took of these offers and did not give back."""
    rows = tx.rows(
        Taken,
        """
        SELECT offer_id, count(*)::int AS orders, sum(pieces)::int AS pieces FROM offer.use
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND offer_id = ANY(%(offers)s::uuid[]) AND given_back_at IS NULL
        GROUP BY offer_id
        """,
        {"customers": list(customer_ids), "offers": list(offer_ids)},
    )
    return {row.offer_id: row for row in rows}


def list_orders_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What orders of these customers cost, latest first."""
    return tx.rows(
        dict,
        """
        SELECT order_no, state, payable_fen, placed_at FROM offer.proof
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
        ORDER BY placed_at DESC, id DESC
        """,
        {"customers": list(customer_ids)},
    )


def list_placed(
    tx: ReadTx, customer_ids: Sequence[UUID], *, before: UUID | None, count_max: int
) -> list[PlacedOrder]:
    """Orders of these customers, latest first, those that came before one."""
    return tx.rows(
        PlacedOrder,
        """
        SELECT id, unit_id, order_no, state, payable_fen, placed_at FROM offer.proof
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
            AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
        ORDER BY id DESC LIMIT %(count_max)s
        """,
        {"customers": list(customer_ids), "before": before, "count_max": count_max},
    )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Neither proofs nor uses name them any more; what orders cost stays."""
    params = {"customers": list(customer_ids)}
    tx.run(
        "UPDATE offer.proof SET customer_id = NULL"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])",
        params,
    )
    tx.run(
        "UPDATE offer.use SET customer_id = NULL"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])",
        params,
    )


def _slot(proof_id: UUID) -> int:
    """Its last bits are random."""
    return proof_id.int % _SLOTS
