"""Jobs of a worker that died."""

import asyncio

import pytest

from huitou.base.db import Database
from huitou.reach.jobs import asking
from huitou.worker import queue
from tests.conftest import Brand


def died(db: Database) -> None:
    """All jobs that wait are in the hands of a worker that is no more."""
    with db.owner() as owner:
        owner.execute(
            "UPDATE procrastinate.procrastinate_jobs SET status = 'doing', worker_id = NULL"
            " WHERE status = 'todo'"
        )


def left(db: Database) -> list[str]:
    with db.owner() as owner:
        found = owner.execute("SELECT status FROM procrastinate.procrastinate_jobs").fetchall()
    return [str(row[0]) for row in found]


def test_they_are_done_again_even_if_queued_again_meanwhile(db: Database, brand: Brand) -> None:
    with db.write(brand.merchant.id) as tx:
        tx.defer(asking.take_back, key="one", message_id=str(brand.merchant.id))
    died(db)
    with db.write(brand.merchant.id) as tx:
        tx.defer(asking.take_back, key="one", message_id=str(brand.merchant.id))
    assert sorted(left(db)) == ["doing", "todo"]
    asyncio.run(queue.work(queue.make_queue(db), wait=False))
    assert left(db) == []


def test_a_running_worker_looks_for_them(
    db: Database, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_STALLED_SECONDS", 0.2)

    async def live() -> None:
        working = asyncio.create_task(queue.work(queue.make_queue(db)))
        await asyncio.sleep(0.5)
        with db.write(brand.merchant.id) as tx:
            tx.defer(asking.take_back, key="two", message_id=str(brand.merchant.id))
            tx.run(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL"
                " WHERE status = 'todo'"
            )
        for _ in range(50):
            await asyncio.sleep(0.1)
            if not left(db):
                break
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(live())
    assert left(db) == []
