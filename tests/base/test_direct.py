"""`call` works whatever the driver took back of what was prepared."""

from collections.abc import Iterator

import pytest

from huitou.base.crypto import MasterKey
from huitou.base.db import Database, Tx
from tests.conftest import Brand, Clock


@pytest.fixture
def one(db: Database, master: MasterKey, clock: Clock) -> Iterator[Database]:
    """A pool of a single connection, so that all of it happens on one."""
    database = Database(db.dsn, master, clock=clock, size_max=1)
    yield database
    database.close()


def add(tx: Tx, one: int, other: int) -> str | None:
    return tx.call("SELECT $1::int + $2::int", [str(one), str(other)])[0][0]


def warm(tx: Tx) -> None:
    """The driver prepares what it has seen several times."""
    for number in range(8):
        assert tx.value("SELECT %(n)s::int", {"n": number}) == number


def test_after_a_table_was_loaded_anew(one: Database, brand: Brand) -> None:
    with one.write(brand.merchant.id) as tx:
        for number in range(3):
            warm(tx)
            assert add(tx, number, 1) == str(number + 1)
            assert tx.load("numbers", {"n": "int"}, [(number,)]) == 1
            assert tx.value("SELECT n FROM pg_temp.numbers") == number


def test_after_a_savepoint_a_write_and_a_read_that_failed(one: Database, brand: Brand) -> None:
    class Failed(Exception):
        pass

    def fail() -> None:
        raise Failed

    with one.write(brand.merchant.id) as tx:
        warm(tx)
        assert add(tx, 1, 2) == "3"
        with pytest.raises(Failed), tx.savepoint():
            fail()
        assert add(tx, 2, 2) == "4"
    for opened in (one.write, one.read):
        with pytest.raises(Failed), opened(brand.merchant.id):
            fail()
        with one.write(brand.merchant.id) as tx:
            warm(tx)
            assert add(tx, 3, 2) == "5"
    with pytest.raises(Failed), one.owner():
        fail()
    with one.write(brand.merchant.id) as tx:
        assert add(tx, 3, 3) == "6"
