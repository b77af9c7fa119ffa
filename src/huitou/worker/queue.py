"""Jobs, through Procrastinate: what the rooms declared becomes its tasks."""

from typing import Any
from uuid import UUID

import procrastinate
import structlog
from procrastinate.jobs import DeleteJobCondition

from huitou.base.db import Database
from huitou.base.jobs import HEAR, JOBS, Effect, Job
from huitou.base.notices import decode, listener_named

_logger = structlog.get_logger("jobs")
_RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=2)


def make_queue(database: Database) -> procrastinate.App:
    """The queue over `database` with every declared job as a task."""
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=database.dsn,
            kwargs={"options": "-c search_path=procrastinate,pg_catalog"},
            min_size=1,
            max_size=4,
        )
    )
    app.task(name=HEAR, retry=_RETRY)(_hearing(database))
    for job in JOBS.values():
        app.task(name=job.name, retry=_RETRY)(_running(database, job))
    return app


async def work(app: procrastinate.App, *, wait: bool = True, concurrency: int = 2) -> None:
    """Run jobs until cancelled, or until none is left when `wait` is false."""
    async with app.open_async():
        await _requeue_stalled(app)
        await app.run_worker_async(
            wait=wait,
            concurrency=concurrency,
            fetch_job_polling_interval=1.0,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
        )


async def _requeue_stalled(app: procrastinate.App) -> None:
    """Jobs of a worker that died are done again."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
        _logger.warning("requeued", task=job.task_name, job=job.id)
        await app.job_manager.retry_job(job)


def _hearing(database: Database) -> Any:
    def hear(merchant: str, args: dict[str, str]) -> None:
        listener = listener_named(args["listener"])
        with database.write(UUID(merchant), principal=f"listener:{listener.name}") as tx:
            is_first = tx.run(
                "INSERT INTO base.notice_heard"
                " VALUES (%(merchant)s, %(notice)s, %(listener)s, %(now)s) ON CONFLICT DO NOTHING",
                args,
            )
            if not is_first:
                return
            body = tx.value(
                "SELECT body FROM base.notice WHERE merchant_id = %(merchant)s AND id = %(notice)s",
                args,
            )
            listener.hear(tx, decode(listener.notice, body))

    return hear


def _running(database: Database, job: Job) -> Any:
    def run(merchant: str, args: dict[str, Any]) -> None:
        principal = f"job:{job.name}"
        if job.is_effect:
            _run_effect(database, UUID(merchant), principal, job.run(), args)
            return
        with database.write(UUID(merchant), principal=principal) as tx:
            job.run(tx, **args)

    return run


def _run_effect(
    database: Database,
    merchant: UUID,
    principal: str,
    effect: Effect[Any, Any],
    args: dict[str, Any],
) -> None:
    with database.write(merchant, principal=principal) as tx:
        claimed = effect.claim(tx, **args)
    if claimed is None:
        return
    answer = effect.call(claimed)
    with database.write(merchant, principal=principal) as tx:
        effect.settle(tx, claimed, answer)
