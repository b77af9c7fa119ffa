"""Live notes to open pages, as server-sent events.

One LISTEN connection a process; each page follows the topics its reader may see.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg
import structlog
from fastapi import Request
from fastapi.responses import StreamingResponse

from huitou.base.db import LIVE_CHANNEL, Database
from huitou.base.http import Asking, Caller, Router, needs
from huitou.merchant import reads as merchants

router = Router(prefix="/v1", tags=["live"])
_logger = structlog.get_logger("live")
_HEARTBEAT_SECONDS = 15
_QUEUE_MAX = 1_000


class Hub:
    """Hands notes to whoever follows their topic."""

    def __init__(self) -> None:
        self._followers: dict[tuple[UUID, str], set[asyncio.Queue[str]]] = {}

    def follow(self, merchant: UUID, topics: set[str]) -> "asyncio.Queue[str]":
        """A queue of notes on `topics`."""
        queue: asyncio.Queue[str] = asyncio.Queue(_QUEUE_MAX)
        for topic in topics:
            self._followers.setdefault((merchant, topic), set()).add(queue)
        return queue

    def leave(self, merchant: UUID, topics: set[str], queue: "asyncio.Queue[str]") -> None:
        """The page was closed."""
        for topic in topics:
            self._followers.get((merchant, topic), set()).discard(queue)

    def hand_out(self, payload: str) -> None:
        """One note. A page that does not keep up loses notes and reloads by its own clock."""
        note: dict[str, Any] = json.loads(payload)
        for queue in self._followers.get((UUID(note["merchant"]), note["topic"]), ()):
            with suppress(asyncio.QueueFull):
                queue.put_nowait(payload)


@asynccontextmanager
async def hub(database: Database) -> AsyncIterator[Hub]:
    """A hub fed by the database while the application runs."""
    running = Hub()
    task = asyncio.create_task(_listen(database.dsn, running))
    try:
        yield running
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(dsn: str, running: Hub) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {LIVE_CHANNEL}")
                async for note in connection.notifies():
                    running.hand_out(note.payload)
        except psycopg.Error as error:
            _logger.warning("interrupted", error=type(error).__name__)
            await asyncio.sleep(1)


@router.get("/stream", response_class=StreamingResponse, dependencies=[needs("task.read")])
async def stream(request: Request, asking: Asking) -> StreamingResponse:
    """Follow what concerns the reader: their own topic, their unit's, or the merchant's."""
    running: Hub = request.app.state.live
    topics = await asyncio.to_thread(topics_of, request.app.state.database, asking)
    queue = running.follow(asking.merchant, topics)

    async def lines() -> AsyncIterator[str]:
        try:
            yield "retry: 1000\n\nevent: ready\ndata: {}\n\n"
            while True:
                try:
                    note = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                    yield f"event: live\ndata: {note}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            running.leave(asking.merchant, topics, queue)

    return StreamingResponse(
        lines(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def topics_of(database: Database, asking: Caller) -> set[str]:
    """What a caller may follow: associates themselves, managers their units, headquarters all."""
    if asking.scope.staff_id is not None:
        return {f"staff:{asking.scope.staff_id}"}
    with database.read(asking.merchant, scope=asking.scope) as tx:
        topics = {f"unit:{unit.id}" for unit in merchants.list_units(tx)}
        topics |= {f"staff:{staff.id}" for staff in merchants.list_staff(tx)}
    if asking.scope.unit_path is None:
        topics.add("merchant")
    return topics
