"""SQL of findings and recommendations; whom rule tags reach and leave."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import LiteralString
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.tag.types import Finding, Found, Policy, RecommendationState

# What each customer did how often (`hits` of `total`), by kind and value. Orders and categories are
# running totals; prices, novelty and hours are read from the lines and orders, once for everybody.
# Everybody's share is of the orders (or lines) of all customers; `found` is who differs from it.
_FIND: LiteralString = """
    INSERT INTO pg_temp.tag_found
    WITH bought AS (
        SELECT t.customer_id, t.order_count FROM "order".total t
        JOIN profile.customer p ON p.merchant_id = t.merchant_id AND p.customer_id = t.customer_id
        WHERE t.merchant_id = %(merchant)s AND NOT p.no_profiling AND NOT p.under_14),
    categories AS (
        SELECT c.customer_id, 'category' AS kind, c.category_code AS value, c.order_count AS hits,
               b.order_count AS total
        FROM "order".category_total c JOIN bought b ON b.customer_id = c.customer_id
        WHERE c.merchant_id = %(merchant)s AND c.category_code <> 'unknown'),
    launched AS (
        SELECT sku, min(paid_at) AS at FROM "order".line WHERE merchant_id = %(merchant)s
        GROUP BY sku),
    opened AS (SELECT min(at) + make_interval(days => %(new_days)s) AS at FROM launched),
    lines AS (
        SELECT l.customer_id, count(*) AS total,
               count(*) FILTER (WHERE l.paid_fen < l.list_fen) AS cheap,
               count(*) FILTER (WHERE s.at > o.at
                   AND l.paid_at < s.at + make_interval(days => %(new_days)s)) AS new
        FROM "order".line l
        JOIN bought b ON b.customer_id = l.customer_id
        JOIN launched s ON s.sku = l.sku CROSS JOIN opened o
        WHERE l.merchant_id = %(merchant)s GROUP BY l.customer_id),
    hours AS (
        SELECT p.customer_id, extract(hour FROM p.paid_at AT TIME ZONE %(zone)s)::int AS hour,
               extract(isodow FROM p.paid_at AT TIME ZONE %(zone)s)::int AS weekday
        FROM "order".purchase p JOIN bought b ON b.customer_id = p.customer_id
        WHERE p.merchant_id = %(merchant)s),
    dayparts AS (
        SELECT customer_id, CASE
                   WHEN hour BETWEEN 5 AND 10 THEN 'morning' WHEN hour BETWEEN 11 AND 13 THEN 'noon'
                   WHEN hour BETWEEN 14 AND 16 THEN 'afternoon'
                   WHEN hour BETWEEN 17 AND 21 THEN 'evening' ELSE 'night' END AS value,
               count(*) AS hits
        FROM hours GROUP BY 1, 2),
    observed AS (
        SELECT customer_id, kind, value, hits, total FROM categories
        UNION ALL SELECT customer_id, 'price', '', cheap, total FROM lines
        UNION ALL SELECT customer_id, 'novelty', '', new, total FROM lines
        UNION ALL
        SELECT d.customer_id, 'daypart', d.value, d.hits, b.order_count
        FROM dayparts d JOIN bought b ON b.customer_id = d.customer_id
        UNION ALL
        SELECT h.customer_id, 'weekend', '', count(*) FILTER (WHERE h.weekday >= 6), count(*)
        FROM hours h GROUP BY h.customer_id),
    wholes AS (
        SELECT 'line' AS of, sum(total) AS total FROM lines
        UNION ALL SELECT 'order', sum(order_count) FROM bought),
    bases AS (
        SELECT o.kind, o.value, sum(o.hits)::float8 / nullif(max(w.total), 0)::float8 AS share
        FROM observed o
        JOIN wholes w ON w.of = CASE WHEN o.kind IN ('price', 'novelty') THEN 'line' ELSE 'order' END
        GROUP BY o.kind, o.value),
    judged AS (
        SELECT o.customer_id, o.kind, o.value, o.hits::int AS hits, o.total::int AS total,
               floor(10000 * b.share)::int AS base_bp,
               least(9999, floor(10000 / (1 + exp(-1.702 * least(20,
                   (o.hits::float8 / o.total - b.share)
                   / sqrt(b.share * (1 - b.share) / o.total))))))::int AS confidence_bp
        FROM observed o JOIN bases b ON b.kind = o.kind AND b.value = o.value
        WHERE b.share > 0 AND b.share < 1 AND o.hits >= %(hits_min)s
          AND o.hits * 10000 >= %(lift_min_bp)s * b.share * o.total)
    SELECT customer_id, kind, value, hits, total, base_bp, confidence_bp
    FROM judged WHERE confidence_bp >= %(confidence_min_bp)s
"""
_COLUMNS = {
    "customer_id": "uuid",
    "kind": "text",
    "value": "text",
    "hits": "int",
    "total": "int",
    "base_bp": "int",
    "confidence_bp": "int",
}


def set_findings(tx: Tx, policy: Policy, zone: str) -> int:
    """Everybody's findings of now; how many customers have others than before.

    The decision is `rules.is_finding`. Those who refused profiling and children have none.
    """
    tx.load("tag_found", _COLUMNS, [])
    tx.run(_FIND, asdict(policy) | {"zone": zone})
    changed = tx.run(
        """
        INSERT INTO tag.changed (merchant_id, customer_id)
        SELECT DISTINCT %(merchant)s::uuid, coalesce(n.customer_id, f.customer_id)
        FROM pg_temp.tag_found n
        FULL JOIN (SELECT * FROM tag.finding WHERE merchant_id = %(merchant)s) f
            ON f.customer_id = n.customer_id AND f.kind = n.kind AND f.value = n.value
        WHERE n.customer_id IS NULL OR f.customer_id IS NULL
        ON CONFLICT DO NOTHING
        """
    )
    tx.run("DELETE FROM tag.finding WHERE merchant_id = %(merchant)s")
    tx.run(
        """
        INSERT INTO tag.finding (merchant_id, customer_id, kind, value, hits, total, base_bp,
                                 confidence_bp)
        SELECT %(merchant)s, customer_id, kind, value, hits, total, base_bp, confidence_bp
        FROM pg_temp.tag_found
        """
    )
    return changed


def add_changed(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """Their trait is to be told."""
    tx.run(
        """
        INSERT INTO tag.changed (merchant_id, customer_id)
        SELECT %(merchant)s, id FROM unnest(%(ids)s::uuid[]) AS t (id) ON CONFLICT DO NOTHING
        """,
        {"ids": list(customer_ids)},
    )


def take_changed(tx: Tx, count_max: int) -> list[UUID]:
    """Some customers whose trait is to be told."""
    return tx.column(
        """
        DELETE FROM tag.changed c USING (
            SELECT customer_id FROM tag.changed WHERE merchant_id = %(merchant)s
            ORDER BY customer_id LIMIT %(limit)s) AS t
        WHERE c.merchant_id = %(merchant)s AND c.customer_id = t.customer_id
        RETURNING c.customer_id
        """,
        {"limit": count_max},
    )


def find_findings(tx: ReadTx, customer_ids: Iterable[UUID]) -> list[Finding]:
    """The surest first."""
    return tx.rows(
        Finding,
        """
        SELECT customer_id, kind, value, hits, total, base_bp, confidence_bp FROM tag.finding
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        ORDER BY confidence_bp DESC, kind, value
        """,
        {"ids": list(customer_ids)},
    )


def remove_findings(tx: Tx, customer_ids: Iterable[UUID]) -> list[UUID]:
    """Returns the customers of whom anything was said, or was to be said."""
    return tx.column(
        """
        WITH waiting AS (
            DELETE FROM tag.changed WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
            RETURNING customer_id),
        gone AS (
            DELETE FROM tag.finding WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
            RETURNING customer_id)
        SELECT customer_id FROM waiting UNION SELECT customer_id FROM gone
        """,
        {"ids": list(customer_ids)},
    )


def set_recommendations(tx: Tx, customers_min: int) -> None:
    """What the findings of now recommend; what was decided stays decided, with its numbers of now.
    Open ones that nobody has any more go."""
    tx.run(
        """
        WITH grouped AS (
            SELECT kind, value, count(*) AS customers, sum(hits) AS hits, sum(total) AS total,
                   max(base_bp) AS base_bp, avg(confidence_bp)::int AS confidence_bp
            FROM tag.finding WHERE merchant_id = %(merchant)s GROUP BY kind, value
            HAVING count(*) >= %(customers_min)s),
        gone AS (
            DELETE FROM tag.recommendation r
            WHERE r.merchant_id = %(merchant)s AND r.state = 'open' AND NOT EXISTS (
                SELECT FROM grouped g WHERE g.kind = r.kind AND g.value = r.value))
        INSERT INTO tag.recommendation AS r (merchant_id, id, kind, value, state, customer_count,
                                             hits, total, base_bp, confidence_bp, found_at)
        SELECT %(merchant)s, gen_random_uuid(), kind, value, 'open', customers, hits, total, base_bp,
               confidence_bp, %(now)s
        FROM grouped
        ON CONFLICT (merchant_id, kind, value) DO UPDATE SET
            customer_count = excluded.customer_count, hits = excluded.hits, total = excluded.total,
            base_bp = excluded.base_bp, confidence_bp = excluded.confidence_bp,
            found_at = excluded.found_at
        """,
        {"customers_min": customers_min},
    )


_RECOMMENDATIONS: LiteralString = """
    SELECT id, kind, value, state, customer_count, hits, total, base_bp, confidence_bp, found_at,
           tag_id
    FROM tag.recommendation WHERE merchant_id = %(merchant)s
"""


def list_recommendations(tx: ReadTx, state: RecommendationState) -> list[Found]:
    """The surest of many customers first."""
    return tx.rows(
        Found,
        _RECOMMENDATIONS + " AND state = %(state)s ORDER BY customer_count DESC, kind, value",
        {"state": state},
    )


def lock_recommendation(tx: Tx, id_: UUID) -> Found | None:
    return tx.row(Found, _RECOMMENDATIONS + " AND id = %(id)s FOR UPDATE", {"id": id_})


def set_decision(tx: Tx, id_: UUID, state: RecommendationState, tag_id: UUID | None) -> None:
    tx.run(
        """
        UPDATE tag.recommendation SET state = %(state)s, tag_id = %(tag)s, decided_by = %(by)s,
            decided_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": id_, "state": state, "tag": tag_id, "by": tx.principal},
    )


def list_without(tx: ReadTx, segment_id: UUID, name: str, count_max: int) -> list[UUID]:
    """Members of the segment who do not carry the tag."""
    return tx.column(
        """
        SELECT m.customer_id FROM segment.member m
        WHERE m.merchant_id = %(merchant)s AND m.segment_id = %(segment)s AND NOT EXISTS (
            SELECT FROM profile.tag t WHERE t.merchant_id = m.merchant_id
            AND t.customer_id = m.customer_id AND t.name = %(name)s)
        ORDER BY m.customer_id LIMIT %(limit)s
        """,
        {"segment": segment_id, "name": name, "limit": count_max},
    )


def list_beyond(tx: ReadTx, segment_id: UUID, name: str, source: str, count_max: int) -> list[UUID]:
    """Who carries the tag by the rule and is no member any more."""
    return tx.column(
        """
        SELECT t.customer_id FROM profile.tag t
        WHERE t.merchant_id = %(merchant)s AND t.name = %(name)s AND t.source = %(source)s
          AND NOT EXISTS (
            SELECT FROM segment.member m WHERE m.merchant_id = t.merchant_id
            AND m.segment_id = %(segment)s AND m.customer_id = t.customer_id)
        ORDER BY t.customer_id LIMIT %(limit)s
        """,
        {"segment": segment_id, "name": name, "source": source, "limit": count_max},
    )


def list_carriers(tx: ReadTx, name: str, source: str, count_max: int) -> list[UUID]:
    """Who carries a tag by a source."""
    return tx.column(
        """
        SELECT customer_id FROM profile.tag
        WHERE merchant_id = %(merchant)s AND name = %(name)s AND source = %(source)s
        ORDER BY customer_id LIMIT %(limit)s
        """,
        {"name": name, "source": source, "limit": count_max},
    )
