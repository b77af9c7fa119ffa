"""Requests that share a transaction do not share a fault."""

import asyncio
from collections.abc import Hashable, Sequence

import psycopg
import pytest

from huitou.base.batch import BatchWriter


class Book:
    """Squares numbers; refuses batches with a 13, and everything while `is_away`."""

    def __init__(self) -> None:
        self.is_away = False
        self.calls: list[list[int]] = []

    def write(self, group: Hashable, items: Sequence[int]) -> list[int]:
        self.calls.append(list(items))
        if self.is_away:
            raise psycopg.OperationalError("away")
        if 13 in items:
            raise ValueError(13)
        return [item * item for item in items]


def add_all(book: Book, items: Sequence[int]) -> list[int | BaseException]:
    async def adding() -> list[int | BaseException]:
        writer = BatchWriter(book.write, weigh=lambda item: 1, size_max=100)
        adds = (writer.add("shop", item) for item in items)
        return await asyncio.gather(*adds, return_exceptions=True)

    return asyncio.run(adding())


def test_one_at_fault_fails_alone() -> None:
    first, second, bad, last = add_all(Book(), [1, 2, 13, 4])
    assert (first, second, last) == (1, 4, 16)
    assert isinstance(bad, ValueError)


def test_a_database_that_is_away_is_asked_once() -> None:
    book = Book()
    book.is_away = True
    answers = add_all(book, [1, 2, 3])
    assert all(isinstance(answer, psycopg.OperationalError) for answer in answers)
    assert len(book.calls) == 1


@pytest.mark.parametrize("count", [1, 7])
def test_who_waits_joins_one_batch(count: int) -> None:
    book = Book()
    assert add_all(book, list(range(count))) == [item * item for item in range(count)]
    assert sorted(item for call in book.calls for item in call) == list(range(count))
