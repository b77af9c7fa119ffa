"""Speaking to the outside for jobs: one call, or many at the same time, between two transactions."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import structlog

from huitou.base.db import Database
from huitou.base.jobs import Calls, Effect
from huitou.base.queueing import Wanted, enqueue

SETTLES_EVERY_S = 1.0

_logger = structlog.get_logger("jobs")


def run_effect(
    database: Database,
    merchant: UUID,
    principal: str,
    effect: Effect[Any, Any],
    args: dict[str, Any],
) -> None:
    """Claim, call, settle."""
    with database.write(merchant, principal=principal) as tx:
        claimed = effect.claim(tx, **args)
    if claimed is None:
        return
    answer = effect.call(claimed)
    with database.write(merchant, principal=principal) as tx:
        effect.settle(tx, claimed, answer)


def run_calls(
    database: Database, merchant: UUID, job: str, calls: Calls[Any, Any], ids: Sequence[str]
) -> None:
    """Claim together, call at the same time, settle in sets as answers come.

    A call or a settlement that fails loses nothing of the others: its error is raised when all the rest is kept.
    """
    principal = f"job:{job}"
    try:
        with database.write(merchant, principal=principal) as tx:
            claimed = calls.claim(tx, ids)
    except psycopg.OperationalError:
        raise  # the database's fault, and nobody's among them
    except Exception as error:
        if len(ids) == 1:
            raise
        _logger.warning("claimed_alone", task=job, count=len(ids), error=type(error).__name__)
        with database.write(merchant, principal=principal) as tx:
            enqueue(tx, job, [Wanted({"ids": [id]}, key=id, priority=-1) for id in ids])
        return
    until = monotonic() + calls.begins_within.total_seconds()
    errors: list[BaseException] = []

    def call(one: Any) -> Any:
        return calls.call(one) if monotonic() < until else None

    def settle(answers: Sequence[tuple[Any, Any]]) -> None:
        try:
            with database.write(merchant, principal=principal) as tx:
                calls.settle(tx, answers)
        except Exception as error:
            if len(answers) == 1 or isinstance(error, psycopg.OperationalError):
                errors.append(error)
            else:
                for answer in answers:
                    settle([answer])

    if len(claimed) == 1:
        settle([(claimed[0], call(claimed[0]))])
    elif claimed:
        with ThreadPoolExecutor(calls.at_once, "calls") as pool:
            waiting: dict[Future[Any], Any] = {pool.submit(call, one): one for one in claimed}
            while waiting:
                done, _ = wait(waiting, timeout=SETTLES_EVERY_S)
                failures = {future: future.exception() for future in done}
                errors += [failure for failure in failures.values() if failure is not None]
                ended = [(waiting.pop(future), future) for future in done]
                came = [(one, end.result()) for one, end in ended if failures[end] is None]
                if came:
                    settle(came)
    if errors:
        raise errors[0]
