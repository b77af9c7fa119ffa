"""Tier plans in versions, and the runs that look at everybody with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.tiers import PlanState


@dataclass(frozen=True, slots=True)
class PlanRow:
    version: int
    state: PlanState
    revision: int
    document: dict[str, Any]
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    id: UUID
    kind: Literal["preview", "apply"]
    plan_version: int
    revision: int
    state: Literal["queued", "running", "done", "superseded"]
    cursor: UUID | None
    done: int
    total: int
    up: int
    down: int
    counts: dict[str, int]
    examples: list[dict[str, Any]]
    queued_at: datetime
    ended_at: datetime | None
    by: str


def find_published(tx: ReadTx) -> PlanRow | None:
    """The plan in force."""
    return tx.row(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.tier_plan WHERE merchant_id = %(merchant)s AND state = 'published'
        """,
    )


def find_plan(tx: ReadTx, version: int) -> PlanRow | None:
    return tx.row(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.tier_plan WHERE merchant_id = %(merchant)s AND version = %(version)s
        """,
        {"version": version},
    )


def list_plans(tx: ReadTx, before: int | None, count_max: int) -> list[PlanRow]:
    """Latest first."""
    return tx.rows(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.tier_plan
        WHERE merchant_id = %(merchant)s AND (%(before)s::int IS NULL OR version < %(before)s)
        ORDER BY version DESC LIMIT %(count_max)s
        """,
        {"before": before, "count_max": count_max},
    )


def find_draft(tx: ReadTx) -> int | None:
    """The version of the draft, if there is one."""
    version: int | None = tx.value(
        "SELECT version FROM benefit.tier_plan WHERE merchant_id = %(merchant)s AND state = 'draft'"
    )
    return version


def add_plan(tx: Tx, document: dict[str, Any]) -> int:
    """A draft; returns its version."""
    version: int = tx.value(
        """
        INSERT INTO benefit.tier_plan (merchant_id, version, state, document, created_at, created_by)
        SELECT %(merchant)s, coalesce(max(version), 0) + 1, 'draft', %(document)s, %(now)s, %(by)s
        FROM benefit.tier_plan WHERE merchant_id = %(merchant)s
        RETURNING version
        """,
        {"document": Jsonb(document), "by": tx.principal},
    )
    return version


def set_plan(tx: Tx, version: int, document: dict[str, Any], revision: int) -> bool:
    """Whether the draft was still at `revision`."""
    return bool(
        tx.run(
            """
            UPDATE benefit.tier_plan SET document = %(document)s, revision = revision + 1
            WHERE merchant_id = %(merchant)s AND version = %(version)s AND state = 'draft'
              AND revision = %(revision)s
            """,
            {"version": version, "document": Jsonb(document), "revision": revision},
        )
    )


def remove_draft(tx: Tx, version: int) -> None:
    tx.run(
        "DELETE FROM benefit.tier_plan"
        " WHERE merchant_id = %(merchant)s AND version = %(version)s AND state = 'draft'",
        {"version": version},
    )


def set_published(tx: Tx, version: int) -> None:
    """The one in force so far is retired."""
    tx.run(
        "UPDATE benefit.tier_plan SET state = 'retired'"
        " WHERE merchant_id = %(merchant)s AND state = 'published'"
    )
    tx.run(
        """
        UPDATE benefit.tier_plan
        SET state = 'published', published_at = %(now)s, published_by = %(by)s
        WHERE merchant_id = %(merchant)s AND version = %(version)s
        """,
        {"version": version, "by": tx.principal},
    )


def add_run(tx: Tx, id_: UUID, *, kind: str, version: int, revision: int, total: int) -> None:
    """Others of the kind that are not done are superseded."""
    tx.run(
        """
        UPDATE benefit.tier_run SET state = 'superseded', ended_at = %(now)s
        WHERE merchant_id = %(merchant)s AND kind = %(kind)s AND state IN ('queued', 'running')
        """,
        {"kind": kind},
    )
    tx.run(
        """
        INSERT INTO benefit.tier_run
            (merchant_id, id, kind, plan_version, revision, state, total, queued_at, by)
        VALUES (%(merchant)s, %(id)s, %(kind)s, %(version)s, %(revision)s, 'queued', %(total)s,
            %(now)s, %(by)s)
        """,
        {
            "id": id_,
            "kind": kind,
            "version": version,
            "revision": revision,
            "total": total,
            "by": tx.principal,
        },
    )


def find_run(tx: ReadTx, run_id: UUID) -> RunRow | None:
    return tx.row(
        RunRow,
        """
        SELECT id, kind, plan_version, revision, state, cursor, done, total, up, down, counts,
            examples, queued_at, ended_at, by
        FROM benefit.tier_run WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": run_id},
    )


def find_latest_run(tx: ReadTx, kind: str, version: int) -> RunRow | None:
    return tx.row(
        RunRow,
        """
        SELECT id, kind, plan_version, revision, state, cursor, done, total, up, down, counts,
            examples, queued_at, ended_at, by
        FROM benefit.tier_run
        WHERE merchant_id = %(merchant)s AND plan_version = %(version)s AND kind = %(kind)s
        ORDER BY queued_at DESC, id DESC LIMIT 1
        """,
        {"kind": kind, "version": version},
    )


def set_run(tx: Tx, run: RunRow) -> None:
    """How far it is."""
    tx.run(
        """
        UPDATE benefit.tier_run
        SET state = %(state)s, cursor = %(cursor)s, done = %(done)s, up = %(up)s, down = %(down)s,
            counts = %(counts)s, examples = %(examples)s, ended_at = %(ended_at)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {
            "id": run.id,
            "state": run.state,
            "cursor": run.cursor,
            "done": run.done,
            "up": run.up,
            "down": run.down,
            "counts": Jsonb(run.counts),
            "examples": Jsonb(run.examples),
            "ended_at": run.ended_at,
        },
    )


def count_customers(tx: ReadTx) -> int:
    """Customers who answer for themselves."""
    count: int = tx.value(
        "SELECT count(*) FROM identity.customer"
        " WHERE merchant_id = %(merchant)s AND root_id = id AND state = 'live'"
    )
    return count


def list_customers(tx: ReadTx, after: UUID | None, count_max: int) -> Sequence[UUID]:
    """The next of them, by id."""
    return tx.column(
        """
        SELECT id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND root_id = id AND state = 'live'
          AND (%(after)s::uuid IS NULL OR id > %(after)s)
        ORDER BY id LIMIT %(count_max)s
        """,
        {"after": after, "count_max": count_max},
    )
