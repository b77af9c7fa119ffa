"""Segments of many are filled in the background, some members at a time, while everything goes on."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from huitou import wiring
from huitou.base.db import Database, Scope, Tx
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.segment import actions, reads
from huitou.segment.rules import filling
from huitou.segment.store import filling as places
from huitou.segment.types.filling import Looked, Place
from huitou.segment.types.refusals import BeingFilled, InUse
from huitou.worker import streams
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.segment.happenings import act, check
from tests.rooms.segment.oracle import World
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world

EVERYONE: dict[str, Any] = {"v": 1, "all": []}
NOBODY: dict[str, Any] = {"v": 1, "all": [{"kind": "tag", "name": "nobody has it"}]}
ROUNDS = 3
STEPS = 30


class Killed(Exception):
    pass


@pytest.fixture
def copies(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """A copy to ask, and two members a transaction."""
    monkeypatch.setattr(actions, "_AT_ONCE", 4)
    monkeypatch.setattr(actions, "_PART", 2)
    made = Warehouse(tmp_path)
    db.warehouse = made
    yield made
    db.warehouse = None
    made.close()


def write_copy(db: Database, brand: Brand, copies: Warehouse) -> None:
    with db.write(brand.merchant.id) as tx:
        writer.flush(tx, copies.folder(brand.merchant.id))


def buyers(at_least: int) -> dict[str, Any]:
    leaf = {"kind": "trait", "name": "order_count", "op": ">=", "value": at_least}
    return {"v": 1, "all": [leaf]}


def change(tx: Tx, segment_id: UUID, rule: dict[str, Any], name: str | None = None) -> None:
    known = reads.get_stored(tx, segment_id)
    actions.change_segment(
        tx, segment_id, name=name or known.name, rule=rule, version=known.version
    )


def fill_some(db: Database, brand: Brand, segment_id: UUID, *, is_killed: bool = False) -> None:
    """One job of those that wait, if it is being filled."""
    with db.write(brand.merchant.id) as tx:
        place = places.find_place(tx, segment_id)
        if place is not None:
            actions.fill(tx, segment_id=str(segment_id), done=place.done)
            if is_killed:
                raise Killed


def lose_jobs(db: Database) -> None:
    with db.owner() as owner:
        owner.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'segment.fill'")


ordinals = st.frozensets(st.integers(1, 60))


@given(ordinals, ordinals, st.integers(1, 9), st.randoms())
def test_parts_make_a_whole(
    rule: frozenset[int], before: frozenset[int], most: int, random: Random
) -> None:
    """Whatever the order of ids is; every part but the last looks at just so many."""
    everyone = {ordinal: uuid4() for ordinal in rule | before}
    numbers = {id_: ordinal for ordinal, id_ in everyone.items()}
    members, found = {everyone[each] for each in before}, BitMap(rule)
    place: Place | None = filling.begin(len(members), found)
    assert place is not None
    whole, parts = place.whole, 0
    while place is not None:
        after = place.after
        some = sorted(each for each in members if each > after)[:most]
        step = filling.step(found, place, [Looked(each, numbers[each]) for each in some], most)
        assert members >= set(step.leaving)
        assert len(some) + len(step.coming) <= most
        assert not step.coming or place.upto < step.coming[0]
        members -= set(step.leaving)
        members |= {everyone[each] for each in step.coming}
        if step.place is not None:
            assert step.place.done == place.done + most
        place, parts = step.place, parts + 1
    assert members == {everyone[each] for each in rule}
    assert parts <= whole // most + 1


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_between_the_parts_members_become_those_of_the_rules(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    seed: int,
) -> None:
    random = Random(700 + seed)
    make_world(db, brand, clock, drain, 70 + seed)
    with db.write(brand.merchant.id) as tx:
        writer.rebuild(tx, copies.folder(brand.merchant.id))
    saved: dict[str, Any] = {}

    def add(tx: Tx, rule: dict[str, Any]) -> None:
        saved[str(actions.add_segment(tx, f"人群 {random.getrandbits(40)}", rule).id)] = rule

    def some() -> UUID:
        return UUID(random.choice(list(saved)))

    with write() as tx:
        for rule in (make_rule(random, []), EVERYONE):
            add(tx, rule)
        add(tx, {"v": 1, "all": [{"not": {"kind": "segment", "id": str(some())}}]})
    for round_ in range(ROUNDS):
        for _ in range(STEPS):
            match random.randrange(16):
                case 0:
                    act(random, db, brand, clock, write)
                case 1:
                    streams.consume(db, brand.merchant.id, wiring.ROOMS)
                case 2:
                    write_copy(db, brand, copies)
                case 3:
                    clock.move(hours=random.choice((0.2, 3, 30)))
                    with write() as tx:
                        actions.follow_time(tx)
                case 4:
                    changed = some()
                    to = random.choice((EVERYONE, NOBODY, buyers(2), make_rule(random, [])))
                    with write() as tx:
                        change(tx, changed, to)
                    saved[str(changed)] = to
                case 5:
                    with write() as tx:
                        renamed = some()
                        change(tx, renamed, saved[str(renamed)], f"{random.getrandbits(40)}")
                case 6 if round_ == 1:
                    gone = some()
                    with suppress(InUse), write() as tx:
                        actions.delete_segment(tx, gone)
                        del saved[str(gone)]
                        add(tx, random.choice((EVERYONE, make_rule(random, []))))
                case 7:
                    with suppress(Killed):
                        fill_some(db, brand, some(), is_killed=True)
                case 8:
                    with write() as tx:
                        actions.check(tx, segment_id=str(some()))
                        actions.look_at_all(tx, segment_id=str(some()))
                case _:
                    fill_some(db, brand, some())
        drain()
        check(read, saved, clock.now)
        check_passages(read, saved)
        with read() as seen:
            known = reads.get_clock(seen)
            assert known is not None
            assert known.corrected_count == 0
            assert not any(each.filling for each in reads.list_active(seen))


def check_passages(read: Read, saved: dict[str, Any]) -> None:
    """Who is in has entered last, who is not has left last or was never in; nothing is told twice."""
    with read() as tx:
        begin = tx.now - timedelta(days=400)
        for segment_id in map(UUID, saved):
            told: dict[UUID, list[str]] = {}
            for passage in reads.changes(tx, segment_id, begin):
                told.setdefault(passage.customer_id, ["left"]).append(passage.kind)
            for kinds in told.values():
                assert all(one != other for one, other in pairwise(kinds)), kinds
            inside = {id_ for id_, kinds in told.items() if kinds[-1] == "entered"}
            assert inside == set(reads.members(tx, segment_id))


@pytest.fixture
def world(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse, drain: Callable[[], None]
) -> None:
    """A copy that is up to date."""
    make_world(db, brand, clock, drain, 81)
    with db.write(brand.merchant.id) as tx:
        writer.rebuild(tx, copies.folder(brand.merchant.id))


@pytest.mark.usefixtures("world")
def test_the_answer_comes_at_once_and_says_how_far_it_is(
    db: Database, brand: Brand, client: TestClient, read: Read, drain: Callable[[], None]
) -> None:
    with read() as tx:
        count = len(World(tx).matching(EVERYONE))
    made = client.post("/v1/segments", json={"name": "大家", "rule": EVERYONE}).json()
    assert (made["member_count"], made["filling"]) == (0, {"done": 0, "whole": count})
    url, id_ = f"/v1/segments/{made['id']}", UUID(made["id"])
    for parts in range(1, 3):
        fill_some(db, brand, id_)
        shown = client.get(url).json()
        assert (shown["member_count"], shown["filling"]["done"]) == (2 * parts, 2 * parts)
    assert client.get("/v1/segments").json()["items"][0]["filling"]["done"] == 4
    with read() as tx, pytest.raises(BeingFilled) as refused:
        reads.members(tx, id_)
    assert refused.value.detail("zh") == f"人群「大家」正在计算成员（{400 // count}%），请稍后再试"
    again = {"name": "所有人", "rule": EVERYONE, "version": made["version"]}
    renamed = client.put(url, json=again).json()
    assert renamed["filling"]["done"] == 4, "another name is no other rule"
    anew = {"name": "大家", "rule": buyers(1), "version": renamed["version"]}
    changed = client.put(url, json=anew).json()
    assert changed["filling"]["done"] == 0
    assert changed["member_count"] == 4
    drain()
    shown = client.get(url).json()
    with read() as tx:
        assert set(reads.members(tx, id_)) == World(tx).matching(buyers(1))
        assert shown["member_count"] == len(reads.members(tx, id_))
    assert shown["filling"] is None
    few = client.post("/v1/segments", json={"name": "无人", "rule": NOBODY}).json()
    assert few["filling"] is None


@pytest.mark.usefixtures("world")
def test_whoever_is_killed_does_the_same_part_again_and_a_lost_job_is_wanted_again(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with write() as tx:
        id_ = actions.add_segment(tx, "大家", EVERYONE).id

    def die(*_: object) -> None:
        raise Killed

    fill_some(db, brand, id_)
    for name in ("find_place", "list_members_after", "move", "set_place"):
        with monkeypatch.context() as patched:
            patched.setattr(f"huitou.segment.store.filling.{name}", die)
            with pytest.raises(Killed), write() as tx:
                actions.fill(tx, segment_id=str(id_), done=2)
    with read() as seen:
        assert reads.get_stored(seen, id_).member_count == 2
    with write() as tx:  # two workers were given the same part
        actions.fill(tx, segment_id=str(id_), done=2)
        actions.fill(tx, segment_id=str(id_), done=2)
    with read() as seen:
        assert reads.get_stored(seen, id_).member_count == 4
    lose_jobs(db)
    drain()
    with read() as seen:
        assert reads.is_filling(seen, id_)
    clock.move(minutes=2)
    drain()
    with read() as seen:
        assert set(reads.members(seen, id_)) == World(seen).matching(EVERYONE)
    check_passages(read, {str(id_): EVERYONE})


@pytest.mark.usefixtures("world")
def test_whoever_is_touched_meanwhile_is_judged_by_the_new_rule_at_once(
    db: Database, brand: Brand, write: Write, read: Read
) -> None:
    with read() as seen:
        people = World(seen).customers
    last = max(people, key=lambda id_: int(people[id_].known["ordinal"]))
    with write() as tx:
        id_ = actions.add_segment(tx, "大家", EVERYONE).id
        actions.judge(tx, [last])
    for _ in range(3):
        fill_some(db, brand, id_)
    with write() as tx:
        change(tx, id_, NOBODY)
        actions.judge(tx, [last])
    with read() as seen:
        assert reads.get_stored(seen, id_).member_count == 5
        told = [each for each in reads.changes(seen, id_, seen.now) if each.customer_id == last]
        kinds = [each.kind for each in told]
    assert kinds == ["entered", "left"]


@pytest.mark.usefixtures("world")
def test_whoever_asks_about_some_gets_the_rules_answer(write: Write, read: Read) -> None:
    """Also of members by an older rule who have not been looked at yet."""
    with write() as tx:
        plain = actions.add_segment(tx, "没有人", NOBODY).id
        id_ = actions.add_segment(tx, "买过", buyers(1)).id
    with read() as tx:
        assert reads.is_filling(tx, id_)
        world = World(tx)
        everyone = sorted(world.matching(EVERYONE))
        told = reads.segments_of(tx, everyone, [plain, id_])
        assert told == {each: {id_} for each in world.matching(buyers(1))}
        assert reads.segments_of(tx, everyone[:2], [plain]) == {}


@pytest.mark.usefixtures("world")
def test_one_that_is_deleted_or_loses_its_copy_does_not_go_on(
    db: Database, brand: Brand, write: Write, read: Read, drain: Callable[[], None]
) -> None:
    with write() as tx:
        gone = actions.add_segment(tx, "大家", EVERYONE).id
        rest = actions.add_segment(tx, "都在", EVERYONE).id
    fill_some(db, brand, gone)
    with write() as tx:
        actions.delete_segment(tx, gone)
    db.warehouse = None
    drain()
    with read() as tx:
        assert set(reads.members(tx, rest)) == World(tx).matching(EVERYONE)
        count = "SELECT count(*) FROM segment.member WHERE segment_id = %(id)s"
        assert tx.value(count, {"id": gone}) == 0


@pytest.mark.usefixtures("world")
def test_those_who_refer_to_it_are_filled_as_well(
    write: Write, read: Read, drain: Callable[[], None]
) -> None:
    saved: dict[str, Any] = {}
    with write() as tx:
        id_ = actions.add_segment(tx, "大家", EVERYONE).id
        negated = {"v": 1, "all": [{"not": {"kind": "segment", "id": str(id_)}}]}
        other = actions.add_segment(tx, "其余", negated).id
    drain()
    with write() as tx:
        change(tx, id_, NOBODY)
        assert reads.is_filling(tx, id_)
        assert reads.is_filling(tx, other)
        actions.note_sizes(tx)
    drain()
    saved |= {str(id_): NOBODY, str(other): negated}
    with read() as tx:
        world = World(tx, saved)
        assert set(reads.members(tx, other)) == world.matching(EVERYONE)
        assert reads.members(tx, id_) == []
        assert reads.get_stored(tx, id_).member_count == 0
    check_passages(read, saved)


@pytest.mark.usefixtures("world")
def test_the_comparison_passes_over_what_is_being_filled(
    write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        id_ = actions.add_segment(tx, "大家", EVERYONE).id
    with read() as seen:
        everyone = sorted(World(seen).matching(EVERYONE))
        before = reads.get_clock(seen)
    clock.move(minutes=1)
    with write() as tx:
        actions.check(tx, segment_id=str(id_))
        actions.look_at_all(tx, segment_id=str(id_))
        actions.correct(tx, segment_id=str(id_), customer_ids=[str(each) for each in everyone])
        assert reads.get_clock(tx) == before, "nobody is due, nobody was compared or corrected"
        assert reads.get_stored(tx, id_).member_count == 0
        waiting = """
            SELECT task_name FROM procrastinate_jobs WHERE scheduled_at > %(now)s ORDER BY 1
        """
        assert tx.column(waiting) == ["segment.correct", "segment.look_at_all"]


@pytest.mark.usefixtures("world")
def test_members_are_the_whole_merchants_whoever_saves_the_rule(
    db: Database, brand: Brand, write: Write, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_AT_ONCE", 1_000)
    scope = Scope(unit_path=brand.units["region-1"].path)
    with write(scope=scope) as tx:
        found = actions.add_segment(tx, "大家", EVERYONE).id
    db.warehouse = None
    with write(scope=scope) as tx:
        by_rows = actions.add_segment(tx, "都在", EVERYONE).id
    with read() as seen:
        everyone = World(seen).matching(EVERYONE)
        assert set(reads.members(seen, found)) == set(reads.members(seen, by_rows)) == everyone
