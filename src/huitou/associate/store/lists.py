"""Questions about tasks, associates' loads and goals."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from psycopg import sql

from huitou.associate.types import Colleague, Goal, StaffTasks, State, Task, TaskCount, TaskRow
from huitou.base.db import ReadTx, Tx

_COLUMNS = sql.SQL(
    """
    t.id, t.campaign_id, t.opportunity_id, t.customer_id, t.staff_id, t.unit_id, t.state, t.title,
    t.reason, t.copy, t.skus, t.product_list_id, t.message_id, t.code, t.deadline, t.closes_at,
    t.created_at, t.sent_at, t.closed_at, t.urged_at, t.is_paused, t.version, t.category
    """
)
_SHOWN = sql.SQL(
    """
    SELECT {columns}, i.ordinal AS customer_ordinal, c.name_sealed, c.gender,
           s.name AS staff_name, u.code AS unit_code, u.name AS unit_name
    FROM associate.task t
    JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = t.unit_id
    JOIN merchant.staff s ON s.merchant_id = t.merchant_id AND s.id = t.staff_id
    JOIN identity.customer i ON i.merchant_id = t.merchant_id AND i.id = t.customer_id
    LEFT JOIN profile.customer c ON c.merchant_id = t.merchant_id AND c.customer_id = t.customer_id
    WHERE t.merchant_id = %(merchant)s
      AND base.in_scope(u.path, %(scope_path)s)
      AND (%(scope_staff)s::uuid IS NULL OR t.staff_id = %(scope_staff)s)
    """
).format(columns=_COLUMNS)
_TASK_FIELDS = tuple(Task.__dataclass_fields__)


def find_task(tx: ReadTx, task_id: UUID) -> TaskRow | None:
    found = tx.row(dict, sql.SQL("{} AND t.id = %(id)s").format(_SHOWN), {"id": task_id})
    return _row(found) if found else None


def list_tasks(
    tx: ReadTx,
    *,
    staff_id: UUID | None,
    unit_path: str | None,
    customer_id: UUID | None,
    campaign_id: UUID | None,
    state: State | None,
    since: datetime | None,
    before: UUID | None,
    count_max: int,
) -> list[TaskRow]:
    """Newest first, in the scope."""
    query = sql.SQL(
        """
        {} AND (%(staff)s::uuid IS NULL OR t.staff_id = %(staff)s)
          AND base.in_scope(u.path, %(unit_path)s)
          AND (%(customer)s::uuid IS NULL OR t.customer_id = %(customer)s)
          AND (%(campaign)s::uuid IS NULL OR t.campaign_id = %(campaign)s)
          AND (%(state)s::text IS NULL OR t.state = %(state)s)
          AND (%(since)s::timestamptz IS NULL OR t.created_at >= %(since)s)
          AND (%(before)s::uuid IS NULL OR t.id < %(before)s)
        ORDER BY t.id DESC LIMIT %(count_max)s
        """
    ).format(_SHOWN)
    found = tx.rows(
        dict,
        query,
        {
            "staff": staff_id,
            "unit_path": unit_path,
            "customer": customer_id,
            "campaign": campaign_id,
            "state": state,
            "since": since,
            "before": before,
            "count_max": count_max,
        },
    )
    return [_row(each) for each in found]


def list_of_customers(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Task]:
    query = sql.SQL(
        """
        SELECT {} FROM associate.task t
        WHERE t.merchant_id = %(merchant)s AND t.customer_id = ANY(%(ids)s) ORDER BY t.id
        """
    ).format(_COLUMNS)
    return tx.rows(Task, query, {"ids": list(customer_ids)})


def count_tasks(tx: ReadTx, staff_id: UUID, since: datetime) -> TaskCount:
    """An associate's tasks: open and awaiting ones, and those sent or closed since."""
    found = tx.row(
        TaskCount,
        """
        SELECT count(*) FILTER (WHERE state = 'open')::int AS open,
               count(*) FILTER (WHERE state = 'awaiting_confirmation')::int AS awaiting,
               count(*) FILTER (WHERE state = 'sent' AND sent_at >= %(since)s)::int AS sent,
               count(*) FILTER (WHERE state NOT IN ('open', 'awaiting_confirmation', 'sent')
                                AND closed_at >= %(since)s)::int AS closed
        FROM associate.task WHERE merchant_id = %(merchant)s AND staff_id = %(staff)s
        """,
        {"staff": staff_id, "since": since},
    )
    assert found is not None
    return found


def list_staff_tasks(tx: ReadTx, unit_path: str, since: datetime) -> list[StaffTasks]:
    """Associates of a subtree and their tasks, most unsent first, in the scope."""
    return tx.rows(
        StaffTasks,
        """
        SELECT s.id AS staff_id, s.name, s.unit_id, s.is_away, max(t.urged_at) AS urged_at,
               count(*) FILTER (WHERE t.state = 'open')::int AS open,
               count(*) FILTER (WHERE t.state = 'awaiting_confirmation')::int AS awaiting,
               count(*) FILTER (WHERE t.state = 'sent')::int AS sent,
               count(*) FILTER (WHERE t.state NOT IN ('open', 'awaiting_confirmation', 'sent'))::int
                   AS closed
        FROM merchant.staff s
        JOIN merchant.unit u ON u.merchant_id = s.merchant_id AND u.id = s.unit_id
        LEFT JOIN associate.task t ON t.merchant_id = s.merchant_id AND t.staff_id = s.id
            AND (t.state IN ('open', 'awaiting_confirmation') OR t.created_at >= %(since)s)
        WHERE s.merchant_id = %(merchant)s AND s.role = 'associate' AND s.is_active
          AND base.in_scope(u.path, %(unit_path)s) AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR s.id = %(scope_staff)s)
        GROUP BY s.id, s.name, s.unit_id, s.is_away ORDER BY open DESC, s.name, s.id
        """,
        {"unit_path": unit_path, "since": since},
    )


def list_open(
    tx: ReadTx, *, task_ids: Sequence[UUID] | None, staff_id: UUID | None, unit_path: str | None
) -> list[dict[str, Any]]:
    """Open tasks in the scope: `{id, customer_id, staff_id, unit_id}` by id."""
    return tx.rows(
        dict,
        """
        SELECT t.id, t.customer_id, t.staff_id, t.unit_id
        FROM associate.task t
        JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = t.unit_id
        WHERE t.merchant_id = %(merchant)s AND t.state = 'open'
          AND base.in_scope(u.path, %(scope_path)s) AND base.in_scope(u.path, %(unit_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR t.staff_id = %(scope_staff)s)
          AND (%(ids)s::uuid[] IS NULL OR t.id = ANY(%(ids)s))
          AND (%(staff)s::uuid IS NULL OR t.staff_id = %(staff)s)
        ORDER BY t.id
        """,
        {
            "ids": None if task_ids is None else list(task_ids),
            "staff": staff_id,
            "unit_path": unit_path,
        },
    )


def list_colleagues(tx: ReadTx, unit_ids: Sequence[UUID]) -> list[Colleague]:
    """Associates present in these units, with their open tasks."""
    return tx.rows(
        Colleague,
        """
        SELECT s.id AS staff_id, s.unit_id,
               (SELECT count(*) FROM associate.task t
                WHERE t.merchant_id = s.merchant_id AND t.staff_id = s.id
                  AND t.state = 'open')::int AS open_count
        FROM merchant.staff s
        WHERE s.merchant_id = %(merchant)s AND s.unit_id = ANY(%(units)s)
          AND s.role = 'associate' AND s.is_active AND NOT s.is_away
        ORDER BY s.id
        """,
        {"units": list(unit_ids)},
    )


def count_open(tx: ReadTx, staff_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Associate → open tasks."""
    rows = tx.rows(
        dict,
        """
        SELECT staff_id, count(*) AS count FROM associate.task
        WHERE merchant_id = %(merchant)s AND staff_id = ANY(%(ids)s) AND state = 'open'
        GROUP BY staff_id
        """,
        {"ids": list(staff_ids)},
    )
    return {row["staff_id"]: row["count"] for row in rows}


def list_friends(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """WeCom friendships that last, as (customer, staff)."""
    found = tx.rows(
        dict,
        """
        SELECT customer_id, staff_id FROM profile.friendship
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s) AND ended_at IS NULL
        """,
        {"ids": list(customer_ids)},
    )
    return [(row["customer_id"], row["staff_id"]) for row in found]


def list_entrusted(tx: ReadTx, customer_ids: Sequence[UUID], since: datetime) -> list[UUID]:
    """Those of these customers for whom the scope has a task that is not over, or was not at `since`.

    By whom a task was made for, so that a merge or its undoing counts at once.
    """
    return tx.column(
        """
        SELECT DISTINCT m.root_id
        FROM identity.customer m
        JOIN associate.task t ON t.merchant_id = m.merchant_id AND t.first_customer_id = m.id
        JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = t.unit_id
        WHERE m.merchant_id = %(merchant)s AND m.root_id = ANY(%(ids)s)
          AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR t.staff_id = %(scope_staff)s)
          AND (t.closed_at IS NULL OR t.closed_at > %(since)s)
        """,
        {"ids": list(customer_ids), "since": since},
    )


def list_urged_since(tx: ReadTx, staff_ids: Sequence[UUID], since: datetime) -> set[UUID]:
    return set(
        tx.column(
            """
            SELECT DISTINCT staff_id FROM associate.urging
            WHERE merchant_id = %(merchant)s AND staff_id = ANY(%(ids)s) AND at > %(since)s
            """,
            {"ids": list(staff_ids), "since": since},
        )
    )


def add_urgings(tx: Tx, rows: Sequence[tuple[UUID, UUID, int]]) -> int:
    """`(id, staff, open tasks)` each."""
    tx.load("new_urging", {"id": "uuid", "staff_id": "uuid", "task_count": "int"}, rows)
    return tx.run(
        """
        INSERT INTO associate.urging (merchant_id, id, staff_id, at, by, task_count)
        SELECT %(merchant)s, id, staff_id, %(now)s, %(by)s, task_count FROM pg_temp.new_urging
        """,
        {"by": tx.principal},
    )


def find_goal(tx: ReadTx, staff_id: UUID, month: date) -> Goal | None:
    return tx.row(
        Goal,
        """
        SELECT staff_id, month, target_fen, is_default FROM associate.goal
        WHERE merchant_id = %(merchant)s AND staff_id = %(staff)s AND month = %(month)s
        """,
        {"staff": staff_id, "month": month},
    )


def add_goals(tx: Tx, goals: Sequence[Goal]) -> int:
    """Keep goals of associates who have none for the month."""
    tx.load(
        "new_goal",
        {"staff_id": "uuid", "month": "date", "target_fen": "bigint"},
        [(goal.staff_id, goal.month, goal.target_fen) for goal in goals],
    )
    return tx.run(
        """
        INSERT INTO associate.goal
        SELECT %(merchant)s, staff_id, month, target_fen, true FROM pg_temp.new_goal
        ON CONFLICT DO NOTHING
        """
    )


def set_goal(tx: Tx, staff_id: UUID, month: date, target_fen: int) -> int:
    return tx.run(
        """
        INSERT INTO associate.goal VALUES (%(merchant)s, %(staff)s, %(month)s, %(target)s, false)
        ON CONFLICT (merchant_id, staff_id, month)
        DO UPDATE SET target_fen = excluded.target_fen, is_default = false
        """,
        {"staff": staff_id, "month": month, "target": target_fen},
    )


def _row(found: dict[str, Any]) -> TaskRow:
    task = cast(dict[str, Any], {name: found.pop(name) for name in _TASK_FIELDS})
    return TaskRow(task=Task(**task), **found)
