"""Databases as they were before a migration, and rows in their tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from huitou.base.crypto import MasterKey
from huitou.base.db import Database, Tx
from huitou.base.migrate import all_migrations, migrate
from huitou.base.pg import EmbeddedPostgres
from tests.conftest import Clock


@contextmanager
def database_before(
    number: int, cluster: EmbeddedPostgres, master: MasterKey
) -> Iterator[tuple[Database, str]]:
    """A database as it was before the migration of that number, and its address."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.superuser_dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER huitou_owner").format(sql.Identifier(name))
        )
    dsn = cluster.dsn.replace("/huitou?", f"/{name}?")
    migrate(dsn, [one for one in all_migrations() if one.number < number])
    database = Database(dsn, master, clock=Clock(), size_max=4)
    yield database, dsn
    database.close()
    with psycopg.connect(cluster.superuser_dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def insert(tx: Tx, table: str, **values: Any) -> None:
    """A row of the transaction's merchant."""
    schema, name = table.split(".")
    tx.run(
        sql.SQL("INSERT INTO {} (merchant_id, {}) VALUES (%(merchant)s, {})").format(
            sql.Identifier(schema, name),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        ),
        values,
    )
