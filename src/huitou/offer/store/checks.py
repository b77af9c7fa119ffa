"""Checks of offers and the orders they replay, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.offer.store.offers import read_document
from huitou.offer.types.checks import Check, CheckedCart, CheckState, Compared, Stage
from huitou.offer.types.contexts import Taken


def add_check(tx: Tx, check: Check) -> None:
    tx.run(
        """
        INSERT INTO offer.check (merchant_id, id, offer_id, version, document, own, other_ids,
            other_versions, skus, sku_count, seed, since, until, order_count, cart_count, budget_ms,
            queued_at, by)
        VALUES (%(merchant)s, %(id)s, %(offer)s, %(version)s, %(document)s, %(own)s,
            %(other_ids)s::uuid[], %(other_versions)s::int[], %(skus)s::text[], %(sku_count)s,
            %(seed)s, %(since)s, %(until)s, 0, 0, %(budget_ms)s, %(now)s, %(by)s)
        """,
        {
            "id": check.id,
            "offer": check.offer_id,
            "version": check.version,
            "document": Jsonb(check.document.model_dump(mode="json")),
            "own": check.own,
            "other_ids": [id_ for id_, _ in check.others],
            "other_versions": [version for _, version in check.others],
            "skus": check.skus,
            "sku_count": check.sku_count,
            "seed": check.seed,
            "since": check.since,
            "until": check.until,
            "budget_ms": check.budget_ms,
            "by": check.by,
        },
    )


def add_carts(tx: Tx, check_id: UUID, count_max: int) -> None:
    """The orders of its days, or those of whole customers in an order by its seed, as many as `count_max`."""
    tx.run(
        """
        WITH asked AS (
            SELECT seed, since, until FROM offer.check
            WHERE merchant_id = %(merchant)s AND id = %(check)s),
        paid AS (
            SELECT p.id, p.paid_at,
                hashtextextended(coalesce(p.customer_id, p.id)::text, a.seed) AS drawn
            FROM asked a JOIN "order".purchase p ON p.merchant_id = %(merchant)s
                AND p.paid_at >= a.since AND p.paid_at < a.until),
        taken AS (SELECT id, paid_at FROM paid ORDER BY drawn, id LIMIT %(count_max)s),
        kept AS (
            INSERT INTO offer.check_cart (merchant_id, check_id, place, order_id)
            SELECT %(merchant)s, %(check)s, row_number() OVER (ORDER BY paid_at, id), id FROM taken
            RETURNING place)
        UPDATE offer.check SET order_count = (SELECT count(*) FROM paid),
            cart_count = (SELECT count(*) FROM kept)
        WHERE merchant_id = %(merchant)s AND id = %(check)s
        """,
        {"check": check_id, "count_max": count_max},
    )


def lock_check(tx: Tx, check_id: UUID) -> Check | None:
    """A check, held until the end of the transaction."""
    found = _checks(
        tx.rows(
            dict,
            """
            SELECT id, offer_id, version, document, own, other_ids, other_versions, skus, sku_count,
                state, stage, cursor, seed, since, until, order_count, cart_count, budget_ms, found,
                exposure_high_fen, blocking, queued_at, ended_at, by
            FROM offer.check WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE
            """,
            {"id": check_id},
        )
    )
    return found[0] if found else None


def find_latest(
    tx: ReadTx,
    offer_id: UUID,
    *,
    version: int | None = None,
    states: Sequence[CheckState] = ("queued", "running", "done", "cancelled"),
) -> Check | None:
    """The latest check of an offer in one of these states, of a version or of any."""
    found = _checks(
        tx.rows(
            dict,
            """
            SELECT id, offer_id, version, document, own, other_ids, other_versions, skus, sku_count,
                state, stage, cursor, seed, since, until, order_count, cart_count, budget_ms, found,
                exposure_high_fen, blocking, queued_at, ended_at, by
            FROM offer.check
            WHERE merchant_id = %(merchant)s AND offer_id = %(offer)s AND state = ANY(%(states)s)
                AND (%(version)s::int IS NULL OR version = %(version)s)
            ORDER BY queued_at DESC, id DESC LIMIT 1
            """,
            {"offer": offer_id, "version": version, "states": list(states)},
        )
    )
    return found[0] if found else None


def set_ended(tx: Tx, check_id: UUID, state: CheckState) -> bool:
    """It is over; False when it was before."""
    return bool(
        tx.run(
            """
            UPDATE offer.check SET state = %(state)s, ended_at = %(now)s
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND state IN ('queued', 'running')
            """,
            {"id": check_id, "state": state},
        )
    )


def set_running(tx: Tx, check_id: UUID, stage: Stage, cursor: int, found: dict[str, Any]) -> None:
    """How far it is, and what it found."""
    tx.run(
        """
        UPDATE offer.check SET state = 'running', stage = %(stage)s, cursor = %(cursor)s,
            found = %(found)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": check_id, "stage": stage, "cursor": cursor, "found": Jsonb(found)},
    )


def set_told(tx: Tx, check_id: UUID, exposure_high_fen: int | None, blocking: int) -> None:
    """What publishing asks about."""
    tx.run(
        """
        UPDATE offer.check SET exposure_high_fen = %(high)s, blocking = %(blocking)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": check_id, "high": exposure_high_fen, "blocking": blocking},
    )


def list_order_ids(tx: ReadTx, check_id: UUID, after: int, count_max: int) -> dict[int, UUID]:
    """The next orders to replay, by place."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT place, order_id FROM offer.check_cart
        WHERE merchant_id = %(merchant)s AND check_id = %(check)s AND place > %(after)s
        ORDER BY place LIMIT %(count_max)s
        """,
        {"check": check_id, "after": after, "count_max": count_max},
    )
    return {row["place"]: row["order_id"] for row in rows}


def set_compared(tx: Tx, check_id: UUID, found: Sequence[Compared]) -> None:
    """What these carts cost without and with the offer."""
    tx.run(
        """
        UPDATE offer.check_cart c SET
            state = CASE WHEN n.before_fen IS NULL THEN 'left_out' ELSE 'compared' END,
            before_fen = coalesce(n.before_fen, 0), after_fen = coalesce(n.after_fen, 0),
            cost_fen = n.cost_fen, pieces = n.pieces, is_used = n.is_used, is_proven = n.is_proven
        FROM unnest(%(places)s::int[], %(befores)s::bigint[], %(afters)s::bigint[],
            %(costs)s::bigint[], %(pieces)s::int[], %(used)s::boolean[], %(proven)s::boolean[])
            AS n (place, before_fen, after_fen, cost_fen, pieces, is_used, is_proven)
        WHERE c.merchant_id = %(merchant)s AND c.check_id = %(check)s AND c.place = n.place
        """,
        {
            "check": check_id,
            "places": [each.place for each in found],
            "befores": [each.before_fen for each in found],
            "afters": [each.after_fen for each in found],
            "costs": [each.cost_fen for each in found],
            "pieces": [each.pieces for each in found],
            "used": [each.is_used for each in found],
            "proven": [each.is_proven for each in found],
        },
    )


def list_taken(tx: ReadTx, check: Check) -> list[tuple[UUID, Taken]]:
    """What customers took of the offer in the carts that were replayed, by who bought."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT p.customer_id, count(*)::int AS orders, sum(c.pieces)::int AS pieces
        FROM offer.check_cart c
        JOIN "order".purchase p ON p.merchant_id = c.merchant_id AND p.id = c.order_id
        WHERE c.merchant_id = %(merchant)s AND c.check_id = %(check)s AND c.is_used
            AND p.customer_id IS NOT NULL
        GROUP BY p.customer_id
        """,
        {"check": check.id},
    )
    return [
        (row["customer_id"], Taken(check.offer_id, row["orders"], row["pieces"])) for row in rows
    ]


def list_carts(tx: ReadTx, check_id: UUID, *, is_scoped: bool) -> list[CheckedCart]:
    """The orders of a check that were looked at, in the order in which they were paid; `is_scoped`: of units in
    the scope only."""
    return tx.rows(
        CheckedCart,
        """
        SELECT c.place, c.order_id, p.order_no, p.unit_id, u.code AS unit_code, u.name AS unit_name,
            p.paid_at, p.paid_fen, c.state, c.before_fen, c.after_fen, c.cost_fen, c.is_used,
            c.is_proven
        FROM offer.check_cart c
        JOIN "order".purchase p ON p.merchant_id = c.merchant_id AND p.id = c.order_id
        JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.unit_id
        WHERE c.merchant_id = %(merchant)s AND c.check_id = %(check)s AND c.state <> 'waiting'
            AND (NOT %(is_scoped)s OR base.in_scope(u.path, %(scope_path)s))
        ORDER BY c.place
        """,
        {"check": check_id, "is_scoped": is_scoped},
    )


def _checks(rows: Sequence[dict[str, Any]]) -> list[Check]:
    found = []
    for row in rows:
        others = list(zip(row.pop("other_ids"), row.pop("other_versions"), strict=True))
        document = read_document(row["document"])
        found.append(Check(**row | {"document": document, "others": others}))
    return found
