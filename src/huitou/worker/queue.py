"""Jobs, through Procrastinate: what the rooms declared becomes its tasks."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Status

from huitou.base.db import Database
from huitou.base.jobs import HEAR, JOBS, Calls, Job
from huitou.base.notices import decode, listener_named
from huitou.worker.calling import run_calls, run_effect

_logger = structlog.get_logger("jobs")
_RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=2)
_STALLED_SECONDS = 30


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
        looking = asyncio.create_task(_keep_requeuing(app))
        try:
            await app.run_worker_async(
                wait=wait,
                concurrency=concurrency,
                fetch_job_polling_interval=1.0,
                install_signal_handlers=False,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
            )
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking


async def _keep_requeuing(app: procrastinate.App) -> None:
    """A worker that died a moment ago looks alive for a while: look again and again."""
    while True:
        await asyncio.sleep(_STALLED_SECONDS)
        try:
            await _requeue_stalled(app)
        except ConnectorException as error:
            _logger.warning("requeuing_failed", error=type(error).__name__)


async def _requeue_stalled(app: procrastinate.App) -> None:
    """Jobs of a worker that died are done again; those queued again meanwhile are done there."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, Status.FAILED, delete_job=True)
        _logger.warning("requeued", task=job.task_name, job=job.id)


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
            effect = job.run()
            if isinstance(effect, Calls):
                run_calls(database, UUID(merchant), job.name, effect, args["ids"])
            else:
                run_effect(database, UUID(merchant), principal, effect, args)
            return
        with database.write(UUID(merchant), principal=principal) as tx:
            job.run(tx, **args)

    return run
