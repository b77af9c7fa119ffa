"""Spark answers as DuckDB does: every kind of condition, over base files and over what changed."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from huitou.base.db import Database, ReadTx, Scope
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.identity import actions as identity_actions
from huitou.profile import actions as profile
from huitou.segment import reads, warehouse
from tests.background import settle
from tests.conftest import Brand, Clock, make_brand, send_events
from tests.rooms.order.histories import make_history
from tests.rooms.segment.oracle import World
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world
from tests.spark.conditions import conditions

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1500)]
RULES = 12


@pytest.fixture(scope="module")
def brand(db: Database) -> Brand:
    return make_brand(db)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copy")


@pytest.fixture(scope="module")
def engines(
    db: Database,
    brand: Brand,
    clock: Clock,
    folder: Path,
    spark: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Warehouse, Warehouse]]:
    """The copy of a world: in DuckDB, which writes it, and in Spark, which reads the storage they share."""
    make_world(db, brand, clock, lambda: settle(db, brand.merchant.id), 7)
    storage = tmp_path_factory.mktemp("storage").as_uri()
    duck = Warehouse(folder, storage=storage)
    cluster = Warehouse(tmp_path_factory.mktemp("other"), spark, storage)
    write(db, brand, duck, writer.rebuild)
    yield duck, cluster
    duck.close()
    cluster.close()


def write(
    db: Database, brand: Brand, copies: Warehouse, step: Callable[..., int], **options: bool
) -> None:
    with db.write(brand.merchant.id) as tx:
        assert step(tx, copies.folder(brand.merchant.id), **options) > 0


def leaf_rules() -> list[dict[str, Any]]:
    return [{"v": 1, "all": [leaf]} for leaf in conditions()]


def random_rules(seed: int) -> list[dict[str, Any]]:
    random = Random(seed)
    return [make_rule(random, []) for _ in range(RULES)]


def check(tx: ReadTx, engines: Sequence[Warehouse], rules: Sequence[dict[str, Any]]) -> None:
    """The same customers meet each rule in all engines, and not always nobody."""
    read = [reads.read_rule(tx, rule) for rule in rules]
    trees, context = [tree for tree, _ in read], read[0][1]
    answers = []
    for engine in engines:
        tx.warehouse = engine
        found = warehouse.members_of_each(tx, trees, context)
        assert found is not None
        answers.append(found)
    differing = [
        (rule, list(given), list(other))
        for rule, given, other in zip(rules, *answers, strict=True)
        if given != other
    ]
    assert not differing, differing
    assert len({len(given) for given in answers[0]}) > 1


def test_every_kind_of_condition_is_answered_alike(
    db: Database, brand: Brand, engines: tuple[Warehouse, Warehouse]
) -> None:
    with db.read(brand.merchant.id) as tx:
        check(tx, engines, leaf_rules())


def test_random_rules_are_answered_alike(
    db: Database, brand: Brand, engines: tuple[Warehouse, Warehouse]
) -> None:
    with db.read(brand.merchant.id) as tx:
        check(tx, engines, random_rules(1))
    with db.read(brand.merchant.id, scope=Scope(unit_path=brand.units["region-1"].path)) as tx:
        check(tx, engines, random_rules(2)[: RULES // 4])


def test_changes_are_put_over_the_base(
    db: Database,
    brand: Brand,
    clock: Clock,
    engines: tuple[Warehouse, Warehouse],
    spark: str,
    folder: Path,
) -> None:
    random = Random(3)
    for round_ in range(2):  # a key is in both deltas
        change(db, brand, clock, random, round_)
        write(db, brand, engines[0], writer.flush)
        with db.read(brand.merchant.id) as tx:  # kept sets, and who changed since
            check(tx, engines, random_rules(4))
    fresh = Warehouse(folder), Warehouse(folder, spark)
    try:
        with db.read(brand.merchant.id) as tx:  # everything scanned over base and deltas
            check(tx, fresh, leaf_rules()[::4])
        change(db, brand, clock, random, 2)
        write(db, brand, engines[0], writer.flush)
        write(db, brand, engines[0], writer.compact, is_thorough=True)
        with db.read(brand.merchant.id) as tx:  # a base that took over a delta nobody read
            check(tx, fresh, random_rules(5)[: RULES // 2])
    finally:
        for one in fresh:
            one.close()


def test_a_session_that_the_server_forgot_is_opened_again(
    db: Database, brand: Brand, engines: tuple[Warehouse, Warehouse]
) -> None:
    from huitou.base.warehouse.spark import SparkCopy

    copy = engines[1].copy(brand.merchant.id)
    assert isinstance(copy, SparkCopy)
    with db.read(brand.merchant.id) as tx:
        assert copy.sync(tx)
        before = copy.ordinals("SELECT id FROM identity.customer")
        assert copy._session is not None
        copy._session.client.release_session()
        assert copy.sync(tx)
    assert before
    assert copy.ordinals("SELECT id FROM identity.customer") == before


def change(db: Database, brand: Brand, clock: Clock, random: Random, round_: int) -> None:
    """Days go by; some buy, one gets a tag, two turn out to be one."""
    clock.move(days=20 * round_)
    events = make_history(random, clock.now, count=15, people=12)
    for event in events:
        event |= {"id": f"{event['id']}-{round_}"}
        event["properties"]["order_no"] += f"-{round_}"
    send_events(db, brand.merchant.id, events)
    settle(db, brand.merchant.id)
    with db.write(brand.merchant.id) as tx:
        customers = sorted(World(tx).customers)
        profile.set_tags(tx, customers[:1], add=["price-sensitive"])
        identity_actions.merge(tx, *random.sample(customers[1:], 2))
    settle(db, brand.merchant.id)
