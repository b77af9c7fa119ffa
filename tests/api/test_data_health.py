"""The state of the data, as people see it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.event import actions as events
from huitou.event import reads
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Clock, Read, Write


@pytest.fixture
def copies(db: Database, tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path)
    yield made
    made.close()


def _joined(number: int, clock: Clock, source: str) -> dict[str, Any]:
    card = {"kind": "card", "scope": "default", "value": f"66{number:06d}"}
    told = {"id": f"j-{number}", "type": "member.joined", "source": source, "unit": "store-0401"}
    return told | {"occurred_at": clock.now.isoformat(), "identifiers": [card], "properties": {}}


def test_the_state_of_the_data(
    db: Database,
    brand: Brand,
    client: TestClient,
    send: Callable[..., Any],
    clock: Clock,
    drain: Callable[[], None],
    write: Write,
    read: Read,
    copies: Warehouse,
) -> None:
    empty = client.get("/v1/health/data").json()
    assert (empty["lag"]["head"], empty["set_aside"], empty["copy"]) == (0, 0, [])
    assert sum(minute["events"] for minute in empty["minutes"]) == 0

    start = clock.now
    for number in range(8):
        clock.now = start + timedelta(days=number)
        send([_joined(number * 2 + one, clock, "pos") for one in range(2)])
    clock.move(minutes=10)
    send([_joined(100, clock, "mall")])
    drain()
    found = client.get("/v1/health/data").json()
    assert found["lag"]["head"] == 17
    assert all(stream["behind"] == 0 for stream in found["lag"]["streams"])
    minutes = [minute["events"] for minute in found["minutes"]]
    assert len(minutes) == 60
    assert (minutes[-1], minutes[-11], sum(minutes)) == (1, 2, 3)
    sources = {source["name"]: source for source in found["sources"]}
    assert (sources["pos"]["week"], sources["mall"]["week"]) == (14, 1)
    assert sources["mall"]["today"] == 1
    assert sources["pos"]["last_at"] is not None
    assert sources["tmall"] == {
        "name": "tmall",
        "title": "tmall",
        "today": 0,
        "week": 0,
        "last_at": None,
    }
    assert found["clock"] is not None

    with write() as tx:
        writer.rebuild(tx, copies.folder(brand.merchant.id))
    with write() as tx:
        events.set_aside(tx, "order", [(3, "order.reused_no")])
        narrow = merchants.add_key(tx, "narrow", ["customer.read"]).secret
    send([_joined(200, clock, "pos")])
    drain()
    found = client.get("/v1/health/data").json()
    assert found["set_aside"] == 1
    copied = {extent["dataset"]: extent for extent in found["copy"]}
    assert copied["identity.customer"]["rows"] == 17
    assert copied["identity.customer"]["bytes"] > 0
    assert {one["consumer"]: one["waiting"] > 0 for one in found["followers"]}["warehouse"]
    refused = client.get("/v1/health/data", headers={"Authorization": f"Bearer {narrow}"})
    assert refused.status_code == 403


def test_a_moment_is_found_in_the_log(read: Read, send: Callable[..., Any], clock: Clock) -> None:
    start = clock.now
    for number in range(13):
        clock.now = start + timedelta(seconds=number * 20)
        send([_joined(300 + number, clock, "pos")])
    with read() as tx:
        counted = reads.count_by_minute(tx, 30)
        for seconds in range(0, 250, 10):
            since = start + timedelta(seconds=seconds)
            [source] = reads.count_by_source(tx, since + timedelta(days=6))
            assert source.week == sum(number * 20 >= seconds for number in range(13))
    assert sum(minute.events for minute in counted) == 13
