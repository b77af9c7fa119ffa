"""Long work of a merchant's identities: one at a time, with how far it is."""

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.identity.rules.answers import Foreseen, WhatIf
from huitou.identity.types import Policy, Run
from huitou.kernel.ids import new_id


def add_run(tx: Tx, kind: str, result: dict[str, Any] | None = None) -> UUID:
    run_id = new_id()
    tx.run(
        """
        INSERT INTO identity.run (merchant_id, id, kind, state, result, queued_at, by)
        VALUES (%(merchant)s, %(id)s, %(kind)s, 'queued', %(result)s, %(now)s, %(by)s)
        """,
        {"id": run_id, "kind": kind, "result": Jsonb(result or {}), "by": tx.principal},
    )
    return run_id


def find_run(tx: ReadTx, run_id: UUID) -> Run | None:
    return tx.row(
        Run,
        """
        SELECT id, kind, state, done, total, result, queued_at, ended_at, by
        FROM identity.run WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": run_id},
    )


def find_latest(tx: ReadTx, kind: str) -> Run | None:
    return tx.row(
        Run,
        """
        SELECT id, kind, state, done, total, result, queued_at, ended_at, by
        FROM identity.run WHERE merchant_id = %(merchant)s AND kind = %(kind)s
        ORDER BY queued_at DESC, id DESC LIMIT 1
        """,
        {"kind": kind},
    )


def foreseen(run: Run) -> Foreseen:
    """A preview as it is shown."""
    return Foreseen(
        id=run.id,
        state=run.state,
        total=run.total,
        policy=msgspec.convert(run.result["policy"], Policy),
        found=msgspec.convert(run.result.get("found"), WhatIf | None),
    )


def set_running(tx: Tx, run_id: UUID, total: int) -> None:
    tx.run(
        """
        UPDATE identity.run SET state = 'running', total = %(total)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": run_id, "total": total},
    )


def set_ended(tx: Tx, run_id: UUID, state: str, result: dict[str, Any]) -> None:
    tx.run(
        """
        UPDATE identity.run
        SET state = %(state)s, done = total, result = %(result)s, ended_at = %(now)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": run_id, "state": state, "result": Jsonb(result)},
    )
