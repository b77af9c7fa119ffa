"""The compiled statement and a row-by-row reading agree on random rules over random pasts."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from huitou.base.db import Database, Scope
from huitou.identity import actions as identity_actions
from huitou.segment import actions, reads
from huitou.segment.rules import compile as compiler
from huitou.segment.store import segments as store
from huitou.segment.types.answers import Segment
from tests.conftest import Brand, Clock, Read, Write, send_events
from tests.rooms.segment.oracle import World
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world

RULES_PER_WORLD = 120
START = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(3))
def test_the_statement_agrees_with_the_oracle(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    seed: int,
) -> None:
    make_world(db, brand, clock, drain, seed)
    random = Random(1000 + seed)
    saved: dict[str, Any] = {}
    with write() as tx:
        for index in range(3):
            rule = make_rule(random, list(saved))
            saved[str(actions.add_segment(tx, f"人群 {index}", rule).id)] = rule
    with read() as tx:
        world = World(tx, saved)
        everyone = sorted(world.customers)
        assert len(everyone) > 8
        sizes = set()
        for _ in range(RULES_PER_WORLD):
            rule = make_rule(random, list(saved))
            expected = world.matching(rule)
            sizes.add(len(expected))
            counted = reads.count(tx, rule)
            assert counted.count == len(expected), rule
            assert set(counted.sample) <= expected
            assert set(reads.customers_matching(tx, rule)) == expected, rule
            leaves = world.leaves({word: rule[word] for word in rule if word != "v"})
            assert [leaf.path for leaf in counted.per_leaf] == [path for path, _ in leaves]
            for leaf, (_, node) in zip(counted.per_leaf, leaves, strict=True):
                assert leaf.count == len(world.matching(node)), node
            few = random.sample(everyone, 4)
            tree, context = reads.read_rule(tx, rule)
            compiled = compiler.members(tree, context, few)
            assert set(tx.column(compiled.query, compiled.params)) == expected & set(few), rule
            explained = reads.explain(tx, rule, few[0])
            assert explained.holds == (few[0] in expected)
            assert [leaf.holds for leaf in explained.leaves] == [
                world.holds(node, few[0], world.customers[few[0]]) for _, node in leaves
            ]
        assert len(sizes) > 5
        reached = reads.count(tx, {"v": 1, "all": []}).reach
        consents = [facts.consents for facts in world.customers.values()]
        assert reached.wecom == sum(("wecom", "marketing") in given for given in consents)
        assert reached.sms == sum(("sms", "marketing") in given for given in consents)


@pytest.mark.parametrize("seed", range(3))
def test_one_pass_over_all_segments_agrees_with_the_oracle(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    drain: Callable[[], None],
    seed: int,
) -> None:
    make_world(db, brand, clock, drain, seed)
    random = Random(2000 + seed)
    saved: dict[str, Any] = {}
    with write() as tx:
        for index in range(RULES_PER_WORLD):
            rule = make_rule(random, list(saved)[-5:])
            new_id = uuid4()
            store.add_segment(tx, new_id, f"人群 {index}", rule)
            saved[str(new_id)] = rule
        world = World(tx, saved)
        everyone = sorted(world.customers)
        few, others = everyone[:5], everyone[5:]
        actions.judge(tx, few)
        for segment_id, rule in saved.items():
            assert set(reads.members(tx, UUID(segment_id))) == world.matching(rule) & set(few), rule
        moved = actions.judge(tx, others)
        expected = {id_: world.matching(rule) for id_, rule in saved.items()}
        for segment_id, matching in expected.items():
            assert set(reads.members(tx, UUID(segment_id))) == matching, saved[segment_id]
            assert reads.get_segment(tx, UUID(segment_id)).member_count == len(matching)
        assert moved == sum(len(matching & set(others)) for matching in expected.values()) > 200
        assert actions.judge(tx, everyone) == 0
        for segment_id in saved:
            saved[segment_id] = make_rule(random, [])
            store.set_segment(tx, UUID(segment_id), segment_id, saved[segment_id])
        assert actions.judge(tx, everyone) > 200
        for segment_id, rule in saved.items():
            assert set(reads.members(tx, UUID(segment_id))) == world.matching(rule), rule
            changes = list(reads.changes(tx, UUID(segment_id), START))
            kinds = [change.kind for change in changes]
            now = kinds.count("entered") - kinds.count("left")
            assert now == reads.get_segment(tx, UUID(segment_id)).member_count


def test_live_members_are_those_of_the_rule_whatever_happens(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
) -> None:
    random = Random(77)
    make_world(db, brand, clock, drain, 50)
    with write() as tx:
        segments = [
            actions.add_segment(tx, f"人群 {index}", make_rule(random, [])) for index in range(12)
        ]
    with read() as tx:
        world = World(tx)
        for segment in segments:
            assert set(reads.members(tx, segment.id)) == world.matching(segment.rule)
            assert segment.member_count == len(world.matching(segment.rule))
    for round_ in range(3):
        clock.move(minutes=11)
        send_events(
            db,
            brand.merchant.id,
            [
                {
                    "id": f"late-{round_}-{index}",
                    "type": "product.viewed",
                    "source": "mall",
                    "occurred_at": clock.now.isoformat(),
                    "identifiers": [
                        {
                            "kind": "card",
                            "scope": "default",
                            "value": f"88{random.randint(1, 20):06d}",
                        }
                    ],
                    "properties": {"sku": "M1"},
                }
                for index in range(10)
            ],
        )
        drain()
        check_members(read, segments)
    with read() as tx:
        one, other, third = sorted(World(tx).customers)[:3]
    with write() as tx:
        identity_actions.merge(tx, one, other)
    drain()
    check_members(read, segments)
    with write() as tx:
        identity_actions.forget(tx, third)
    drain()
    check_members(read, segments)
    with read() as tx:
        changes = [
            change for segment in segments for change in reads.changes(tx, segment.id, START)
        ]
    assert {change.customer_id for change in changes}.isdisjoint({third})
    assert {change.kind for change in changes} == {"entered", "left"}


def check_members(read: Read, segments: list[Segment]) -> None:
    with read() as tx:
        world = World(tx)
        for segment in segments:
            expected = world.matching(segment.rule)
            assert set(reads.members(tx, segment.id)) == expected
            assert reads.get_segment(tx, segment.id).member_count == len(expected)


def test_counts_are_of_the_scope(
    db: Database,
    brand: Brand,
    clock: Clock,
    read: Read,
    drain: Callable[[], None],
) -> None:
    make_world(db, brand, clock, drain, 7)
    everyone = {"v": 1, "all": []}
    with read() as tx:
        world = World(tx)
    store = brand.units["store-0401"]
    of_store = {
        id_
        for id_, facts in world.customers.items()
        if facts.profile and facts.profile["home_unit_id"] == store.id
    }
    of_book = {
        id_
        for id_ in of_store
        if (world.customers[id_].profile or {})["owner_staff_id"] == brand.staff["a-01"].id
    }
    assert 0 < len(of_store) < len(world.customers)
    with read(Scope(unit_path=store.path)) as tx:
        counted = reads.count(tx, everyone)
        assert counted.count == len(of_store)
        assert set(counted.sample) <= of_store
        assert set(reads.customers_matching(tx, everyone)) == of_store
    with read(Scope(unit_path=store.path, staff_id=brand.staff["a-01"].id)) as tx:
        assert set(reads.customers_matching(tx, everyone)) == of_book
