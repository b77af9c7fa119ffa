"""Loading: rows into empty tables without their indexes, then the indexes, then the scores.

The server of a load is told to keep no log and to sync nothing: a base that was interrupted is made
anew. Its sessions are replicas, so that no trigger (foreign keys, the feed of changes) fires. Indexes
are marked as not kept (`pg_index.indisready`), which `REINDEX` takes back: so they stay what the
migrations made them, foreign keys on them too. Needs the embedded server's superuser.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from bench.base import binary
from bench.base.draw import ASSOCIATES, REGIONS, SHOPS, SOURCES, STORES, World
from bench.base.histories import Catalogue
from bench.base.log import log, months, vault
from bench.base.people import people
from bench.base.profiles import profile_tables
from bench.base.tables import House, Table, Writer
from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.jobs import STREAMS
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.merchant import actions as merchants
from huitou.merchant.rules import PERMISSIONS
from huitou.merchant.types import NewStaff, NewUnit
from huitou.order import actions as orders

Say = Callable[[str], None]
Pieces = Iterator[bytes]

LOADING = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "session_replication_role": "replica",
    "maintenance_work_mem": "1GB",
    "work_mem": "256MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
}
_PRODUCTS = 500
_NUMBERED = ("event.identifier", "profile.consent_log", "profile.tag_log")


def load(folder: Path, world: World, say: Say) -> tuple[UUID, str, dict[str, int]]:
    """Make the database in `folder`; returns the merchant, an API key, and rows by table."""
    wiring.wire()
    master = MasterKey.load(folder / "keys" / "master.key")
    moment = datetime.fromtimestamp(world.at // 1_000_000).astimezone()
    with EmbeddedPostgres(folder / "pg", settings=LOADING) as server:
        migrate(server.dsn)
        database = Database(server.dsn, master, clock=lambda: moment)
        try:
            house, key = _found(database, world.catalogue)
            with database.read(house.merchant) as tx:
                keys = tx.keys
            writer = Writer(world, people(world), house)
            with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
                for month in months(world.at):
                    owner.execute("SELECT event.make_partition(%s)", [month])
                tables = [vault(writer, keys)]
                made = [*writer.tables(), *profile_tables(writer), *log(writer)]
                tables += [(table, table.pieces()) for table in made]
                fill(owner, tables, say)
                index(server.superuser_dsn, say)
                _set_heads(owner, house.merchant, writer, moment)
                _score(database, owner, house.merchant, say)
        finally:
            database.close()
    os.sync()
    rows: Counter[str] = Counter()
    for table, _ in tables:
        rows[table.name.replace('"', "")] += table.count
    return house.merchant, key, dict(rows)


def _found(database: Database, catalogue: Catalogue) -> tuple[House, str]:
    """The business, by its own verbs."""
    with database.owner() as owner:
        merchant = merchants.found_merchant(
            owner, database.master, name="bench", now=database.clock()
        )
    units = [NewUnit("hq", "hq", "headquarters")]
    units += [NewUnit(f"region-{n:02d}", f"region {n}", "region", "hq") for n in range(REGIONS)]
    stores = [
        NewUnit(f"store-{n:04d}", f"store {n}", "store", f"region-{n % REGIONS:02d}")
        for n in range(STORES)
    ]
    stores += [NewUnit(f"shop-{n}", f"shop {n}", "online", "hq") for n in range(SHOPS)]
    staff = [
        NewStaff(f"a{n:04d}", f"a{n}", "associate", f"store-{n % STORES:04d}", f"wc-a{n:04d}")
        for n in range(ASSOCIATES)
    ]
    with database.write(merchant.id, principal="bench") as tx:
        merchants.add_units(tx, units)
        places = merchants.add_units(tx, stores)
        associates = merchants.add_staff(tx, staff)
        for source in SOURCES:
            merchants.add_connector(tx, source, source)
        key = merchants.add_key(tx, "bench", PERMISSIONS).secret
        for at in range(0, len(catalogue.sku), _PRODUCTS):
            catalog.save_products(tx, _products(catalogue, slice(at, at + _PRODUCTS)))
    return House(
        merchant.id, _bytes([unit.id for unit in places]), _bytes([each.id for each in associates])
    ), key


def _products(catalogue: Catalogue, part: slice) -> list[NewProduct]:
    named = zip(
        *(catalogue.sku[part], catalogue.name[part], catalogue.category[part].tolist()),
        catalogue.price_fen[part].tolist(),
        strict=True,
    )
    return [
        NewProduct(sku, name, *_category(catalogue, code), price_fen)
        for sku, name, code, price_fen in named
    ]


def _category(catalogue: Catalogue, code: int) -> tuple[str, str, str]:
    category, title = catalogue.categories[code]
    return category, title, title


def fill(owner: psycopg.Connection, tables: Sequence[tuple[Table, Pieces]], say: Say) -> None:
    """One transaction, in which the tables are emptied first: so nothing needs to be logged, and
    rows come in frozen."""
    names = sorted({table.name for table, _ in tables})
    with owner.transaction():
        owner.execute(_statement("TRUNCATE {} CASCADE", ", ".join(names)))
        owner.execute(
            "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::regclass[]::oid[])",
            [names],
        )
        for table, pieces in tables:
            started = time.monotonic()
            _copy(owner, table, pieces)
            seconds = time.monotonic() - started
            if seconds > 1:
                say(f"  {table.name}: {table.count:,} rows, {seconds:.0f} s")


def _copy(owner: psycopg.Connection, table: Table, pieces: Pieces) -> None:
    columns = ", ".join(table.columns)
    statement = _statement(
        "COPY {} FROM STDIN (FORMAT binary, FREEZE)", f"{table.name} ({columns})"
    )
    with (
        owner.cursor() as cursor,
        cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy,
    ):
        copy.write(binary.HEADER)
        for piece in pieces:
            copy.write(piece)
        copy.write(binary.TRAILER)


def index(dsn: str, say: Say) -> None:
    """All indexes of the tables again, the biggest first, one a core at a time."""
    started = time.monotonic()
    with psycopg.connect(dsn) as owner:
        found = owner.execute(
            """
            SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
            WHERE NOT i.indisready ORDER BY pg_relation_size(t.oid) DESC, i.indexrelid
            """
        ).fetchall()
    waiting: Queue[str] = Queue()
    for (name,) in found:
        waiting.put(name)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("SET max_parallel_maintenance_workers = 0")
                while not waiting.empty():
                    connection.execute(_statement("REINDEX INDEX {}", waiting.get_nowait()))
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work) for _ in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("ANALYZE")
    say(f"  {len(found)} indexes: {time.monotonic() - started:.0f} s")


def _set_heads(owner: psycopg.Connection, merchant: UUID, writer: Writer, moment: datetime) -> None:
    """What counts on goes on from here; the streams have read everything."""
    head = writer.people.positions.head
    for table in _NUMBERED:
        owner.execute(
            _statement(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id) + 1, false) FROM {}"
                " HAVING max(id) IS NOT NULL",
                table,
            ),
            [table],
        )
    owner.execute(
        "INSERT INTO identity.ordinal VALUES (%s, %s)", [merchant, writer.world.customers]
    )
    owner.execute("INSERT INTO event.head VALUES (%s, %s)", [merchant, head])
    for stream in STREAMS:
        owner.execute(
            "INSERT INTO base.cursor VALUES (%s, %s, %s, %s)", [merchant, stream, head, moment]
        )


def _score(database: Database, owner: psycopg.Connection, merchant: UUID, say: Say) -> None:
    """By the order room itself; the table is written anew then, as every row was changed."""
    started = time.monotonic()
    with database.write(merchant, principal="bench") as tx:
        orders.score(tx)
    owner.execute('VACUUM (FULL, ANALYZE) "order".total')
    owner.execute('VACUUM "order".total')
    owner.execute("CHECKPOINT")
    say(f"  scores: {time.monotonic() - started:.0f} s")


def _bytes(ids: Sequence[UUID]) -> Any:
    return np.frombuffer(b"".join(each.bytes for each in ids), np.uint8).reshape(-1, 16)


def _statement(text: Any, part: Any) -> sql.Composed:
    """With names of our own tables put in."""
    return sql.SQL(text).format(sql.SQL(part))
