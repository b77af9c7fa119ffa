"""RFM scores: the values that decide, the scores of all customers, what those with equal ones buy."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from huitou.base.db import ReadTx, Tx
from huitou.order.types import ScoredGroup, StagePolicy


@dataclass(frozen=True, slots=True)
class Ranked:
    """The values at some places of the ordered days, orders and yuan."""

    days: list[int]
    orders: list[int]
    yuan: list[float]


@dataclass(frozen=True, slots=True)
class Edges:
    """The four edges of the five bins of each measure."""

    days: list[float]
    orders: list[float]
    yuan: list[float]


def count_totals(tx: ReadTx) -> int:
    """How many customers bought."""
    count: int = tx.value("""SELECT count(*) FROM "order".total WHERE merchant_id = %(merchant)s""")
    return count


def count_scored(tx: ReadTx, at_most: int) -> tuple[int, int]:
    """How many bought, and of how many of them it is known where they stand; no more than `at_most` are looked at."""
    found: list[dict[str, int]] = tx.rows(
        dict,
        """
        SELECT count(*) AS bought, count(share_before_bp) AS scored
        FROM (SELECT share_before_bp FROM "order".total
              WHERE merchant_id = %(merchant)s LIMIT %(at_most)s) t
        """,
        {"at_most": at_most},
    )
    return found[0]["bought"], found[0]["scored"]


def rank_totals(tx: ReadTx, ranks: Sequence[int], count: int, zone: str) -> Ranked:
    """What stands at the places `ranks` (from 1) of `count` customers. Days are local ones.

    `percentile_disc` takes the value at ceil(share * count): half a place below the one wanted is
    safe from rounding.
    """
    found = tx.row(
        Ranked,
        """
        SELECT percentile_disc(%(at)s::float8[]) WITHIN GROUP (
                   ORDER BY (%(now)s AT TIME ZONE %(zone)s)::date
                            - (last_paid_at AT TIME ZONE %(zone)s)::date) AS days,
               percentile_disc(%(at)s::float8[]) WITHIN GROUP (ORDER BY order_count) AS orders,
               percentile_disc(%(at)s::float8[]) WITHIN GROUP (ORDER BY paid_fen / 100.0::float8)
                   AS yuan
        FROM "order".total WHERE merchant_id = %(merchant)s
        """,
        {"at": [(rank - 0.5) / count for rank in ranks], "zone": zone},
    )
    assert found is not None, "an aggregate has a row"
    return found


def set_scores(tx: Tx, policy: StagePolicy, edges: Edges, zone: str) -> int:
    """Scores by the edges of the bins, stages and shares of all customers; how many changed."""
    return tx.run(
        """
        WITH summed AS (
            SELECT customer_id, order_count, paid_fen, last_paid_at,
                   (%(now)s AT TIME ZONE %(zone)s)::date
                       - (last_paid_at AT TIME ZONE %(zone)s)::date AS days,
                   sum(paid_fen) OVER (ORDER BY paid_fen DESC, customer_id) - paid_fen
                       AS better_fen,
                   nullif(sum(paid_fen) OVER (), 0) AS all_fen
            FROM "order".total WHERE merchant_id = %(merchant)s),
        scored AS (
            SELECT customer_id,
                   "order".stage(order_count, last_paid_at, %(now)s, %(active_days)s, %(lost_days)s,
                                 %(loyal_orders)s) AS stage,
                   (5 - width_bucket(days::float8, %(days)s::float8[]))::smallint AS r,
                   (1 + width_bucket(order_count::float8, %(orders)s::float8[]))::smallint AS f,
                   (1 + width_bucket(paid_fen / 100.0::float8, %(yuan)s::float8[]))::smallint AS m,
                   100 * floor(100 * better_fen / all_fen)::int AS share_before_bp
            FROM summed)
        UPDATE "order".total t SET r = s.r, f = s.f, m = s.m, stage = s.stage,
                                   share_before_bp = s.share_before_bp
        FROM scored s
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = s.customer_id
          AND (t.r, t.f, t.m, t.stage, t.share_before_bp)
              IS DISTINCT FROM (s.r, s.f, s.m, s.stage, s.share_before_bp)
        """,
        asdict(policy) | asdict(edges) | {"zone": zone},
    )


def sum_scores(tx: ReadTx) -> list[ScoredGroup]:
    """Customers in the scope by their three scores: at most 125 groups."""
    return tx.rows(
        ScoredGroup,
        """
        SELECT t.r, t.f, t.m, count(*) AS customer_count, sum(t.order_count) AS order_count,
               sum(t.paid_fen)::bigint AS paid_fen
        FROM "order".total t
        LEFT JOIN profile.customer p
            ON p.merchant_id = t.merchant_id AND p.customer_id = t.customer_id
        LEFT JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = p.home_unit_id
        WHERE t.merchant_id = %(merchant)s AND t.r IS NOT NULL
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
        GROUP BY t.r, t.f, t.m
        """,
    )
