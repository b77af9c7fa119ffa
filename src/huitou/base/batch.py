"""Many small requests, few transactions: who arrives while a batch is written joins the next."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import psycopg

Item = TypeVar("Item")
Result = TypeVar("Result")


class BatchWriter(Generic[Item, Result]):
    """Collects items by group and writes each group's batch in one call, in a thread.

    `write(group, items)` returns a result for each item, in order. If it raises, each item of the
    batch is written alone, so that one at fault fails alone; a database that is away fails them all
    at once. A batch holds at most `size_max` items (measured by `weigh`).
    """

    def __init__(
        self,
        write: Callable[[Hashable, Sequence[Item]], Sequence[Result]],
        *,
        weigh: Callable[[Item], int],
        size_max: int,
    ) -> None:
        self._write = write
        self._weigh = weigh
        self._size_max = size_max
        self._waiting: dict[Hashable, list[tuple[Item, asyncio.Future[Result]]]] = {}
        self._running: dict[Hashable, asyncio.Task[None]] = {}

    async def add(self, group: Hashable, item: Item) -> Result:
        """Wait until the item is written; returns its result."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, []).append((item, future))
        if group not in self._running:
            self._running[group] = asyncio.create_task(self._drain(group))
        return await future

    async def _drain(self, group: Hashable) -> None:
        try:
            while self._waiting.get(group):
                batch = self._take(group)
                await self._write_batch(group, batch)
        finally:
            del self._running[group]

    def _take(self, group: Hashable) -> list[tuple[Item, asyncio.Future[Result]]]:
        queue = self._waiting[group]
        size, count = 0, 0
        for item, _ in queue:
            size += self._weigh(item)
            if count and size > self._size_max:
                break
            count += 1
        batch, self._waiting[group] = queue[:count], queue[count:]
        return batch

    async def _write_batch(
        self, group: Hashable, batch: list[tuple[Item, asyncio.Future[Result]]]
    ) -> None:
        try:
            results = await asyncio.to_thread(self._write, group, [item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, psycopg.OperationalError):
                for one in batch:
                    await self._write_batch(group, [one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
