"""Sums over the rooms below, in the scope: a subtree of units, or a person's own work."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from huitou.base.db import ReadTx
from huitou.insight.types import BehindRow, CampaignRef, Sold, Stage, Work

_IN_SCOPE: LiteralString = """
    base.in_scope(u.path, %(unit_path)s)
    AND CASE WHEN %(scope_staff)s::uuid IS NULL
        THEN base.in_scope(u.path, %(scope_path)s)
        ELSE x.staff_id = %(scope_staff)s END
    AND (%(campaign)s::uuid IS NULL OR x.campaign_id = %(campaign)s)
    AND (%(staff)s::uuid IS NULL OR x.staff_id = %(staff)s)
    """
_IS_CARE: LiteralString = "NOT x.is_test AND x.purpose = 'marketing'"
_MESSAGE_SPANS: LiteralString = """
    x.{column} IS NOT NULL
    AND (%(since)s::timestamptz IS NULL OR x.{column} >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR x.{column} < %(until)s)
    """


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; None is no narrowing. `unit_path` stands for its subtree."""

    unit_path: str | None = None
    staff_id: UUID | None = None
    campaign_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def params(self) -> dict[str, Any]:
        return {
            "unit_path": self.unit_path,
            "staff": self.staff_id,
            "campaign": self.campaign_id,
            "since": self.since,
            "until": self.until,
        }


def _span(column: LiteralString) -> sql.Composed:
    return sql.SQL(_MESSAGE_SPANS).format(column=sql.Identifier(column))


def sum_sold(tx: ReadTx, filters: Filters) -> Sold:
    """Orders paid in the span; a person's own are those of the customers in their book."""
    found = tx.row(
        Sold,
        """
        SELECT count(*)::int AS orders, count(DISTINCT p.customer_id)::int AS customers,
            count(DISTINCT t.customer_id)::int AS new_customers
        FROM "order".purchase p
        JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.unit_id
        LEFT JOIN "order".total t ON t.merchant_id = p.merchant_id
            AND t.customer_id = p.customer_id
            AND t.first_paid_at >= %(since)s AND t.first_paid_at < %(until)s
        WHERE p.merchant_id = %(merchant)s AND p.paid_at >= %(since)s AND p.paid_at < %(until)s
            AND base.in_scope(u.path, %(unit_path)s)
            AND CASE WHEN %(scope_staff)s::uuid IS NULL
                THEN base.in_scope(u.path, %(scope_path)s)
                ELSE EXISTS (
                    SELECT FROM profile.customer c
                    WHERE c.merchant_id = p.merchant_id AND c.customer_id = p.customer_id
                        AND c.owner_staff_id = %(scope_staff)s) END
        """,
        filters.params(),
    )
    assert found is not None
    return found


def sum_work(tx: ReadTx, filters: Filters) -> list[Work]:
    """Tasks, messages, credits and commissions by unit and associate; parts are to be joined."""
    return [
        *_sum_tasks(tx, filters),
        *_sum_messages(tx, filters),
        *_sum_credits(tx, filters),
        *_sum_commissions(tx, filters),
    ]


def _sum_tasks(tx: ReadTx, filters: Filters) -> list[Work]:
    return tx.rows(
        Work,
        sql.SQL(
            """
            SELECT x.unit_id, x.staff_id, count(*)::int AS tasks
            FROM associate.task x
            JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.unit_id
            WHERE x.merchant_id = %(merchant)s AND {} AND {}
            GROUP BY x.unit_id, x.staff_id
            """
        ).format(sql.SQL(_IN_SCOPE), _span("created_at")),
        filters.params(),
    )


def _sum_messages(tx: ReadTx, filters: Filters) -> list[Work]:
    return tx.rows(
        Work,
        sql.SQL(
            """
            SELECT x.unit_id, x.staff_id,
                (count(*) FILTER (WHERE {submitted}))::int AS sent,
                (count(*) FILTER (WHERE {delivered}))::int AS delivered,
                (count(*) FILTER (WHERE {opened}))::int AS opened
            FROM reach.message x
            LEFT JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.unit_id
            WHERE x.merchant_id = %(merchant)s AND {is_care} AND {in_scope}
                AND ({submitted} OR {delivered} OR {opened})
            GROUP BY x.unit_id, x.staff_id
            """
        ).format(
            is_care=sql.SQL(_IS_CARE),
            in_scope=sql.SQL(_IN_SCOPE),
            submitted=_span("submitted_at"),
            delivered=_span("delivered_at"),
            opened=_span("opened_at"),
        ),
        filters.params(),
    )


def _sum_credits(tx: ReadTx, filters: Filters) -> list[Work]:
    return tx.rows(
        Work,
        sql.SQL(
            """
            SELECT x.credited_unit_id AS unit_id, x.staff_id,
                count(DISTINCT x.customer_id)::int AS bought, count(*)::int AS orders,
                sum(x.amount_fen - x.refunded_fen)::bigint AS amount_fen
            FROM attribution.credit x
            JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.credited_unit_id
            WHERE x.merchant_id = %(merchant)s AND x.withdrawn_at IS NULL AND {} AND {}
            GROUP BY x.credited_unit_id, x.staff_id
            """
        ).format(sql.SQL(_IN_SCOPE), _span("paid_at")),
        filters.params(),
    )


def _sum_commissions(tx: ReadTx, filters: Filters) -> list[Work]:
    return tx.rows(
        Work,
        sql.SQL(
            """
            SELECT x.unit_id, x.staff_id,
                sum(x.amount_fen - x.reversed_fen)::bigint AS commission_fen
            FROM commission.line x
            JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.unit_id
            WHERE x.merchant_id = %(merchant)s AND {} AND {}
            GROUP BY x.unit_id, x.staff_id
            """
        ).format(sql.SQL(_IN_SCOPE), _span("at")),
        filters.params(),
    )


def sum_credited_days(tx: ReadTx, filters: Filters, zone: str) -> dict[date, int]:
    """Credited net fen by the local day of payment."""
    found: list[dict[str, Any]] = tx.rows(
        dict,
        sql.SQL(
            """
            SELECT (x.paid_at AT TIME ZONE %(zone)s)::date AS day,
                sum(x.amount_fen - x.refunded_fen)::bigint AS fen
            FROM attribution.credit x
            JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.credited_unit_id
            WHERE x.merchant_id = %(merchant)s AND x.withdrawn_at IS NULL AND {} AND {}
            GROUP BY 1
            """
        ).format(sql.SQL(_IN_SCOPE), _span("paid_at")),
        {**filters.params(), "zone": zone},
    )
    return {row["day"]: row["fen"] for row in found}


def list_campaigns(tx: ReadTx, since: datetime | None, limit: int) -> list[CampaignRef]:
    """Campaigns published from `since` on, latest first."""
    return tx.rows(
        CampaignRef,
        """
        SELECT id, name, published_at FROM campaign.campaign
        WHERE merchant_id = %(merchant)s AND published_at IS NOT NULL
            AND (%(since)s::timestamptz IS NULL OR published_at >= %(since)s)
        ORDER BY published_at DESC, id LIMIT %(limit)s
        """,
        {"since": since, "limit": limit},
    )


_TASKS: LiteralString = """
    SELECT x.merchant_id, x.id, x.customer_id, x.unit_id, x.staff_id, x.campaign_id,
        x.id AS task_id, x.message_id, NULL::uuid AS order_id, NULL::text AS order_no,
        NULL::text AS channel, NULL::bigint AS amount_fen, x.created_at AS at
    FROM associate.task x
    """
_MESSAGES: LiteralString = """
    SELECT x.merchant_id, x.id, x.customer_id, x.unit_id, x.staff_id, x.campaign_id,
        x.task_id, x.id AS message_id, NULL::uuid AS order_id, NULL::text AS order_no,
        x.channel, NULL::bigint AS amount_fen, x.{column} AS at
    FROM reach.message x WHERE {is_care} AND x.{column} IS NOT NULL
    """
_CREDITS: LiteralString = """
    SELECT x.merchant_id, x.id, x.customer_id, x.credited_unit_id AS unit_id, x.staff_id,
        x.campaign_id, x.task_id, x.message_id, x.order_id, x.order_no, x.channel,
        x.amount_fen - x.refunded_fen AS amount_fen, x.paid_at AS at
    FROM attribution.credit x WHERE x.withdrawn_at IS NULL
    """
_BEHIND: dict[Stage, tuple[LiteralString, LiteralString]] = {
    "tasks": (_TASKS, "created_at"),
    "sent": (_MESSAGES, "submitted_at"),
    "delivered": (_MESSAGES, "delivered_at"),
    "opened": (_MESSAGES, "opened_at"),
    "bought": (_CREDITS, "paid_at"),
}


def list_behind(
    tx: ReadTx,
    stage: Stage,
    filters: Filters,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[BehindRow]:
    """What a number of the funnel counts, latest first."""
    source, column = _BEHIND[stage]
    return tx.rows(
        BehindRow,
        sql.SQL(
            """
            SELECT x.id, x.customer_id, x.unit_id, x.staff_id, x.campaign_id, x.task_id,
                x.message_id, x.order_id, x.order_no, x.channel, x.amount_fen, x.at
            FROM ({source}) x
            LEFT JOIN merchant.unit u ON u.merchant_id = x.merchant_id AND u.id = x.unit_id
            WHERE x.merchant_id = %(merchant)s AND {in_scope} AND {span}
                AND (%(before_at)s::timestamptz IS NULL
                    OR (x.at, x.id) < (%(before_at)s, %(before_id)s::uuid))
            ORDER BY x.at DESC, x.id DESC LIMIT %(count_max)s
            """
        ).format(
            source=sql.SQL(source).format(column=sql.Identifier(column), is_care=sql.SQL(_IS_CARE)),
            in_scope=sql.SQL(_IN_SCOPE),
            span=_span("at"),
        ),
        {
            **filters.params(),
            "before_at": before[0] if before else None,
            "before_id": before[1] if before else None,
            "count_max": count_max,
        },
    )


def list_new_customers(
    tx: ReadTx,
    filters: Filters,
    before: tuple[datetime, UUID] | None,
    count_max: int,
) -> list[BehindRow]:
    """Whom `sum_sold` counts as new, each with their first order of the span, latest first."""
    return tx.rows(
        BehindRow,
        """
        SELECT x.id, x.customer_id, x.unit_id, NULL::uuid AS staff_id, NULL::uuid AS campaign_id,
            NULL::uuid AS task_id, NULL::uuid AS message_id, x.id AS order_id, x.order_no,
            NULL::text AS channel, x.paid_fen AS amount_fen, x.paid_at AS at
        FROM (
            SELECT DISTINCT ON (p.customer_id)
                p.id, p.customer_id, p.unit_id, p.order_no, p.paid_fen, p.paid_at
            FROM "order".total t
            JOIN "order".purchase p
                ON p.merchant_id = t.merchant_id AND p.customer_id = t.customer_id
            JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.unit_id
            WHERE t.merchant_id = %(merchant)s
                AND t.first_paid_at >= %(since)s AND t.first_paid_at < %(until)s
                AND p.paid_at >= %(since)s AND p.paid_at < %(until)s
                AND base.in_scope(u.path, %(unit_path)s)
                AND CASE WHEN %(scope_staff)s::uuid IS NULL
                    THEN base.in_scope(u.path, %(scope_path)s)
                    ELSE EXISTS (
                        SELECT FROM profile.customer c
                        WHERE c.merchant_id = p.merchant_id AND c.customer_id = p.customer_id
                            AND c.owner_staff_id = %(scope_staff)s) END
            ORDER BY p.customer_id, p.paid_at, p.id) x
        WHERE %(before_at)s::timestamptz IS NULL
            OR (x.paid_at, x.id) < (%(before_at)s, %(before_id)s::uuid)
        ORDER BY x.paid_at DESC, x.id DESC LIMIT %(count_max)s
        """,
        {
            **filters.params(),
            "before_at": before[0] if before else None,
            "before_id": before[1] if before else None,
            "count_max": count_max,
        },
    )
