"""Questions about opportunities."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from psycopg import sql

from huitou.base.db import ReadTx
from huitou.opportunity.types import ListName, OpenCandidate, Opportunity

_SCORE: dict[ListName, LiteralString] = {"predicted": "score_bp", "best_now": "best_bp"}

_SELECT = sql.SQL(
    """
    SELECT o.id, o.kind, o.customer_id, i.ordinal AS customer_ordinal, o.category_code,
           coalesce(g.name, o.category_code) AS category_name,
           coalesce(g.name_en, o.category_code) AS category_name_en,
           c.owner_staff_id AS staff_id, c.home_unit_id AS unit_id, o.score_bp, o.best_bp,
           o.expected_fen, o.reason, o.skus, o.opened_at, o.due_from, o.due_to, o.expires_at,
           o.state, c.name_sealed
    FROM opportunity.opportunity o
    JOIN identity.customer i ON i.merchant_id = o.merchant_id AND i.id = o.customer_id
    LEFT JOIN profile.customer c ON c.merchant_id = o.merchant_id AND c.customer_id = o.customer_id
    LEFT JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
    LEFT JOIN catalog.category g ON g.merchant_id = o.merchant_id AND g.code = o.category_code
    WHERE o.merchant_id = %(merchant)s
    """
)


def find_opportunities(tx: ReadTx, opportunity_ids: Sequence[UUID]) -> list[Opportunity]:
    """Whatever the scope."""
    query = sql.SQL("{} AND o.id = ANY(%(ids)s)").format(_SELECT)
    return tx.rows(Opportunity, query, {"ids": list(opportunity_ids)})


def list_opportunities(
    tx: ReadTx,
    *,
    name: ListName,
    min_bp: int,
    unit_path: str | None,
    staff_id: UUID | None,
    customer_id: UUID | None,
    category: str | None,
    after: tuple[int, UUID] | None,
    count_max: int,
) -> list[Opportunity]:
    """Open ones in the scope, best of the list first; of one customer all states, whatever the scope."""
    score = sql.Identifier("o", _SCORE[name])
    query = sql.SQL(
        """
        {select}
          AND (%(customer)s::uuid IS NOT NULL OR o.state = 'open' AND {score} >= %(min_bp)s
               AND CASE WHEN %(scope_staff)s::uuid IS NULL THEN base.in_scope(u.path, %(scope_path)s)
                   ELSE c.owner_staff_id = %(scope_staff)s END)
          AND base.in_scope(u.path, %(unit_path)s)
          AND (%(staff)s::uuid IS NULL OR c.owner_staff_id = %(staff)s)
          AND (%(customer)s::uuid IS NULL OR o.customer_id = %(customer)s)
          AND (%(category)s::text IS NULL OR o.category_code = %(category)s)
          AND (%(score)s::int IS NULL OR ({score}, o.id) < (%(score)s, %(id)s::uuid))
        ORDER BY {score} DESC, o.id DESC LIMIT %(count_max)s
        """
    ).format(select=_SELECT, score=score)
    return tx.rows(
        Opportunity,
        query,
        {
            "min_bp": min_bp,
            "unit_path": unit_path,
            "staff": staff_id,
            "customer": customer_id,
            "category": category,
            "score": after[0] if after else None,
            "id": after[1] if after else None,
            "count_max": count_max,
        },
    )


def summarise(tx: ReadTx, name: ListName, min_bp: int) -> tuple[int, int]:
    """Customers in a list and what they are expected to spend, in the scope."""
    score = sql.Identifier("o", _SCORE[name])
    query = sql.SQL(
        """
        SELECT count(*)::int AS count, coalesce(sum(expected_fen), 0)::bigint AS expected_fen
        FROM (SELECT o.customer_id, sum(o.expected_fen) AS expected_fen
              FROM opportunity.opportunity o
              JOIN profile.customer c
                  ON c.merchant_id = o.merchant_id AND c.customer_id = o.customer_id
              LEFT JOIN merchant.unit u
                  ON u.merchant_id = c.merchant_id AND u.id = c.home_unit_id
              WHERE o.merchant_id = %(merchant)s AND o.state = 'open' AND {score} >= %(min_bp)s
                AND CASE WHEN %(scope_staff)s::uuid IS NULL
                    THEN base.in_scope(u.path, %(scope_path)s)
                    ELSE c.owner_staff_id = %(scope_staff)s END
              GROUP BY o.customer_id) each_customer
        """
    ).format(score=score)
    found = tx.row(dict, query, {"min_bp": min_bp})
    assert found is not None
    return found["count"], found["expected_fen"]


def list_candidates(
    tx: ReadTx, name: ListName, min_bp: int, category: str | None
) -> list[OpenCandidate]:
    """Each customer's best open opportunity, by customer."""
    score = sql.Identifier("o", _SCORE[name])
    query = sql.SQL(
        """
        SELECT DISTINCT ON (o.customer_id) o.customer_id, o.id AS opportunity_id,
               {score} AS score_bp
        FROM opportunity.opportunity o
        WHERE o.merchant_id = %(merchant)s AND o.state = 'open' AND o.expires_at > %(now)s
          AND {score} >= %(min_bp)s
          AND (%(category)s::text IS NULL OR o.category_code = %(category)s)
        ORDER BY o.customer_id, {score} DESC, o.id
        """
    ).format(score=score)
    return tx.rows(OpenCandidate, query, {"min_bp": min_bp, "category": category})


def best_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[OpenCandidate]:
    """The best open opportunity of each of these customers."""
    return tx.rows(
        OpenCandidate,
        """
        SELECT DISTINCT ON (customer_id) customer_id, id AS opportunity_id, score_bp
        FROM opportunity.opportunity
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND state = 'open'
          AND expires_at > %(now)s
        ORDER BY customer_id, score_bp DESC, id
        """,
        {"ids": list(customer_ids)},
    )


def list_of_customer(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Opportunity]:
    """Everything about these customers, oldest first."""
    query = sql.SQL("{} AND o.customer_id = ANY(%(ids)s) ORDER BY o.id").format(_SELECT)
    return tx.rows(Opportunity, query, {"ids": list(customer_ids)})
