"""Whom a campaign is about, what was decided about them, and who is still to be reached."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import sql

from huitou.base.db import ReadTx, Tx
from huitou.campaign.types.candidates import Arm, Assignment, Person, Verdict
from huitou.campaign.types.plans import Counts


def list_people(tx: ReadTx, customer_ids: Sequence[UUID], campaign_id: UUID | None) -> list[Person]:
    """What is asked about customers before a decision, in the order of `customer_ids`.

    A task of another campaign counts while it is open or waits for its confirmation.
    """
    return tx.rows(
        Person,
        """
        SELECT i.id AS customer_id, i.ordinal, i.state = 'forgotten' AS is_forgotten,
               coalesce(c.no_profiling, false) AS no_profiling,
               coalesce(c.under_14, false) AS under_14,
               EXISTS (SELECT FROM associate.task t
                       WHERE t.merchant_id = i.merchant_id AND t.customer_id = i.id
                         AND t.state IN ('open', 'awaiting_confirmation')
                         AND t.campaign_id IS DISTINCT FROM %(campaign)s) AS has_other_task,
               s.id AS owner_id, coalesce(s.unit_id, c.home_unit_id) AS unit_id,
               coalesce(s.is_away, false) AS is_owner_away
        FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, no)
        JOIN identity.customer i ON i.merchant_id = %(merchant)s AND i.id = asked.id
        LEFT JOIN profile.customer c ON c.merchant_id = i.merchant_id AND c.customer_id = i.id
        LEFT JOIN merchant.staff s ON s.merchant_id = c.merchant_id AND s.id = c.owner_staff_id
            AND s.is_active
        ORDER BY asked.no
        """,
        {"ids": list(customer_ids), "campaign": campaign_id},
    )


def list_favourites(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The up to four SKUs each customer bought most in the last year."""
    rows = tx.rows(
        dict,
        """
        SELECT customer_id, array_agg(sku ORDER BY rank) AS skus FROM (
            SELECT l.customer_id, l.sku, row_number() OVER (
                       PARTITION BY l.customer_id ORDER BY count(*) DESC, l.sku) AS rank
            FROM "order".line l
            JOIN catalog.product p ON p.merchant_id = l.merchant_id AND p.sku = l.sku
                AND p.is_listed AND p.is_known
            WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(ids)s)
              AND l.paid_at > %(now)s - interval '365 days' AND l.paid_at <= %(now)s
            GROUP BY l.customer_id, l.sku) ranked
        WHERE rank <= 4 GROUP BY customer_id
        """,
        {"ids": list(customer_ids)},
    )
    return {row["customer_id"]: row["skus"] for row in rows}


def add_pending(tx: Tx, campaign_id: UUID, audience: Sequence[tuple[UUID, UUID | None]]) -> int:
    """Everyone who is to be decided about, in order: `(customer, opportunity)`. Again is no change."""
    tx.load(
        "audience",
        {"place": "int", "customer_id": "uuid", "opportunity_id": "uuid"},
        [(place, *one) for place, one in enumerate(audience)],
    )
    return tx.run(
        """
        INSERT INTO campaign.candidate (merchant_id, campaign_id, first_customer_id, customer_id,
                                        arm, opportunity_id, at, place)
        SELECT %(merchant)s, %(campaign)s, customer_id, customer_id, 'pending', opportunity_id,
               %(now)s, place
        FROM pg_temp.audience
        ON CONFLICT DO NOTHING
        """,
        {"campaign": campaign_id},
    )


UNFIT = sql.SQL(
    """
    CASE WHEN k.state = 'forgotten' THEN 'forgotten' WHEN p.under_14 THEN 'under_14'
         WHEN p.no_profiling THEN 'no_profiling' END
    """
)
"""Why nothing may be made of a customer `k` with the profile `p`; NULL where it may."""


def exclude_unfit(tx: Tx, campaign_id: UUID) -> int:
    """Leave those out of whom nothing may be made, whatever the channel says (`verdicts.forbidden`)."""
    query = sql.SQL(
        """
        UPDATE campaign.candidate c SET arm = 'excluded', at = %(now)s, reason = {}
        FROM identity.customer k
        LEFT JOIN profile.customer p ON p.merchant_id = k.merchant_id AND p.customer_id = k.id
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s AND c.arm = 'pending'
          AND k.merchant_id = c.merchant_id AND k.id = c.customer_id
          AND (k.state = 'forgotten' OR p.under_14 OR p.no_profiling)
        """
    )
    return tx.run(query.format(UNFIT), {"campaign": campaign_id})


def list_pending_ordinals(tx: ReadTx, campaign_id: UUID) -> list[int]:
    """Who is to be decided about, by ordinal."""
    return tx.column(
        """
        SELECT k.ordinal FROM campaign.candidate c
        JOIN identity.customer k
            ON k.merchant_id = c.merchant_id AND k.id = c.first_customer_id
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s AND c.arm = 'pending'
        """,
        {"campaign": campaign_id},
    )


def set_arm(
    tx: Tx, campaign_id: UUID, ordinals: Sequence[int], arm: str, reason: str | None
) -> int:
    """What was decided about all of these."""
    return tx.run(
        """
        UPDATE campaign.candidate c SET arm = %(arm)s, reason = %(reason)s, at = %(now)s
        FROM identity.customer k
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s AND c.arm = 'pending'
          AND k.merchant_id = c.merchant_id AND k.id = c.first_customer_id
          AND k.ordinal = ANY(%(ordinals)s)
        """,
        {"campaign": campaign_id, "ordinals": list(ordinals), "arm": arm, "reason": reason},
    )


def list_pending(
    tx: ReadTx, campaign_id: UUID, count_max: int
) -> list[tuple[UUID, UUID, UUID | None]]:
    """`(first customer, customer who answers now, opportunity)`, as they were given."""
    rows = tx.rows(
        dict,
        """
        SELECT first_customer_id, customer_id, opportunity_id FROM campaign.candidate
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND arm = 'pending'
        ORDER BY place, first_customer_id LIMIT %(count_max)s
        """,
        {"campaign": campaign_id, "count_max": count_max},
    )
    return [(r["first_customer_id"], r["customer_id"], r["opportunity_id"]) for r in rows]


def set_decided(
    tx: Tx,
    campaign_id: UUID,
    verdicts: Sequence[tuple[UUID, Verdict]],
    task_ids: Mapping[UUID, UUID],
) -> int:
    """Keep what was decided: `(first customer, verdict)`, and customer → task."""
    tx.load(
        "verdict",
        {
            "first_id": "uuid",
            "arm": "text",
            "reason": "text",
            "staff_id": "uuid",
            "opportunity_id": "uuid",
            "task_id": "uuid",
        },
        [
            (first, v.arm, v.reason, v.staff_id, v.opportunity_id, task_ids.get(v.customer_id))
            for first, v in verdicts
        ],
    )
    return tx.run(
        """
        UPDATE campaign.candidate c
        SET arm = v.arm, reason = v.reason, staff_id = v.staff_id,
            opportunity_id = v.opportunity_id, task_id = v.task_id, at = %(now)s
        FROM pg_temp.verdict v
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s
          AND c.first_customer_id = v.first_id AND c.arm = 'pending'
        """,
        {"campaign": campaign_id},
    )


def count_arms(tx: ReadTx, campaign_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    rows = tx.rows(
        dict,
        """
        SELECT campaign_id, count(*)::int AS candidates,
               count(*) FILTER (WHERE arm = 'pending')::int AS pending,
               count(*) FILTER (WHERE arm = 'treated')::int AS treated,
               count(*) FILTER (WHERE arm = 'holdout')::int AS holdout,
               count(*) FILTER (WHERE arm = 'excluded')::int AS excluded
        FROM campaign.candidate
        WHERE merchant_id = %(merchant)s AND campaign_id = ANY(%(ids)s) GROUP BY campaign_id
        """,
        {"ids": list(campaign_ids)},
    )
    return {row.pop("campaign_id"): Counts(**row) for row in rows}


def count_reasons(tx: ReadTx, campaign_id: UUID, arm: Arm) -> list[tuple[str, int]]:
    rows = tx.rows(
        dict,
        """
        SELECT reason, count(*)::int AS count FROM campaign.candidate
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND arm = %(arm)s
          AND reason IS NOT NULL
        GROUP BY reason ORDER BY count DESC, reason
        """,
        {"campaign": campaign_id, "arm": arm},
    )
    return [(row["reason"], row["count"]) for row in rows]


def count_work(tx: ReadTx, campaign_id: UUID) -> dict[str, Any]:
    """Tasks, and messages that went by themselves, by state; customers reached, associates and those
    unsent."""
    found = tx.row(
        dict,
        """
        SELECT (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
                    SELECT state, count(*) AS n FROM associate.task
                    WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
                    GROUP BY state) t) AS tasks,
               (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
                    SELECT m.state, count(*) AS n FROM campaign.passage p
                    JOIN reach.message m
                        ON m.merchant_id = p.merchant_id AND m.id = p.message_id
                    WHERE p.merchant_id = %(merchant)s AND p.campaign_id = %(campaign)s
                      AND m.channel <> 'wecom'
                    GROUP BY m.state) t) AS messages,
               (SELECT count(DISTINCT customer_id)::int FROM reach.message
                WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
                  AND state = 'delivered') AS reached,
               (SELECT count(DISTINCT staff_id)::int FROM associate.task
                WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s) AS associates,
               (SELECT count(DISTINCT staff_id)::int FROM associate.task
                WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
                  AND state = 'open') AS associates_unsent
        """,
        {"campaign": campaign_id},
    )
    assert found is not None
    return found


def list_workload(tx: ReadTx, campaign_id: UUID) -> dict[UUID, int]:
    """Associate → open tasks of the campaign."""
    rows = tx.rows(
        dict,
        """
        SELECT staff_id, count(*)::int AS count FROM associate.task
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s AND state = 'open'
        GROUP BY staff_id
        """,
        {"campaign": campaign_id},
    )
    return {row["staff_id"]: row["count"] for row in rows}


def list_assignments(tx: ReadTx, campaign_id: UUID) -> list[Assignment]:
    return tx.rows(
        Assignment,
        """
        SELECT DISTINCT ON (customer_id) customer_id, arm, at FROM campaign.candidate
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
          AND arm IN ('treated', 'holdout')
        ORDER BY customer_id, arm DESC, first_customer_id
        """,
        {"campaign": campaign_id},
    )


def list_candidates(
    tx: ReadTx,
    campaign_id: UUID,
    *,
    arm: Arm | None,
    reason: str | None,
    customer_id: UUID | None,
    after: UUID | None,
    count_max: int,
) -> list[dict[str, Any]]:
    """By the customer's first id, in the scope."""
    return tx.rows(
        dict,
        """
        SELECT c.first_customer_id, c.customer_id, i.ordinal, p.name_sealed, c.arm, c.reason,
               c.staff_id, c.opportunity_id, c.task_id, c.at
        FROM campaign.candidate c
        JOIN identity.customer i ON i.merchant_id = c.merchant_id AND i.id = c.customer_id
        LEFT JOIN profile.customer p
            ON p.merchant_id = c.merchant_id AND p.customer_id = c.customer_id
        LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
        WHERE c.merchant_id = %(merchant)s AND c.campaign_id = %(campaign)s
          AND CASE WHEN %(scope_staff)s::uuid IS NULL THEN base.in_scope(u.path, %(scope_path)s)
              ELSE p.owner_staff_id = %(scope_staff)s END
          AND (%(arm)s::text IS NULL OR c.arm = %(arm)s)
          AND (%(reason)s::text IS NULL OR c.reason = %(reason)s)
          AND (%(customer)s::uuid IS NULL OR c.customer_id = %(customer)s)
          AND (%(after)s::uuid IS NULL OR c.first_customer_id > %(after)s)
        ORDER BY c.first_customer_id LIMIT %(count_max)s
        """,
        {
            "campaign": campaign_id,
            "arm": arm,
            "reason": reason,
            "customer": customer_id,
            "after": after,
            "count_max": count_max,
        },
    )


def campaigns_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What campaigns decided about these customers."""
    return tx.rows(
        dict,
        """
        SELECT k.id, k.name, c.arm, c.reason, c.at
        FROM campaign.candidate c
        JOIN campaign.campaign k ON k.merchant_id = c.merchant_id AND k.id = c.campaign_id
        WHERE c.merchant_id = %(merchant)s AND c.customer_id = ANY(%(ids)s) ORDER BY c.at, k.id
        """,
        {"ids": list(customer_ids)},
    )


def first_customers(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Under whom candidates of these customers were decided."""
    return tx.column(
        """
        SELECT DISTINCT first_customer_id FROM campaign.candidate
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def set_customers(tx: Tx, roots: Mapping[UUID, UUID]) -> int:
    """First customer → who answers now."""
    tx.load("candidate_root", {"first_id": "uuid", "root_id": "uuid"}, list(roots.items()))
    return tx.run(
        """
        UPDATE campaign.candidate c SET customer_id = r.root_id
        FROM pg_temp.candidate_root r
        WHERE c.merchant_id = %(merchant)s AND c.first_customer_id = r.first_id
          AND c.customer_id <> r.root_id
        """,
    )


def set_forgotten(tx: Tx, customer_ids: Sequence[UUID]) -> int:
    """Who is to be decided about is left out; what was decided stays, for the sums."""
    return tx.run(
        """
        UPDATE campaign.candidate
        SET arm = CASE WHEN arm = 'pending' THEN 'excluded' ELSE arm END,
            reason = CASE WHEN arm = 'pending' THEN 'forgotten' ELSE reason END,
            opportunity_id = NULL
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )
