"""What privileges gave out, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import ReadTx, Tx


def list_entitled(
    tx: ReadTx,
    *,
    tier: str,
    gift: str,
    period: str,
    birth_month: int | None,
    among: Sequence[UUID] | None,
    count_max: int,
) -> list[UUID]:
    """Customers of a tier for whom nobody merged into them had the gift in the period yet: all, or
    those `among` these; with `birth_month` those born in it."""
    return tx.column(
        """
        SELECT m.customer_id
        FROM benefit.membership m
        LEFT JOIN profile.customer p
            ON p.merchant_id = m.merchant_id AND p.customer_id = m.customer_id
        WHERE m.merchant_id = %(merchant)s AND m.tier = %(tier)s
          AND (%(among)s::uuid[] IS NULL OR m.customer_id = ANY(%(among)s))
          AND (%(month)s::int IS NULL OR p.birth_month = %(month)s)
          AND NOT EXISTS (
              SELECT FROM identity.customer c
              JOIN benefit.tier_gift g ON g.merchant_id = c.merchant_id AND g.customer_id = c.id
              WHERE c.merchant_id = m.merchant_id AND c.root_id = m.customer_id
                AND g.gift = %(gift)s AND g.period = %(period)s)
        ORDER BY m.customer_id LIMIT %(count_max)s
        """,
        {
            "tier": tier,
            "gift": gift,
            "period": period,
            "month": birth_month,
            "among": None if among is None else list(among),
            "count_max": count_max,
        },
    )


def add_gifts(tx: Tx, outcomes: Mapping[UUID, str], *, tier: str, gift: str, period: str) -> None:
    """What became of giving it."""
    tx.run(
        """
        INSERT INTO benefit.tier_gift
            (merchant_id, customer_id, gift, period, tier, outcome, at)
        SELECT %(merchant)s, t.id, %(gift)s, %(period)s, %(tier)s, t.outcome, %(now)s
        FROM unnest(%(ids)s::uuid[], %(outcomes)s::text[]) AS t (id, outcome)
        ON CONFLICT (merchant_id, customer_id, gift, period) DO NOTHING
        """,
        {
            "ids": list(outcomes),
            "outcomes": list(outcomes.values()),
            "tier": tier,
            "gift": gift,
            "period": period,
        },
    )


def list_gifts(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[dict[str, object]]:
    """What these customers were given, latest first."""
    return tx.rows(
        dict,
        """
        SELECT gift, period, tier, outcome, at FROM benefit.tier_gift
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) ORDER BY at DESC, gift
        """,
        {"ids": list(customer_ids)},
    )
