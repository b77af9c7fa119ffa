"""The worker process: streams and periodic work in threads, jobs in the event loop."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from huitou.base.db import LOG_CHANNEL, Database
from huitou.worker import copying, periodic, queue, streams, upkeep, warming

_logger = structlog.get_logger("worker")
_IDLE_SECONDS = 1.0
_BUSY_SECONDS = 0.05
_DAY_SECONDS = 86_400.0
_ANALYZE_SECONDS = 5.0
_TIDY_SECONDS = 60.0
_WARM_SECONDS = 60.0
_REST = 9


class Worker:
    """Everything that happens in the background on one database."""

    def __init__(self, database: Database, stream_order: list[str]) -> None:
        self.database = database
        self._order = stream_order
        self._stop = threading.Event()
        self._upkeep_at = 0.0
        self._analyze_at = 0.0
        self._tidy_at = 0.0
        self._server_start: datetime | None = None

    def run(self) -> None:
        """Work until SIGINT or SIGTERM."""
        threads = [
            threading.Thread(target=self._loop, args=(self._follow_log,), name="streams"),
            threading.Thread(target=self._loop, args=(self._keep_time,), name="periodic"),
            threading.Thread(target=self._loop, args=(self._keep_warm,), name="warming"),
        ]
        if self.database.warehouse is not None:
            threads.append(
                threading.Thread(target=self._loop, args=(self._keep_copy,), name="copying")
            )
        for thread in threads:
            thread.start()
        try:
            asyncio.run(self._jobs())
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def stop(self) -> None:
        """Ask everything to end."""
        self._stop.set()

    async def _jobs(self) -> None:
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                loop.add_signal_handler(name, stopping.set)
        while not stopping.is_set():
            working = asyncio.create_task(queue.work(queue.make_queue(self.database)))
            waiting = asyncio.create_task(stopping.wait())
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if not working.done():
                working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                try:
                    await working
                except Exception as error:
                    _logger.warning("jobs_interrupted", error=type(error).__name__)
                    await asyncio.sleep(_IDLE_SECONDS)

    def _loop(self, body: Callable[[], None]) -> None:
        """Run `body` again and again; a lost database is waited for."""
        while not self._stop.is_set():
            try:
                body()
            except Exception as error:
                _logger.warning("interrupted", body=body.__name__, error=type(error).__name__)
                self._stop.wait(_IDLE_SECONDS)

    def _follow_log(self) -> None:
        """Consume whenever the log grows; look once a second anyway."""
        with psycopg.connect(self.database.dsn, autocommit=True) as listening:
            listening.execute(f"LISTEN {LOG_CHANNEL}")
            lines: dict[UUID, streams.Line] = {}
            while not self._stop.is_set():
                busy = 0
                for merchant in self.database.merchants():
                    if merchant not in lines:
                        lines[merchant] = streams.Line(self.database, merchant, self._order)
                    done = lines[merchant].turn()
                    while done.moved and not self._stop.is_set():
                        done = lines[merchant].turn()
                    busy += done.busy
                timeout = _BUSY_SECONDS if busy else _IDLE_SECONDS
                for _ in listening.notifies(timeout=timeout, stop_after=1):
                    pass

    def _keep_copy(self) -> None:
        """At most a tenth of the time: answers make up for what the copy does not have yet."""
        started = time.monotonic()
        for merchant in self.database.merchants():
            copying.keep_copy(self.database, merchant)
        if time.monotonic() >= self._tidy_at:
            for merchant in self.database.merchants():
                copying.tidy_copy(self.database, merchant)
            self._tidy_at = time.monotonic() + _TIDY_SECONDS
        self._stop.wait(max(_IDLE_SECONDS, _REST * (time.monotonic() - started)))

    def _keep_warm(self) -> None:
        """Read ahead after each start of the database's server."""
        start, is_cold = warming.find_start(self.database)
        if is_cold and start != self._server_start:
            warming.read_ahead(self.database, self._stop.is_set)
        self._server_start = start
        self._stop.wait(_WARM_SECONDS)

    def _keep_time(self) -> None:
        if time.monotonic() >= self._upkeep_at:
            upkeep.keep_up(self.database)
            self._upkeep_at = time.monotonic() + _DAY_SECONDS
        if time.monotonic() >= self._analyze_at:
            upkeep.analyze_grown(self.database)
            self._analyze_at = time.monotonic() + _ANALYZE_SECONDS
        for merchant in self.database.merchants():
            periodic.run_due(self.database, merchant)
        self._stop.wait(_IDLE_SECONDS)
