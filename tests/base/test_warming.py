"""Reading ahead after the database started: everything that is asked for, as far as memory goes, by one process."""

import psycopg

from huitou.base.db import Database
from huitou.base.pg import EmbeddedPostgres
from huitou.worker import warming
from tests.conftest import Brand, Clock, send_events


def send_one(db: Database, brand: Brand, clock: Clock) -> None:
    event = {
        "id": "e-1",
        "type": "product.viewed",
        "occurred_at": clock.now,
        "source": "mall",
        "identifiers": [{"kind": "openid", "scope": "wx", "value": "o-1"}],
        "properties": {"sku": "S1"},
    }
    send_events(db, brand.merchant.id, [event])


def size_of(db: Database, names: list[str]) -> int:
    with db.owner() as owner:
        query = "SELECT sum(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) AS t (name)"
        row = owner.execute(query, [names]).fetchone()
    assert row is not None
    return int(row[0])


def in_superusers_hands(cluster: EmbeddedPostgres, db: Database) -> psycopg.Connection:
    name = psycopg.conninfo.conninfo_to_dict(db.dsn)["dbname"]
    return psycopg.connect(cluster.superuser_dsn, dbname=name, autocommit=True)


def test_all_that_events_ask_for_is_read_and_again_does_no_harm(
    db: Database, brand: Brand, clock: Clock
) -> None:
    send_one(db, brand, clock)
    whole = size_of(db, list(warming.ASKED))
    assert whole > 0
    assert warming.read_ahead(db) == whole
    assert warming.read_ahead(db) == whole


def test_a_server_that_has_just_started_is_cold(db: Database) -> None:
    start, is_cold = warming.find_start(db)
    assert warming.find_start(db) == (start, is_cold)
    with db.owner() as owner:
        age = owner.execute("SELECT now() - pg_postmaster_start_time()").fetchone()
    assert age is not None
    assert is_cold == (age[0] < warming.FRESH)


def test_reading_ends_where_the_page_cache_does(
    cluster: EmbeddedPostgres, db: Database, brand: Brand, clock: Clock
) -> None:
    send_one(db, brand, clock)
    first, second = list(warming.ASKED[:1]), list(warming.ASKED[:2])
    room = size_of(db, second) // 8192
    with in_superusers_hands(cluster, db) as link:
        name = link.info.dbname
        for blocks, expected in ((room, second), (room - 1, first)):
            link.execute(f'ALTER DATABASE "{name}" SET effective_cache_size = {blocks}')
            narrow = Database(db.dsn, db.master, size_max=2)
            assert warming.read_ahead(narrow) == size_of(db, expected)
            narrow.close()
        link.execute(f'ALTER DATABASE "{name}" RESET effective_cache_size')


def test_one_process_reads_and_one_that_is_asked_to_stop_does(db: Database) -> None:
    assert warming.read_ahead(db, lambda: True) == 0
    read_beside: list[int] = []

    def is_stopped() -> bool:
        if not read_beside:
            read_beside.append(warming.read_ahead(db))
        return False

    assert warming.read_ahead(db, is_stopped) > 0
    assert read_beside == [0]


def test_without_the_extension_nothing_is_read(cluster: EmbeddedPostgres, db: Database) -> None:
    with in_superusers_hands(cluster, db) as link:
        link.execute("DROP EXTENSION pg_prewarm")
        assert warming.read_ahead(db) == 0
        link.execute("CREATE EXTENSION pg_prewarm SCHEMA public")
    assert warming.read_ahead(db) > 0
