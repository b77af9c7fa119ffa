"""Consumers of the log: what is rewound, set aside and taken up again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from huitou.base.db import Database, Tx
from huitou.base.jobs import STREAMS, Stream
from huitou.event import reads as log
from huitou.worker import streams
from tests.conftest import Brand, Clock, send_events

NAME = "order"


def send(db: Database, brand: Brand, clock: Clock, count: int) -> None:
    events = [
        {
            "id": uuid4().hex,
            "type": "visit.checked_in",
            "occurred_at": clock.now,
            "source": "pos",
            "unit": "store-0401",
            "identifiers": [],
            "properties": {},
        }
        for _ in range(count)
    ]
    send_events(db, brand.merchant.id, events)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., None]], None]:
    """Let something else stand for a stream, two events at a time."""

    def put(run: Callable[[Tx, int, int], None]) -> None:
        monkeypatch.setitem(STREAMS, NAME, Stream(NAME, run, 2, follows_feed=False))

    return put


def consume_all(db: Database, merchant: UUID) -> None:
    while streams.consume(db, merchant, [NAME]):
        pass


def cursor(db: Database, merchant: UUID) -> int:
    with db.read(merchant) as tx:
        return next(each.position for each in log.lag(tx).streams if each.name == NAME)


def test_a_stream_rewound_in_the_middle_of_a_pass_begins_anew(
    db: Database, brand: Brand, clock: Clock, reading: Any
) -> None:
    send(db, brand, clock, 6)
    taken: list[tuple[int, int]] = []
    is_rewound = False

    def run(tx: Tx, after: int, upto: int) -> None:
        taken.append((after, upto))

    reading(run)
    plain = streams.Line._positions

    def rewinding(line: streams.Line) -> Any:
        nonlocal is_rewound
        read = plain(line)
        if len(taken) == 2 and not is_rewound:
            is_rewound = True
            streams.rewind(db, brand.merchant.id, NAME, 0)
        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams.Line, "_positions", rewinding)
        consume_all(db, brand.merchant.id)
    assert taken == [(0, 2), (2, 4), (0, 2), (2, 4), (4, 6)]
    assert cursor(db, brand.merchant.id) == 6


def test_what_was_set_aside_is_resolved_when_it_can_be_taken(
    db: Database, brand: Brand, clock: Clock, reading: Any
) -> None:
    send(db, brand, clock, 6)
    bad = {3}
    taken: list[int] = []

    def run(tx: Tx, after: int, upto: int) -> None:
        if bad & set(range(after + 1, upto + 1)):
            raise ValueError
        taken.extend(range(after + 1, upto + 1))

    def aside() -> list[tuple[int, str]]:
        with db.read(brand.merchant.id) as tx:
            return [(each.position, each.reason) for each in log.list_set_aside(tx)]

    reading(run)
    merchant = brand.merchant.id
    consume_all(db, merchant)
    assert sorted(taken) == [1, 2, 4, 5, 6]
    assert aside() == [(3, "order.ValueError")]
    streams.rewind(db, merchant, NAME, 0)
    consume_all(db, merchant)
    assert aside() == [(3, "order.ValueError")], "it still cannot be taken"
    bad.clear()
    streams.rewind(db, merchant, NAME, 0)
    consume_all(db, merchant)
    assert aside() == []


def test_who_finds_a_stream_in_other_hands_goes_on_to_the_next(
    db: Database, brand: Brand, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(db, brand, clock, 4)
    merchant, order = brand.merchant.id, ["identity", NAME]
    taken: list[tuple[str, int, int]] = []

    def put(name: str) -> None:
        def run(tx: Tx, after: int, upto: int) -> None:
            taken.append((name, after, upto))
            if (name, after) == ("identity", 2):
                other.append(streams.Line(db, merchant, order).step())

        monkeypatch.setitem(STREAMS, name, Stream(name, run, 2, follows_feed=False))

    other: list[streams.Pass] = []
    for name in order:
        put(name)
    with db.write(merchant) as tx:
        streams._move(tx, NAME, 0)
    streams.Line(db, merchant, ["identity"]).step()
    while streams.consume(db, merchant, order):
        pass
    assert other == [streams.Pass(moved=1, busy=1)]
    assert taken == [
        ("identity", 0, 2),
        ("identity", 2, 4),
        (NAME, 0, 2),
        (NAME, 2, 4),
    ]


def test_who_waits_for_the_first_streams_waits_for_one_of_the_others_at_most(
    db: Database, brand: Brand, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant, order = brand.merchant.id, ["identity", "segment", NAME, "reach"]
    taken: list[tuple[str, int, int]] = []

    def put(name: str) -> None:
        def run(tx: Tx, after: int, upto: int) -> None:
            taken.append((name, after, upto))

        monkeypatch.setitem(STREAMS, name, Stream(name, run, 100, follows_feed=name == "segment"))

    for name in order:
        put(name)
    line = streams.Line(db, merchant, order)
    upto = 0
    for count, other in ((4, (NAME, 0, 4)), (2, ("reach", 0, 4)), (2, (NAME, 4, 8))):
        after, upto = upto, upto + count
        send(db, brand, clock, count)
        assert line.turn().moved == 3
        assert taken == [("identity", after, upto), ("segment", after, upto), other]
        taken.clear()
    line.turn()
    assert [each for each in taken if each[1] < each[2]] == [("reach", 4, 8)]
    taken.clear()
    send(db, brand, clock, 100)
    line.turn()
    assert taken[2:] == [(NAME, 8, 108), ("reach", 8, 108)], "whole batches do not wait"
