"""Questions about credits, and the sums of a campaign's outcomes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from huitou.attribution.types import ChannelResult, Credit, CreditedSales, Moments
from huitou.base.db import ReadTx

_COLUMNS: LiteralString = """
    c.id, c.order_id, c.order_no, c.customer_id, c.unit_id, c.credited_unit_id, c.campaign_id,
    c.opportunity_id, c.task_id, c.message_id, c.staff_id, c.channel, c.model, c.window_days,
    c.amount_fen, c.refunded_fen, c.paid_at, c.position, c.evidence, c.at, c.withdrawn_at, c.version
    """


def list_credits(tx: ReadTx, ids: Sequence[UUID]) -> list[Credit]:
    """These credits, withdrawn ones too."""
    return tx.rows(
        Credit,
        sql.SQL(
            "SELECT {} FROM attribution.credit c"
            " WHERE c.merchant_id = %(merchant)s AND c.id = ANY(%(ids)s::uuid[]) ORDER BY c.id"
        ).format(sql.SQL(_COLUMNS)),
        {"ids": list(ids)},
    )


def list_standing(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Credit]:
    """The credits of these customers' orders that count."""
    return tx.rows(
        Credit,
        sql.SQL(
            "SELECT {} FROM attribution.credit c WHERE c.merchant_id = %(merchant)s"
            " AND c.customer_id = ANY(%(ids)s::uuid[]) AND c.withdrawn_at IS NULL ORDER BY c.id"
        ).format(sql.SQL(_COLUMNS)),
        {"ids": list(customer_ids)},
    )


def page_credits(
    tx: ReadTx, filters: dict[str, Any], before: tuple[datetime, UUID] | None, count_max: int
) -> list[Credit]:
    """Latest purchases first, in the scope: a person's own, or those of a subtree of units.

    `filters` holds customer, staff, unit_path, campaign, since, until, order; None is no filter.
    """
    return tx.rows(
        Credit,
        sql.SQL(
            """
            SELECT {} FROM attribution.credit c
            JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.credited_unit_id
            WHERE c.merchant_id = %(merchant)s AND c.withdrawn_at IS NULL
                AND (%(customer)s::uuid IS NULL OR c.customer_id = %(customer)s)
                AND (%(staff)s::uuid IS NULL OR c.staff_id = %(staff)s)
                AND (%(campaign)s::uuid IS NULL OR c.campaign_id = %(campaign)s)
                AND (%(order)s::uuid IS NULL OR c.order_id = %(order)s)
                AND (%(since)s::timestamptz IS NULL OR c.paid_at >= %(since)s)
                AND (%(until)s::timestamptz IS NULL OR c.paid_at < %(until)s)
                AND base.in_scope(u.path, %(unit_path)s)
                AND CASE WHEN %(scope_staff)s::uuid IS NULL
                    THEN base.in_scope(u.path, %(scope_path)s)
                    ELSE c.staff_id = %(scope_staff)s END
                AND (%(before_at)s::timestamptz IS NULL
                    OR (c.paid_at, c.id) < (%(before_at)s, %(before_id)s::uuid))
            ORDER BY c.paid_at DESC, c.id DESC LIMIT %(count_max)s
            """
        ).format(sql.SQL(_COLUMNS)),
        {
            **filters,
            "before_at": before[0] if before else None,
            "before_id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def campaign_names(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of these campaigns."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        "SELECT id, name FROM campaign.campaign"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])",
        {"ids": list(ids)},
    )
    return {row["id"]: row["name"] for row in found}


def find_reason(tx: ReadTx, order_id: UUID) -> str | None:
    """Why the order is credited to nobody, if the asker may see the order."""
    found: str | None = tx.value(
        """
        SELECT n.reason FROM attribution.uncredited n
        JOIN merchant.unit u ON u.merchant_id = n.merchant_id AND u.id = n.unit_id
        WHERE n.merchant_id = %(merchant)s AND n.order_id = %(order)s
            AND CASE WHEN %(scope_staff)s::uuid IS NULL
                THEN base.in_scope(u.path, %(scope_path)s)
                ELSE EXISTS (
                    SELECT FROM profile.customer c
                    WHERE c.merchant_id = n.merchant_id AND c.customer_id = n.customer_id
                        AND c.owner_staff_id = %(scope_staff)s) END
        """,
        {"order": order_id},
    )
    return found


def sum_staff(tx: ReadTx, staff_id: UUID, since: datetime, until: datetime) -> CreditedSales:
    """What is credited to one member of staff for orders paid in [since, until)."""
    found = tx.row(
        CreditedSales,
        """
        SELECT coalesce(sum(amount_fen - refunded_fen), 0)::bigint AS net_fen,
            count(*) AS order_count, count(DISTINCT customer_id) AS customer_count
        FROM attribution.credit
        WHERE merchant_id = %(merchant)s AND staff_id = %(staff)s AND withdrawn_at IS NULL
            AND paid_at >= %(since)s AND paid_at < %(until)s
        """,
        {"staff": staff_id, "since": since, "until": until},
    )
    assert found is not None
    return found


def sum_channels(tx: ReadTx, campaign_id: UUID, *, left_within: timedelta) -> list[ChannelResult]:
    """What came of the campaign's messages, channel by channel, the most used first. In the scope."""
    return tx.rows(
        ChannelResult,
        """
        WITH message AS (
            SELECT m.id, m.channel, m.customer_id, m.state, m.submitted_at, m.delivered_at, m.opened_at,
                EXISTS (SELECT FROM identity.customer r
                        JOIN reach.suppression s ON s.merchant_id = r.merchant_id
                            AND s.customer_id = r.id AND s.channel = m.channel
                        WHERE r.merchant_id = m.merchant_id AND r.root_id = m.customer_id
                          AND s.at >= m.delivered_at
                          AND s.at < m.delivered_at + %(left_within)s::interval) AS has_left
            FROM reach.message m
            LEFT JOIN profile.customer c
                ON c.merchant_id = m.merchant_id AND c.customer_id = m.customer_id
            LEFT JOIN merchant.unit u
                ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
            WHERE m.merchant_id = %(merchant)s AND m.campaign_id = %(campaign)s AND NOT m.is_test
              AND CASE WHEN %(scope_staff)s::uuid IS NULL
                  THEN base.in_scope(u.path, %(scope_path)s)
                  ELSE c.owner_staff_id = %(scope_staff)s END
        ), credit AS (
            SELECT message_id, count(*) AS orders, sum(amount_fen - refunded_fen) AS amount_fen
            FROM attribution.credit
            WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND withdrawn_at IS NULL
            GROUP BY message_id
        )
        SELECT m.channel, count(*)::int AS planned, count(m.submitted_at)::int AS sent,
            count(m.delivered_at)::int AS delivered, count(m.opened_at)::int AS opened,
            count(*) FILTER (WHERE m.state = 'failed')::int AS failed,
            count(DISTINCT m.customer_id) FILTER (WHERE c.orders > 0)::int AS buyers,
            coalesce(sum(c.orders), 0)::int AS orders,
            coalesce(sum(c.amount_fen), 0)::bigint AS amount_fen,
            count(DISTINCT m.customer_id) FILTER (WHERE m.has_left)::int AS left
        FROM message m LEFT JOIN credit c ON c.message_id = m.id
        GROUP BY m.channel ORDER BY planned DESC, m.channel
        """,
        {"campaign": campaign_id, "left_within": left_within},
    )


def sum_outcomes(
    tx: ReadTx, campaign_id: UUID, *, before: timedelta, after: timedelta
) -> dict[str, Moments]:
    """The sums over each arm's net spend before and after assignment; a merged customer is one.

    In the scope: customers of a subtree of units, or of a person's book.
    """
    found: list[dict[str, Any]] = tx.rows(
        dict,
        """
        WITH assigned AS (
            SELECT DISTINCT ON (i.root_id) i.root_id AS customer_id, a.arm, a.at
            FROM campaign.candidate a
            JOIN identity.customer i
                ON i.merchant_id = a.merchant_id AND i.id = a.first_customer_id
            LEFT JOIN profile.customer c
                ON c.merchant_id = i.merchant_id AND c.customer_id = i.root_id
            LEFT JOIN merchant.unit u
                ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
            WHERE a.merchant_id = %(merchant)s AND a.campaign_id = %(campaign)s
                AND a.arm IN ('treated', 'holdout')
                AND CASE WHEN %(scope_staff)s::uuid IS NULL
                    THEN base.in_scope(u.path, %(scope_path)s)
                    ELSE c.owner_staff_id = %(scope_staff)s END
            ORDER BY i.root_id, a.at, a.first_customer_id
        ), outcome AS (
            SELECT g.arm,
                coalesce(sum(p.paid_fen - p.refunded_fen) FILTER (WHERE p.paid_at < g.at), 0) AS b,
                coalesce(sum(p.paid_fen - p.refunded_fen) FILTER (WHERE p.paid_at >= g.at), 0) AS a
            FROM assigned g
            LEFT JOIN "order".purchase p
                ON p.merchant_id = %(merchant)s AND p.customer_id = g.customer_id
                AND p.paid_at >= g.at - %(before)s::interval
                AND p.paid_at < least(g.at + %(after)s::interval, %(now)s)
            GROUP BY g.customer_id, g.arm
        )
        SELECT arm, count(*) AS count, count(*) FILTER (WHERE a > 0) AS buyers,
            count(*) FILTER (WHERE b > 0) AS buyers_before, sum(b) AS before, sum(a) AS after,
            sum(b * b) AS before_squared, sum(a * a) AS after_squared, sum(a * b) AS product
        FROM outcome GROUP BY arm
        """,
        {"campaign": campaign_id, "before": before, "after": after},
    )
    return {
        row.pop("arm"): Moments(**{name: int(value) for name, value in row.items()})
        for row in found
    }
