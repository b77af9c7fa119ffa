"""The runs that look at everybody with a tier plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx


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
