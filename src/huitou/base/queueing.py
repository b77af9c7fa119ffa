"""Putting jobs into the queue (Procrastinate), in the transaction that wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from huitou.base import notices

if TYPE_CHECKING:
    from huitou.base.db import ReadTx, Tx


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job to be done, `at` a time or at once. With a `key`, one waiting job of that key is enough. One of a lower `priority`
    lets others go first."""

    args: Mapping[str, Any]
    key: str | None = None
    at: datetime | None = None
    priority: int = 0


def enqueue(tx: "Tx", task: str, wanted: Sequence[Wanted]) -> None:
    """Queue jobs of one task, in one statement."""
    if all(one.key is None for one in wanted):
        _insert(tx, task, wanted)
        return
    try:
        with tx.savepoint():
            _insert(tx, task, wanted)
    except psycopg.errors.UniqueViolation:  # a key was queued by somebody else in this moment
        if len(wanted) > 1:
            for one in wanted:
                enqueue(tx, task, [one])


def is_waiting(tx: "ReadTx", task: str, key: str) -> bool:
    """Does a job of this key wait to be begun?"""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs"
            " WHERE queueing_lock = %(lock)s AND status = 'todo')",
            {"lock": _lock_of(tx, task, key)},
        )
    )


def _lock_of(tx: "ReadTx", task: str, key: str) -> str:
    return f"{tx.merchant}:{task}:{key}"


def _insert(tx: "Tx", task: str, wanted: Sequence[Wanted]) -> None:
    own = [{"merchant": str(tx.merchant), "args": notices.plain(one.args)} for one in wanted]
    keys = [None if one.key is None else _lock_of(tx, task, one.key) for one in wanted]
    tx.run(
        """
        SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
            'default', %(task)s, t.priority, NULL, t.key, t.args, t.at
        )::procrastinate_job_to_defer_v1 ORDER BY t.no))
        FROM unnest(%(keys)s::text[], %(args)s::jsonb[], %(times)s::timestamptz[],
                    %(priorities)s::int[]) WITH ORDINALITY AS t (key, args, at, priority, no)
        WHERE t.key IS NULL OR NOT EXISTS (SELECT FROM procrastinate_jobs j
                                           WHERE j.queueing_lock = t.key AND j.status = 'todo')
        HAVING count(*) > 0
        """,
        {
            "task": task,
            "keys": keys,
            "args": [Jsonb(each) for each in own],
            "times": [one.at for one in wanted],
            "priorities": [one.priority for one in wanted],
        },
    )
