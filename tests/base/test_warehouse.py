"""The copy's files: what a crash leaves, what overlapping transactions note, what is tidied."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from pyroaring import BitMap

from huitou.base.db import Database
from huitou.base.warehouse import writer
from huitou.base.warehouse.engine import Engine
from huitou.base.warehouse.files import list_files
from huitou.base.warehouse.folder import Folder
from huitou.base.warehouse.reader import Warehouse
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewUnit
from tests.background import settle
from tests.conftest import Brand, Clock, send_events


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path)
    yield made
    made.close()


def join(db: Database, brand: Brand, clock: Clock, numbers: range) -> None:
    send_events(
        db,
        brand.merchant.id,
        [
            {
                "id": f"join-{number}",
                "type": "member.joined",
                "source": "pos",
                "unit": "store-0401",
                "occurred_at": clock.now.isoformat(),
                "identifiers": [{"kind": "card", "scope": "default", "value": f"99{number:06d}"}],
                "properties": {},
            }
            for number in numbers
        ],
    )
    settle(db, brand.merchant.id)


def take(db: Database, merchant: UUID, folder: Folder, *, is_whole: bool = False) -> int:
    with db.write(merchant) as tx:
        return (writer.rebuild if is_whole else writer.flush)(tx, folder)


def flush_and_crash(db: Database, merchant: UUID, folder: Folder) -> None:
    with db.write(merchant) as tx:
        assert writer.flush(tx, folder) > 0
        raise RuntimeError("crash")


def customers(db: Database, brand: Brand, copy: Engine) -> int:
    with db.read(brand.merchant.id) as tx:
        assert copy.sync(tx)
    return len(copy.ordinals("SELECT id FROM identity.customer"))


def test_what_is_written_is_seen_with_the_commit_and_not_before(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant = brand.merchant.id
    folder, copy = copies.folder(merchant), copies.copy(merchant)
    join(db, brand, clock, range(10))
    assert take(db, merchant, folder) == 0, "nothing to add to before there is a copy"
    take(db, merchant, folder, is_whole=True)
    assert customers(db, brand, copy) == 10
    join(db, brand, clock, range(10, 15))
    with pytest.raises(RuntimeError, match="crash"):
        flush_and_crash(db, merchant, folder)
    assert customers(db, brand, copy) == 10, "files that nobody lists"
    assert take(db, merchant, folder) > 0, "taken again"
    assert customers(db, brand, copy) == 15
    assert take(db, merchant, folder) == 0


def test_a_change_that_commits_late_is_not_overlooked(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant = brand.merchant.id
    folder, copy = copies.folder(merchant), copies.copy(merchant)
    join(db, brand, clock, range(3))
    take(db, merchant, folder, is_whole=True)
    has_changed, may_commit = Event(), Event()

    def change_slowly() -> None:
        with db.write(merchant) as tx:
            tx.run("UPDATE identity.customer SET state = 'forgotten' WHERE ordinal = 1")
            has_changed.set()
            may_commit.wait(20)

    slow = Thread(target=change_slowly)
    slow.start()
    assert has_changed.wait(20)
    join(db, brand, clock, range(3, 5))  # begins later, commits sooner
    take(db, merchant, folder)
    assert customers(db, brand, copy) == 5
    may_commit.set()
    slow.join()
    take(db, merchant, folder)
    assert customers(db, brand, copy) == 4


def test_tidying_changes_no_answer_and_forgets_old_files(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant = brand.merchant.id
    folder, copy = copies.folder(merchant), copies.copy(merchant)
    join(db, brand, clock, range(4))
    take(db, merchant, folder, is_whole=True)
    for start in range(4, 60, 2):
        join(db, brand, clock, range(start, start + 2))
        take(db, merchant, folder)
    reader_of_before = copies.copy(merchant)
    assert customers(db, brand, reader_of_before) == 60
    with db.read(merchant) as tx:
        many = len(list_files(tx))
    with db.write(merchant) as tx:
        assert writer.compact(tx, folder) > 0
    with db.read(merchant) as tx:
        assert len(list_files(tx)) < many
    fresh = Warehouse(folder.path.parent)
    try:
        assert customers(db, brand, copy) == customers(db, brand, fresh.copy(merchant)) == 60
    finally:
        fresh.close()
    with db.write(merchant) as tx:
        assert writer.forget_files(tx, folder) == 0, "somebody may still read them"
    clock.move(hours=2)
    with db.write(merchant) as tx:
        assert writer.forget_files(tx, folder) > 0
        assert writer.trim_feed(tx) > 0
    assert customers(db, brand, copy) == 60


def test_the_changed_customers_are_remembered(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant = brand.merchant.id
    folder, copy = copies.folder(merchant), copies.copy(merchant)
    join(db, brand, clock, range(6))
    take(db, merchant, folder, is_whole=True)
    customers(db, brand, copy)
    before = copy.version
    clock.now += timedelta(minutes=1)
    join(db, brand, clock, range(6, 8))
    take(db, merchant, folder)
    customers(db, brand, copy)
    changed = copy.changed_since(before)
    assert changed is not None
    assert {7, 8} <= set(changed)
    assert not copy.changed_since(copy.version)


def test_a_small_table_written_whole_concerns_only_who_reads_it(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant = brand.merchant.id
    folder, copy = copies.folder(merchant), copies.copy(merchant)
    join(db, brand, clock, range(6))
    take(db, merchant, folder, is_whole=True)
    customers(db, brand, copy)
    before = copy.version
    with db.write(merchant) as tx:
        merchants.add_units(tx, [NewUnit("store-9", "九店", "store", "region-1")])
    take(db, merchant, folder)
    customers(db, brand, copy)
    assert copy.version > before
    assert copy.changed_since(before, {"order.total", "identity.customer"}) == BitMap()
    assert copy.changed_since(before, {"profile.customer", "merchant.unit"}) is None
    assert copy.changed_since(before) is None


def test_who_began_earlier_does_not_turn_the_copy_back(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant, folder = brand.merchant.id, copies.folder(brand.merchant.id)
    copy = copies.copy(merchant)
    join(db, brand, clock, range(3))
    take(db, merchant, folder, is_whole=True)
    with db.read(merchant) as earlier:
        assert copy.sync(earlier)
        join(db, brand, clock, range(3, 5))
        take(db, merchant, folder)
        with db.write(merchant) as tx:
            assert writer.compact(tx, folder, is_thorough=True) > 0
        assert customers(db, brand, copy) == 5
        assert copy.sync(earlier)
        assert len(copy.ordinals("SELECT id FROM identity.customer")) == 5


def test_a_base_that_took_over_changes_nobody_read_is_known_as_such(
    db: Database, brand: Brand, clock: Clock, copies: Warehouse
) -> None:
    merchant, folder = brand.merchant.id, copies.folder(brand.merchant.id)
    copy = copies.copy(merchant)
    join(db, brand, clock, range(3))
    take(db, merchant, folder, is_whole=True)
    assert customers(db, brand, copy) == 3
    first = copy.version
    for is_read in (True, False):
        before = copy.version
        join(db, brand, clock, range(10, 12) if is_read else range(20, 22))
        take(db, merchant, folder)
        if is_read:
            customers(db, brand, copy)
        with db.write(merchant) as tx:
            assert writer.compact(tx, folder, is_thorough=True) > 0
        customers(db, brand, copy)
        changed = copy.changed_since(before)
        assert (changed is not None and len(changed) == 2) if is_read else changed is None
    assert copy.changed_since(first) is None
    assert copy.changed_since(copy.version) == BitMap()
