"""The three forms of a rule agree: over the copy, in PostgreSQL, and row by row."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from huitou.base.db import Database, ReadTx, Scope
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.identity import actions as identity_actions
from huitou.profile import actions as profile
from huitou.segment import actions, reads, warehouse
from tests.conftest import Brand, Clock, Read, Write, send_events
from tests.rooms.order.histories import make_history
from tests.rooms.segment.oracle import World
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world

RULES = 30


@pytest.fixture
def copies(db: Database, tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path)
    db.warehouse = made
    yield made
    db.warehouse = None
    made.close()


def write_copy(db: Database, brand: Brand, copies: Warehouse, *, is_whole: bool) -> None:
    with db.write(brand.merchant.id) as tx:
        step = writer.rebuild if is_whole else writer.flush
        step(tx, copies.folder(brand.merchant.id))


def check(tx: ReadTx, rules: list[Any]) -> None:
    """The same rules again and again: most leaves are kept, and patched."""
    world = World(tx)
    everyone = {row["id"]: row["ordinal"] for row in (f.known for f in world.customers.values())}
    sizes = set()
    for rule in rules:
        expected = {everyone[id_] for id_ in world.matching(rule)}
        tree, context = reads.read_rule(tx, rule)
        assert set(warehouse.members(tx, tree, context) or ()) == expected, rule
        counted = warehouse.count(tx, tree, context)
        assert counted is not None
        assert counted.count == len(expected)
        leaves = world.leaves({word: rule[word] for word in rule if word != "v"})
        assert counted.per_leaf == {path: len(world.matching(node)) for path, node in leaves}
        sizes.add(len(expected))
    assert len(sizes) > 3


@pytest.mark.parametrize(("seed", "anew_max"), [(0, 2_000), (1, 2_000), (2, 0)])
def test_the_copy_agrees_with_the_rows(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    anew_max: int,
) -> None:
    """Whether many changed (for 0: whenever anybody did) or few."""
    monkeypatch.setattr(warehouse, "_ANEW_MAX", anew_max)
    random = Random(300 + seed)
    rules = [make_rule(random, []) for _ in range(RULES)]
    make_world(db, brand, clock, drain, seed)
    write_copy(db, brand, copies, is_whole=True)
    with read() as tx:
        check(tx, rules)
    for round_ in range(3):
        clock.move(hours=[0, 7, 24 * 20][round_])
        events = make_history(random, clock.now, count=15, people=12)
        for event in events:
            event |= {"id": f"{event['id']}-{round_}"}
            event["properties"]["order_no"] += f"-{round_}"
        send_events(db, brand.merchant.id, events)
        drain()
        with read(Scope(unit_path=brand.units["region-1"].path)) as tx:
            for rule in rules:  # who sees less keeps nothing wrong for who sees more
                warehouse.count(tx, *reads.read_rule(tx, rule))
        with read() as tx:  # the copy lags behind: the feed makes up for it
            check(tx, rules)
            customers = sorted(World(tx).customers)
        with write() as tx:
            profile.set_tags(tx, [random.choice(customers)], add=["price-sensitive"])
            if round_ % 2:
                identity_actions.merge(tx, *random.sample(customers, 2))
        drain()
        write_copy(db, brand, copies, is_whole=False)
        with read() as tx:
            check(tx, rules)
        with db.write(brand.merchant.id) as tx:
            folder = copies.folder(brand.merchant.id)
            assert writer.compact(tx, folder, is_thorough=True) > 0
        with read() as tx:
            check(tx, rules)
    with read(Scope(unit_path=brand.units["region-1"].path)) as tx:
        tree, context = reads.read_rule(tx, {"v": 1, "all": []})
        assert set(reads.customers_matching(tx, {"v": 1, "all": []})) == {
            id_
            for id_, facts in World(tx).customers.items()
            if facts.known["ordinal"] in (warehouse.members(tx, tree, context) or ())
        }


@pytest.mark.parametrize("anew_max", [2_000, 0])
def test_other_numbers_are_asked_of_figures_that_were_kept(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    anew_max: int,
) -> None:
    monkeypatch.setattr(warehouse, "_ANEW_MAX", anew_max)
    make_world(db, brand, clock, drain, 7)
    write_copy(db, brand, copies, is_whole=True)
    figures: list[dict[str, Any]] = [
        {"kind": "trait", "name": "paid_fen"},
        {"kind": "trait", "name": "last_paid_days"},
        {"kind": "trait", "name": "joined_days"},
        {"kind": "purchase", "agg": "sum_fen", "window": {"last_days": 60}},
        {"kind": "purchase", "agg": "days_since_last", "window": {"last_days": 60}},
        {"kind": "event", "type": "order.reviewed", "agg": "count"},
    ]
    tests: list[tuple[str, Any]] = [
        (">=", 1), ("<", 3), ("between", [2, 40]), ("=", 0), ("!=", 2), (">", 10**12), ("<=", -5),
        (">=", 20_000), ("<", 30_000), ("between", [7, 7]), (">=", -(10**15)),
    ]  # fmt: skip
    rules = [
        {"v": 1, "all": [{**figure, "op": op, "value": value}]}
        for op, value in tests
        for figure in figures
    ]
    for round_ in range(3):
        with read() as tx:
            check(tx, rules)
        kept = copies.copy(brand.merchant.id).kept["figures"]
        assert len(kept) == len(figures)
        clock.move(hours=[0, 24 * 9, 5][round_])
        events = make_history(Random(round_), clock.now, count=15, people=12)
        for event in events:
            event |= {"id": f"{event['id']}-{round_}"}
            event["properties"]["order_no"] += f"-{round_}"
        send_events(db, brand.merchant.id, events)
        drain()
        if round_ % 2:
            write_copy(db, brand, copies, is_whole=False)
        for key in list(copy_kept := copies.copy(brand.merchant.id).kept["segment"]):
            if b"people" not in key:
                del copy_kept[key]  # only the figures are left


def test_traits_of_the_merchant_are_asked_anew_of_who_has_other_ones(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
) -> None:
    make_world(db, brand, clock, drain, 8)
    write_copy(db, brand, copies, is_whole=True)
    rule = {"v": 1, "all": [{"kind": "trait", "name": "shoe", "op": "=", "value": 38}]}
    with read() as tx:
        customer, *_ = sorted(World(tx).customers)
    for value, count in ((38, 1), (39, 0), (38, 1)):
        with write() as tx:
            profile.set_traits(tx, [(customer, "shoe", value)], source="import")
        write_copy(db, brand, copies, is_whole=False)
        with read() as tx:
            counted = warehouse.count(tx, *reads.read_rule(tx, rule))
        assert counted is not None
        assert counted.count == count


def test_more_are_due_than_are_judged_anew(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when nearly all of them have changed besides, and wait for the copy."""
    monkeypatch.setattr(warehouse, "_ANEW_MAX", 0)
    make_world(db, brand, clock, drain, 4)
    write_copy(db, brand, copies, is_whole=True)
    rule = {"v": 1, "all": [{"kind": "trait", "name": "created_days", "op": ">=", "value": 800}]}
    with read() as tx:
        young = sorted(World(tx).customers.keys() - World(tx).matching(rule))
        warehouse.members(tx, *reads.read_rule(tx, rule))
    assert len(young) > 5
    clock.move(hours=24 * 800)
    with write() as tx:
        profile.set_tags(tx, young[:-2], add=["vip"])
    with read() as tx:
        everyone = len(World(tx).matching(rule))
        found = warehouse.members(tx, *reads.read_rule(tx, rule))
    assert found is not None
    assert len(found) == everyone


def test_members_of_a_segment_are_found_in_the_copy_and_beside_it(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new rule, a changed one and one that refers to it: by rows nobody is asked."""
    make_world(db, brand, clock, drain, 9)
    write_copy(db, brand, copies, is_whole=True)
    send_events(db, brand.merchant.id, make_history(Random(9), clock.now, count=15, people=12))
    drain()  # what the copy does not have yet

    def rule_of(at_least: int) -> dict[str, Any]:
        leaf = {"kind": "trait", "name": "order_count", "op": ">=", "value": at_least}
        return {"v": 1, "all": [leaf]}

    monkeypatch.delattr("huitou.segment.rules.compile.refresh")
    with write() as tx:
        segment = actions.add_segment(tx, "买过", rule_of(1))
        other = {"v": 1, "all": [{"not": {"kind": "segment", "id": str(segment.id)}}]}
        referring = actions.add_segment(tx, "没买过", other)
    for at_least, asked in ((1, None), (2, 2)):
        if asked:
            with write() as tx:
                actions.change_segment(
                    tx, segment.id, name="买过", rule=rule_of(asked), version=segment.version
                )
        with read() as seen:
            world = World(seen)
            expected = world.matching(rule_of(at_least))
            assert set(reads.members(seen, segment.id)) == expected
            everyone = world.matching({"v": 1, "all": []})
            assert set(reads.members(seen, referring.id)) == everyone - expected
            assert reads.get_segment(seen, segment.id).member_count == len(expected) > 0


def test_who_changes_while_members_are_found_is_judged_afterwards(
    db: Database,
    brand: Brand,
    clock: Clock,
    copies: Warehouse,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_world(db, brand, clock, drain, 11)
    write_copy(db, brand, copies, is_whole=True)
    rule = {"v": 1, "all": [{"kind": "tag", "name": "vip"}]}
    with read() as tx:
        customer = min(World(tx).customers.keys() - World(tx).matching(rule))
    find = warehouse.members

    def find_and_change(tx: ReadTx, tree: Any, context: Any) -> Any:
        found = find(tx, tree, context)
        with write() as other:
            profile.set_tags(other, [customer], add=["vip"])
        return found

    monkeypatch.setattr(warehouse, "members", find_and_change)
    with write() as tx:
        segment = actions.add_segment(tx, "贵客", rule)
    with read() as tx:
        assert customer not in reads.members(tx, segment.id)
    drain()
    with read() as tx:
        assert set(reads.members(tx, segment.id)) == World(tx).matching(rule)
        assert customer in reads.members(tx, segment.id)
