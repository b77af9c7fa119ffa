"""What a refresh reads and writes, and how opportunities end."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from huitou.base.db import ReadTx, Tx
from huitou.opportunity.types import KIND, Cycle, Found, Prior


def find_priors(tx: ReadTx) -> list[Prior]:
    return tx.rows(
        Prior,
        """
        SELECT category_code, cycle_days, customer_count, popular_skus, complement_sku
        FROM opportunity.prior WHERE merchant_id = %(merchant)s
        """,
    )


def set_priors(tx: Tx, since: datetime, *, support_min: int) -> int:
    """Compute every category's cycle, its five most bought SKUs since `since`, and a complement.

    The complement is the most bought SKU of the category whose orders overlap most with this one's
    (largest cosine of the two sets of orders, of at least `support_min` common ones).
    """
    # A bulk load may be newer than the statistics: joins over the whole base are hash joins then too.
    tx.run("SET LOCAL enable_nestloop TO off")
    count = tx.run(
        """
        WITH cycle AS (
            SELECT category_code, count(*)::int AS customer_count,
                   sum(extract(epoch FROM last_paid_at - first_paid_at)) / 86400.0
                       / sum(order_count - 1) AS cycle_days
            FROM "order".category_total
            WHERE merchant_id = %(merchant)s AND order_count >= 2 AND last_paid_at <= %(now)s
            GROUP BY category_code),
        sold AS (
            SELECT l.category_code, l.sku, row_number() OVER (
                       PARTITION BY l.category_code ORDER BY count(*) DESC, l.sku) AS rank
            FROM "order".line l
            JOIN catalog.product p ON p.merchant_id = l.merchant_id AND p.sku = l.sku
                AND p.is_listed AND p.is_known
            WHERE l.merchant_id = %(merchant)s AND l.paid_at >= %(since)s AND l.paid_at <= %(now)s
            GROUP BY l.category_code, l.sku),
        basket AS (
            SELECT order_id, category_code FROM "order".line
            WHERE merchant_id = %(merchant)s AND is_first_of_category
              AND paid_at >= %(since)s AND paid_at <= %(now)s),
        size AS (SELECT category_code, count(*) AS order_count FROM basket GROUP BY 1),
        pair AS (
            SELECT a.category_code, b.category_code AS other, count(*) AS order_count
            FROM basket a JOIN basket b USING (order_id)
            WHERE a.category_code <> b.category_code
            GROUP BY 1, 2 HAVING count(*) >= %(support_min)s),
        complement AS (
            SELECT DISTINCT ON (p.category_code) p.category_code, s.sku
            FROM pair p
            JOIN size x ON x.category_code = p.category_code
            JOIN size y ON y.category_code = p.other
            JOIN sold s ON s.category_code = p.other AND s.rank = 1
            ORDER BY p.category_code,
                     p.order_count::float8 ^ 2 / (x.order_count * y.order_count) DESC, p.other)
        INSERT INTO opportunity.prior
        SELECT %(merchant)s, c.category_code, greatest(c.cycle_days, 1.0), c.customer_count,
               coalesce((SELECT array_agg(s.sku ORDER BY s.rank) FROM sold s
                         WHERE s.category_code = c.category_code AND s.rank <= 5), '{}'),
               (SELECT k.sku FROM complement k WHERE k.category_code = c.category_code), %(now)s
        FROM cycle c
        ON CONFLICT (merchant_id, category_code) DO UPDATE
        SET cycle_days = excluded.cycle_days, customer_count = excluded.customer_count,
            popular_skus = excluded.popular_skus, complement_sku = excluded.complement_sku,
            computed_at = excluded.computed_at
        """,
        {"since": since, "support_min": support_min},
    )
    tx.run("SET LOCAL enable_nestloop TO on")
    return count


def order_position(tx: ReadTx) -> int:
    """The log's position of the latest order."""
    position: int = tx.value(
        'SELECT coalesce(max(position), 0) FROM "order".purchase WHERE merchant_id = %(merchant)s'
    )
    return position


def refreshed_position(tx: ReadTx) -> int:
    """That position when everything was last looked at."""
    position: int | None = tx.value(
        "SELECT position FROM opportunity.refreshed WHERE merchant_id = %(merchant)s"
    )
    return position or 0


def set_refreshed(tx: Tx, position: int) -> None:
    tx.run(
        """
        INSERT INTO opportunity.refreshed VALUES (%(merchant)s, %(position)s, %(now)s)
        ON CONFLICT (merchant_id) DO UPDATE SET position = excluded.position, at = excluded.at
        """,
        {"position": position},
    )


_CYCLES: LiteralString = """
    SELECT c.customer_id, t.category_code, t.order_count, t.first_paid_at, t.last_paid_at,
           t.paid_fen, c.is_contactable, c.contacted_at, c.opened_at
    FROM (
        SELECT c.customer_id, k.contacted_at, k.opened_at,
               c.owner_staff_id IS NOT NULL AND EXISTS (
                   SELECT FROM profile.consent n
                   WHERE n.merchant_id = c.merchant_id AND n.customer_id = c.customer_id
                     AND n.channel IN ('wecom', 'sms') AND n.purpose = 'marketing'
                     AND n.state = 'given' {each}) AS is_contactable
        FROM profile.customer c
        LEFT JOIN LATERAL (
            SELECT max(l.created_at) AS contacted_at, max(l.first_opened_at) AS opened_at
            FROM content.link l
            WHERE l.merchant_id = c.merchant_id AND l.customer_id = c.customer_id
              AND l.created_at > %(now)s - interval '30 days') k ON true
        WHERE c.merchant_id = %(merchant)s AND NOT c.no_profiling AND NOT c.under_14
          AND (%(ids)s::uuid[] IS NULL OR c.customer_id = ANY(%(ids)s))
        OFFSET 0 -- once a customer, not once a category
        ) c
    CROSS JOIN LATERAL (
        SELECT * FROM "order".category_total t
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = c.customer_id
          AND t.order_count >= 2 AND t.category_code <> 'unknown' {each}) t
    ORDER BY c.customer_id
"""
_EACH: LiteralString = "OFFSET 0"
"""Looked up for each customer, instead of for everybody at once."""


def iter_cycles(tx: ReadTx, customer_ids: Sequence[UUID] | None) -> Iterator[Cycle]:
    """Rhythms of those who may be profiled, by customer: of these customers, or of all."""
    return tx.iterate(
        Cycle,
        _CYCLES.replace("{each}", "" if customer_ids is None else _EACH),
        {"ids": None if customer_ids is None else list(customer_ids)},
    )


def load_found(tx: Tx, found: Sequence[tuple[UUID, Found]]) -> int:
    """Put opportunities, each with a fresh id, where the other statements find them."""
    return tx.load(
        "found_opportunity",
        {
            "id": "uuid",
            "customer_id": "uuid",
            "category_code": "text",
            "score_bp": "int",
            "best_bp": "int",
            "expected_fen": "bigint",
            "reason": "jsonb",
            "due_from": "timestamptz",
            "due_to": "timestamptz",
            "expires_at": "timestamptz",
            "skus": "text[]",
        },
        [
            (
                id_,
                f.customer_id,
                f.category_code,
                f.due.score_bp,
                f.best_bp,
                f.due.expected_fen,
                msgspec.to_builtins(f.reason),
                f.due.due_from,
                f.due.due_to,
                f.due.expires_at,
                [],
            )
            for id_, f in found
        ],
    )


def set_found_skus(tx: Tx) -> int:
    """The suggested list: up to three SKUs the customer buys most in the category, then the
    category's most bought ones up to four, then its complement."""
    return tx.run(
        """
        WITH bought AS (
            SELECT f.id, l.sku, count(*) AS line_count
            FROM pg_temp.found_opportunity f
            JOIN "order".line l ON l.merchant_id = %(merchant)s AND l.customer_id = f.customer_id
                AND l.category_code = f.category_code AND l.paid_at <= %(now)s
            JOIN catalog.product p ON p.merchant_id = l.merchant_id AND p.sku = l.sku
                AND p.is_listed AND p.is_known
            GROUP BY f.id, l.sku),
        favourite AS (
            SELECT id, sku,
                   row_number() OVER (PARTITION BY id ORDER BY line_count DESC, sku) AS rank
            FROM bought),
        offered AS (
            SELECT id, sku, min(rank) AS rank FROM (
                SELECT id, sku, rank FROM favourite WHERE rank <= 3
                UNION ALL
                SELECT f.id, s.sku, 100 + s.rank
                FROM pg_temp.found_opportunity f
                JOIN opportunity.prior p
                    ON p.merchant_id = %(merchant)s AND p.category_code = f.category_code
                CROSS JOIN LATERAL unnest(p.popular_skus) WITH ORDINALITY s (sku, rank)) both_lists
            GROUP BY id, sku),
        own AS (
            SELECT id, sku, row_number() OVER (PARTITION BY id ORDER BY rank, sku) AS rank
            FROM offered),
        listed AS (
            SELECT id, array_agg(sku ORDER BY rank) AS skus FROM own WHERE rank <= 4 GROUP BY id)
        UPDATE pg_temp.found_opportunity f
        SET skus = CASE WHEN p.complement_sku IS NULL OR p.complement_sku = ANY(l.skus) THEN l.skus
                   ELSE l.skus || p.complement_sku END
        FROM listed l, opportunity.prior p
        WHERE l.id = f.id AND p.merchant_id = %(merchant)s AND p.category_code = f.category_code
        """
    )


def add_found(tx: Tx, refresh_id: UUID) -> int:
    """Open what is new, renew what is known. What is taken keeps its list."""
    return tx.run(
        """
        INSERT INTO opportunity.opportunity
            (merchant_id, id, kind, customer_id, category_code, score_bp, best_bp, expected_fen,
             reason, skus, opened_at, due_from, due_to, expires_at, refresh_id)
        SELECT %(merchant)s, id, %(kind)s, customer_id, category_code, score_bp, best_bp,
               expected_fen, reason, skus, %(now)s, due_from, due_to, expires_at, %(refresh)s
        FROM pg_temp.found_opportunity
        ON CONFLICT (merchant_id, customer_id, kind, category_code)
            WHERE state IN ('open', 'taken')
        DO UPDATE SET score_bp = excluded.score_bp, best_bp = excluded.best_bp,
            expected_fen = excluded.expected_fen, reason = excluded.reason,
            due_from = excluded.due_from, due_to = excluded.due_to,
            expires_at = excluded.expires_at, refresh_id = excluded.refresh_id,
            skus = CASE WHEN opportunity.state = 'taken' THEN opportunity.skus
                   ELSE excluded.skus END
        """,
        {"refresh": refresh_id, "kind": KIND},
    )


def set_expired(tx: Tx, refresh_id: UUID, customer_ids: Sequence[UUID] | None) -> int:
    """Expire what the refresh no longer found, and what is over; of these customers, or of all."""
    return tx.run(
        """
        UPDATE opportunity.opportunity SET state = 'expired', closed_at = %(now)s
        WHERE merchant_id = %(merchant)s AND state IN ('open', 'taken')
          AND (%(ids)s::uuid[] IS NULL OR customer_id = ANY(%(ids)s))
          AND ((state = 'open' AND refresh_id <> %(refresh)s) OR expires_at <= %(now)s)
        """,
        {"refresh": refresh_id, "ids": None if customer_ids is None else list(customer_ids)},
    )


def set_won(tx: Tx, after: int, upto: int) -> list[UUID]:
    """Mark those whose customer bought the category at (after, upto] since the opening.

    Returns the customers who bought anything there: their rhythm is another now.
    """
    tx.run(
        """
        UPDATE opportunity.opportunity o
        SET state = 'won', closed_at = b.paid_at, won_order_id = b.order_id
        FROM (SELECT DISTINCT ON (l.customer_id, l.category_code)
                     l.customer_id, l.category_code, l.order_id, l.paid_at
              FROM "order".purchase p
              JOIN "order".line l ON l.merchant_id = p.merchant_id AND l.order_id = p.id
              WHERE p.merchant_id = %(merchant)s
                AND p.position > %(after)s AND p.position <= %(upto)s
                AND l.customer_id IS NOT NULL
              ORDER BY l.customer_id, l.category_code, l.paid_at DESC) b
        WHERE o.merchant_id = %(merchant)s AND o.state IN ('open', 'taken')
          AND o.customer_id = b.customer_id AND o.category_code = b.category_code
          AND b.paid_at >= o.opened_at
        """,
        {"after": after, "upto": upto},
    )
    return tx.column(
        """
        SELECT DISTINCT customer_id FROM "order".purchase
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
          AND customer_id IS NOT NULL
        """,
        {"after": after, "upto": upto},
    )


def set_taken(tx: Tx, opportunity_ids: Sequence[UUID]) -> int:
    return tx.run(
        """
        UPDATE opportunity.opportunity SET state = 'taken'
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND state = 'open'
        """,
        {"ids": list(opportunity_ids)},
    )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> int:
    """Forget everything about these customers."""
    return tx.run(
        "DELETE FROM opportunity.opportunity"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )


def set_over(tx: Tx, customer_ids: Sequence[UUID]) -> int:
    """Expire what is open of customers who answer no longer for themselves."""
    return tx.run(
        """
        UPDATE opportunity.opportunity SET state = 'expired', closed_at = %(now)s
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
          AND state IN ('open', 'taken')
        """,
        {"ids": list(customer_ids)},
    )
