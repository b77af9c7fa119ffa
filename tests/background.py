"""The worker's work, done in the test's own thread until nothing is left."""

import asyncio
from uuid import UUID

from huitou import wiring
from huitou.base.db import Database
from huitou.worker import periodic, queue, streams

_ROUNDS_MAX = 20


def settle(db: Database, merchant: UUID) -> None:
    """Streams, jobs and due periodic work, round after round, until a round does nothing."""
    for _ in range(_ROUNDS_MAX):
        moved = streams.consume(db, merchant, wiring.ROOMS)
        waiting = _waiting_jobs(db)
        if waiting:
            asyncio.run(queue.work(queue.make_queue(db), wait=False))
        ran = periodic.run_due(db, merchant)
        if not moved and not ran and not waiting:
            return
    raise AssertionError("the background work does not come to rest")


def _waiting_jobs(db: Database) -> int:
    with db.owner() as owner:
        row = owner.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
        ).fetchone()
    assert row is not None
    return int(row[0])
