"""The base of benchmarks: what COPY wrote straight into the rooms' tables is what they would have
made themselves."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import sql

from bench.base import draw, histories, home
from bench.base.home import Base
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.identity import reads as identity
from huitou.order import actions as order
from huitou.profile import actions as profile
from tests.conftest import FAST

CUSTOMERS, SEED = 2_000, 7
AT = datetime(2026, 11, 20, tzinfo=UTC)
PROFILE = ("customer", "friendship", "consent", "tag", "trait")


@pytest.fixture(scope="module")
def base() -> Iterator[Base]:
    with tempfile.TemporaryDirectory(prefix="huitou-bench-") as folder:
        yield home.prepare(
            Path(folder), customers=CUSTOMERS, seed=SEED, at=AT, say=lambda text: None
        )


@pytest.fixture(scope="module")
def server(base: Base) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(base.folder / "pg", settings=FAST) as running:
        yield running


@pytest.fixture(scope="module")
def db(server: EmbeddedPostgres, base: Base) -> Iterator[Database]:
    master = MasterKey.load(base.folder / "keys" / "master.key")
    database = Database(server.dsn, master, clock=lambda: base.made_at)
    yield database
    database.close()


@pytest.fixture(scope="module")
def content(server: EmbeddedPostgres) -> Iterator[Callable[..., str]]:
    """What is in tables, whatever the order of rows."""
    with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:

        def digest(*tables: str) -> str:
            rows: list[Any] = []
            for table in tables:
                statement = sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(
                    sql.Identifier(*table.split("."))
                )
                rows += [table, *owner.execute(statement).fetchall()]
            return hashlib.sha256(repr(rows).encode()).hexdigest()

        yield digest


def test_counting_and_scoring_again_changes_nothing(
    db: Database, base: Base, content: Callable[..., str]
) -> None:
    before = content("order.total", "order.category_total")
    with db.write(base.merchant) as tx:
        order.recount_all(tx)
        assert order.score(tx) == 0
    assert content("order.total", "order.category_total") == before


def test_deriving_all_customers_again_changes_nothing(
    db: Database, base: Base, content: Callable[..., str]
) -> None:
    tables = [f"profile.{name}" for name in PROFILE]
    before = content(*tables)
    with db.write(base.merchant) as tx:
        profile.derive(tx, tx.column("SELECT id FROM identity.customer"))
    assert content(*tables) == before


def test_customers_are_found_by_their_identifiers(db: Database, base: Base) -> None:
    numbers = np.arange(CUSTOMERS)
    held = draw.patterns(SEED, numbers)
    with db.read(base.merchant) as tx:
        for number in np.flatnonzero(held & draw.PHONE)[:3]:
            phone = identity.find_by_identifier(tx, "phone", f"13{number + 1:09d}")
            card = identity.find_by_identifier(tx, "card", f"88{number + 1:08d}", "default")
            assert phone is not None
            assert phone == card
            assert phone.ordinal == number + 1


def test_the_log_tells_of_the_same_orders(db: Database, base: Base) -> None:
    with db.read(base.merchant) as tx:
        told, agreeing = tx.rows(dict, _TOLD)[0].values()
        head = tx.value("SELECT position FROM event.head")
        last = tx.value("SELECT max(position) FROM event.log")
    assert 50 < told == agreeing
    assert last <= head


_TOLD = """
    SELECT count(*) AS told, count(*) FILTER (
        WHERE p.customer_id = r.customer_id AND p.paid_at = l.occurred_at AND p.unit_id = l.unit_id
          AND p.paid_fen = (l.properties ->> 'paid_fen')::bigint AND s.position = l.position
          AND p.line_count = jsonb_array_length(l.properties -> 'lines')
          AND k.customer_id = p.customer_id) AS agreeing
    FROM event.log l
    LEFT JOIN event.seen s
        ON s.merchant_id = l.merchant_id AND s.source = l.source AND s.id = l.id
    LEFT JOIN "order".purchase p
        ON p.merchant_id = l.merchant_id AND p.order_no = l.properties ->> 'order_no'
    LEFT JOIN identity.resolved r ON r.merchant_id = l.merchant_id AND r.position = l.position
    LEFT JOIN identity.link k
        ON k.merchant_id = l.merchant_id AND k.identifier_id = l.identifier_ids[1]
    WHERE l.merchant_id = %(merchant)s AND l.type = 'order.paid'
"""


def test_the_schema_is_that_of_the_migrations(
    server: EmbeddedPostgres, cluster: EmbeddedPostgres
) -> None:
    def described(dsn: str) -> list[Any]:
        with psycopg.connect(dsn) as owner:
            owner.execute(
                "SELECT event.make_partition(m) FROM unnest(%s::timestamptz[]) m", [MONTHS]
            )
            indexes = owner.execute(
                "SELECT indexrelid::regclass::text, indisvalid, indisready, indisunique,"
                " pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
                " WHERE relnamespace <> ALL(ARRAY['pg_toast', 'pg_catalog']::regnamespace[])"
                " AND indexrelid::regclass::text !~ 'log_20' ORDER BY 1"
            ).fetchall()
            constraints = owner.execute(
                "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE conrelid::regclass::text !~ 'log_20' ORDER BY 1, 2"
            ).fetchall()
            owner.rollback()
        return [*indexes, *constraints]

    migrate(server.dsn)
    assert described(server.superuser_dsn) == described(cluster.superuser_dsn)


MONTHS = [AT]


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    pool, catalogue = histories.pool(), histories.catalogue()
    one, again, other = (draw.draw(500, seed, AT, pool, catalogue) for seed in (1, 1, 2))
    assert np.array_equal(one.orders.at, again.orders.at)
    assert np.array_equal(one.lines.paid_fen, again.lines.paid_fen)
    assert not np.array_equal(one.came, other.came)


def test_tails_are_heavy(base: Base) -> None:
    assert base.skew["orders_share_of_top_1_percent"] > 0.1
    assert base.skew["orders_max_of_a_customer"] > 20


def test_a_base_is_made_once(base: Base) -> None:
    def never(text: str) -> None:
        raise AssertionError(text)

    folder = base.folder.parent
    assert home.prepare(folder, customers=CUSTOMERS, seed=SEED, say=never) == base


def test_without_the_shared_data_histories_are_the_demos(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(histories, "SHARED", tmp_path / "missing")
    pool = histories.pool()
    assert len(pool.start) == 801
    assert pool.count.sum() == 41_411
    assert len(histories.catalogue().sku) > 2_000
