"""What segments have in common, and how large they were."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from huitou.base.db import Database, Scope
from huitou.base.warehouse import reader, writer
from huitou.segment import actions, reads
from huitou.segment.rules.overlap import overlap, regions_of
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world

people = st.frozensets(st.integers(0, 30), max_size=20)


@given(st.lists(people, min_size=2, max_size=6))
def test_an_overlap_counts_as_sets_do(sets: list[frozenset[int]]) -> None:
    ids = [uuid4() for _ in sets]
    found = overlap(ids, dict.fromkeys(ids, "x"), regions_of([BitMap(one) for one in sets]))
    of = dict(zip(ids, sets, strict=True))
    assert found.union == len(frozenset().union(*sets))
    assert found.common == len(frozenset.intersection(*sets))
    assert {one.segment_id: one.count for one in found.sets} == {
        id_: len(members) for id_, members in of.items()
    }
    assert len(found.pairs) == len(ids) * (len(ids) - 1) // 2
    for pair in found.pairs:
        assert pair.count == len(of[pair.one] & of[pair.other])
    for region in found.regions:
        inside = frozenset.intersection(*(of[id_] for id_ in region.segments))
        outside = frozenset().union(*(of[id_] for id_ in ids if id_ not in region.segments))
        assert region.count == len(inside - outside) > 0
    assert sum(region.count for region in found.regions) == found.union


def _bought(times: int) -> dict[str, Any]:
    leaf = {"kind": "purchase", "window": {"ever": True}, "agg": "count", "op": ">="}
    return {"v": 1, "all": [leaf | {"value": times}]}


def _save(client: TestClient, name: str, rule: Any) -> str:
    answer = client.post("/v1/segments", json={"name": name, "rule": rule})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_an_overlap_opens_to_its_customers(
    db: Database,
    brand: Brand,
    clock: Clock,
    client: TestClient,
    drain: Callable[[], None],
    read: Read,
    write: Write,
    tmp_path: Path,
) -> None:
    make_world(db, brand, clock, drain, 11)
    random = Random(11)
    rules = [_bought(1), _bought(3), *(make_rule(random, []) for _ in range(3))]
    names = [f"s{number}" for number in range(len(rules))]
    ids = [_save(client, name, rule) for name, rule in zip(names, rules, strict=True)]
    told = client.post("/v1/segments/overlap", json={"segments": ids})
    assert told.status_code == 200, told.text
    answer = told.json()
    assert [one["name"] for one in answer["sets"]] == names
    assert answer["union"] > 0
    for region in answer["regions"]:
        outside = [id_ for id_ in ids if id_ not in region["segments"]]
        query = {"inside": ",".join(region["segments"]), "limit": "2"}
        query |= {"outside": ",".join(outside)} if outside else {}
        found: list[str] = []
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            listed = client.get("/v1/segments/overlap/customers", params=query | cursor).json()
            found += [item["customer_id"] for item in listed["items"]]
            cursor = {"cursor": listed["next"]} if listed["next"] else None
        assert len(found) == len(set(found)) == region["count"]

    segment_ids = [UUID(id_) for id_ in ids]
    warehouse = reader.Warehouse(tmp_path)
    with db.write(brand.merchant.id) as tx:
        writer.rebuild(tx, warehouse.folder(brand.merchant.id))
    try:
        for scope in (Scope(), Scope(brand.units["region-1"].path)):
            with read(scope) as tx:
                by_rows = reads.overlap(tx, segment_ids)
                tx.warehouse = warehouse
                assert reads.overlap(tx, segment_ids) == by_rows
        assert by_rows.union < answer["union"]
    finally:
        warehouse.close()

    for wrong in ([ids[0]], [ids[0], ids[0]], [str(uuid4()), ids[0]], [str(uuid4())] * 7):
        refused = client.post("/v1/segments/overlap", json={"segments": wrong})
        assert refused.status_code == 422, refused.text


def test_sizes_are_noted_when_they_change_and_once_a_day(
    client: TestClient, write: Write, read: Read, clock: Clock, send: Any, drain: Any
) -> None:
    def join(number: int) -> dict[str, Any]:
        card = {"kind": "card", "scope": "default", "value": f"99{number:06d}"}
        told = {"id": f"join-{number}", "type": "member.joined", "source": "pos"}
        return told | {
            "unit": "store-0401",
            "occurred_at": clock.now.isoformat(),
            "identifiers": [card],
            "properties": {},
        }

    rule = {"v": 1, "all": [{"kind": "trait", "name": "joined_days", "op": ">=", "value": 0}]}
    id_ = _save(client, "everybody", rule)
    looks = 0
    for day in range(9):
        for _ in range(2):
            clock.move(hours=2)
            if day != 4:
                send([join(looks + day * 100)])
                drain()
            looks += 1
            for _ in range(2):
                with write() as tx:
                    actions.note_sizes(tx)
        clock.move(hours=20)
    with read() as reading:
        kept = reads.history(reading, UUID(id_), 30)
        [small] = reads.size_histories(reading, 30)
    counts = [size.member_count for size in kept.sizes]
    assert counts[-1] == 16 == reads_count(client, id_)
    assert counts == sorted(counts)
    assert small.sizes[-1].member_count == 16
    days = {day.day: (day.entered, day.left) for day in kept.days}
    assert len(days) == 30
    assert sum(entered for entered, _ in days.values()) == 16
    old = [size for size in kept.sizes if (clock.now - size.at).days > 8]
    assert len({size.at.date() for size in old}) == len(old)
    answer = client.get(f"/v1/segments/{id_}/history", params={"days": 3}).json()
    assert [day["left"] for day in answer["days"]] == [0, 0, 0]
    assert client.get(f"/v1/segments/{uuid4()}/history").status_code == 404
    assert client.get("/v1/segments/sizes").json()["items"][0]["segment_id"] == id_


def reads_count(client: TestClient, id_: str) -> int:
    return int(client.get(f"/v1/segments/{id_}").json()["member_count"])
