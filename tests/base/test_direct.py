"""A transaction begins with its first statement; `call` works whatever the driver took back of what was
prepared."""

from collections.abc import Iterator

import psycopg
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


def test_an_empty_transaction_asks_nothing(one: Database, db: Database, brand: Brand) -> None:
    with one.write(brand.merchant.id) as tx:
        pid = tx.value("SELECT pg_backend_pid()")

    def last_asked() -> object:
        with db.owner() as owner:
            return owner.execute(
                "SELECT query_start FROM pg_stat_activity WHERE pid = %s", [pid]
            ).fetchone()

    before = last_asked()
    for opened in (one.write, one.read):
        with opened(brand.merchant.id):
            pass
    assert before is not None
    assert last_asked() == before


def test_the_first_call_has_role_and_merchant(one: Database, brand: Brand) -> None:
    for _ in range(2):
        with one.write(brand.merchant.id) as tx:
            assert tx.call("SELECT current_user, base.merchant(), $1::int", ["7"]) == [
                ["huitou_app", str(brand.merchant.id), "7"]
            ]
            assert tx.value("SELECT current_user::text") == "huitou_app"
    with one.owner() as owner:
        assert owner.execute("SELECT current_user::text").fetchone() == ("huitou_owner",)


def test_what_the_first_call_did_is_undone_with_the_rest(one: Database, brand: Brand) -> None:
    class Failed(Exception):
        pass

    insert = "INSERT INTO base.cursor VALUES ($1, $2, 1, now()) RETURNING stream"
    count = "SELECT count(*)::int FROM base.cursor WHERE stream = 'first'"

    def fail(tx: Tx) -> None:
        tx.call(insert, [str(brand.merchant.id), "first"])
        raise Failed

    with pytest.raises(Failed), one.write(brand.merchant.id) as tx:
        fail(tx)
    with one.write(brand.merchant.id) as tx:
        assert tx.value(count) == 0
    with one.write(brand.merchant.id) as tx:
        tx.call(insert, [str(brand.merchant.id), "first"])
    with one.read(brand.merchant.id) as reading:
        assert reading.value(count) == 1


def test_an_error_of_the_first_call_is_told_and_passes(one: Database, brand: Brand) -> None:
    for _ in range(2):
        with (
            pytest.raises(psycopg.errors.DivisionByZero),
            one.write(brand.merchant.id) as tx,
        ):
            tx.call("SELECT 1 / $1::int", ["0"])
        with one.write(brand.merchant.id) as tx:
            assert add(tx, 1, 1) == "2"


def test_a_transaction_whose_error_was_passed_over_does_not_end_well(
    one: Database, brand: Brand
) -> None:
    def pass_over(tx: Tx) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            tx.value("SELECT 1 / 0")

    with (
        pytest.raises(psycopg.errors.InFailedSqlTransaction),
        one.write(brand.merchant.id) as tx,
    ):
        pass_over(tx)


def test_a_server_that_went_away_before_the_first_statement(
    one: Database, db: Database, brand: Brand
) -> None:
    def lose(tx: Tx, pid: int, *, is_call: bool) -> None:
        with db.owner() as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        if is_call:
            add(tx, 1, 1)
        tx.value("SELECT 1")

    for is_call in (True, False):
        with one.write(brand.merchant.id) as tx:
            pid = tx.value("SELECT pg_backend_pid()")
        with pytest.raises(psycopg.OperationalError), one.write(brand.merchant.id) as tx:
            lose(tx, pid, is_call=is_call)
        with one.write(brand.merchant.id) as tx:
            assert add(tx, 1, 2) == "3"


def test_a_snapshot_is_of_the_first_statement(one: Database, db: Database, brand: Brand) -> None:
    count = "SELECT count(*)::int FROM base.cursor WHERE stream LIKE 'seen%%'"

    def write(stream: str) -> None:
        with db.write(brand.merchant.id) as tx:
            tx.run(
                "INSERT INTO base.cursor VALUES (%(merchant)s, %(stream)s, 1, %(now)s)",
                {"stream": stream},
            )

    with one.read(brand.merchant.id) as tx:
        write("seen 1")
        assert tx.value(count) == 1
        write("seen 2")
        assert tx.value(count) == 1
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), one.read(brand.merchant.id) as tx:
        tx.column("DELETE FROM base.cursor RETURNING 1")


def test_what_was_prepared_and_taken_back_is_prepared_again(one: Database, brand: Brand) -> None:
    for number in range(3):
        with one.write(brand.merchant.id) as tx:
            assert add(tx, number, 1) == str(number + 1)
        with one.owner() as owner:
            owner.execute("DEALLOCATE ALL")


def test_values_larger_than_a_socket_takes_at_once(one: Database, brand: Brand) -> None:
    large = "名" * 3_000_000
    with one.write(brand.merchant.id) as tx:
        assert tx.call("SELECT $1::text", [large]) == [[large]]


INSERT = "INSERT INTO base.cursor VALUES ($1, $2, 1, now()) RETURNING stream"


def count_of(database: Database, brand: Brand, stream: str) -> int:
    with database.read(brand.merchant.id) as tx:
        return int(
            tx.value(
                "SELECT count(*) FROM base.cursor WHERE stream = %(stream)s", {"stream": stream}
            )
        )


def test_one_statement_alone_is_committed_when_it_answers(
    one: Database, db: Database, brand: Brand
) -> None:
    assert one.alone(INSERT, [str(brand.merchant.id), "alone"]) == [["alone"]]
    assert count_of(db, brand, "alone") == 1
    assert one.alone("SELECT current_user, base.merchant(), $1::int", ["7"]) == [
        ["huitou_owner", None, "7"]
    ]
    with one.write(brand.merchant.id) as tx:
        assert add(tx, 1, 2) == "3"


def test_what_fails_alone_leaves_nothing_and_the_connection_serves_on(
    one: Database, brand: Brand
) -> None:
    failing = "WITH a AS (INSERT INTO base.cursor VALUES ($1, $2, 1, now())) SELECT 1 / $3::int"
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            one.alone(failing, [str(brand.merchant.id), "failed", "0"])
    assert count_of(one, brand, "failed") == 0


def test_what_was_taken_back_is_prepared_again_alone(one: Database) -> None:
    for number in range(3):
        assert one.alone("SELECT $1::int", [str(number)]) == [[str(number)]]
        with one.owner() as owner:
            owner.execute("DEALLOCATE ALL")


def test_a_connection_that_is_lost_alone_is_not_used_again(
    one: Database, db: Database, brand: Brand
) -> None:
    with pytest.raises(psycopg.OperationalError):
        one.alone("SELECT pg_terminate_backend(pg_backend_pid()) AND $1::boolean", ["t"])
    assert one.alone("SELECT $1::int", ["5"]) == [["5"]]
