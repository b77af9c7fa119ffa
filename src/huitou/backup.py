"""Backup into one file and restore from it, with nothing but a connection.

The file is a zip: a manifest (format, migrations) and, for each table, its rows as PostgreSQL's
COPY text, all from one snapshot. Keys are not in it. Whoever was forgotten after the backup was made is
kept in a list beside the keys, and is forgotten again when it is restored.
"""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from huitou.base.config import Config
from huitou.base.migrate import Changed, all_migrations

_FORMAT = 1
_CHUNK = 1 << 20

_TABLES = """
    SELECT n.nspname, c.relname, array(
        SELECT a.attname FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum), c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname <> ALL (ARRAY['pg_catalog', 'information_schema', 'pg_toast', 'procrastinate'])
      AND (n.nspname, c.relname) NOT IN (
          ('base', 'migration'), ('base', 'notice_heard'),
          ('base', 'change'), ('base', 'feed_cursor'), ('base', 'warehouse_file'))
    ORDER BY 1, 2
"""
_REFERENCES = """
    SELECT conrelid, confrelid FROM pg_constraint
    WHERE contype = 'f' AND conrelid <> confrelid AND conparentid = 0
"""


@dataclass(frozen=True, slots=True)
class Table:
    schema: str
    name: str
    columns: list[str]
    oid: int

    @property
    def path(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Summary:
    table_count: int
    row_count: int
    forgotten_count: int = 0


class NotEmpty(Exception):
    """A backup is restored into an empty database only."""


def write_backup(dsn: str, target: Path) -> Summary:
    """Everything but keys and queued jobs, from one snapshot; the file appears when it is whole."""
    partial = target.with_name(target.name + ".partial")
    row_count = 0
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = _tables(connection)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for table in tables:
                row_count += _write_table(connection, archive, table)
            migrations = connection.execute(
                "SELECT number, checksum FROM base.migration ORDER BY number"
            ).fetchall()
            archive.writestr(
                "manifest.json",
                json.dumps(
                    {
                        "format": _FORMAT,
                        "migrations": migrations,
                        "tables": [{"path": t.path, "columns": t.columns} for t in tables],
                    }
                ),
            )
    partial.replace(target)
    return Summary(len(tables), row_count)


def restore_backup(dsn: str, source: Path, config: Config) -> Summary:
    """Into a migrated, empty database; all or nothing. Then everyone forgotten since is again."""
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        _check_versions(manifest["migrations"])
        with psycopg.connect(dsn) as connection:
            found = connection.execute("SELECT count(*) FROM merchant.merchant").fetchone()
            if found and found[0]:
                raise NotEmpty("数据库不是空的 / the database is not empty")
            columns = {item["path"]: item["columns"] for item in manifest["tables"]}
            tables = [t for t in _in_order(connection) if t.path in columns]
            _force(connection, tables, is_forced=False)
            row_count = sum(
                _read_table(connection, archive, table, columns[table.path]) for table in tables
            )
            _restart_sequences(connection)
            _force(connection, tables, is_forced=True)
    return Summary(len(tables), row_count, _forget_again(dsn, config))


def _tables(connection: psycopg.Connection) -> list[Table]:
    return [Table(*row) for row in connection.execute(_TABLES).fetchall()]


def _in_order(connection: psycopg.Connection) -> list[Table]:
    """Tables after the tables they refer to."""
    tables = {table.oid: table for table in _tables(connection)}
    needs: dict[int, set[int]] = {oid: set() for oid in tables}
    for child, parent in connection.execute(_REFERENCES).fetchall():
        if child in needs and parent in tables:
            needs[child].add(parent)
    ordered: list[Table] = []
    while needs:
        free = [oid for oid, parents in needs.items() if not parents & needs.keys()]
        assert free, "tables refer to each other in a circle"
        for oid in free:
            ordered.append(tables[oid])
            del needs[oid]
    return ordered


def _write_table(connection: psycopg.Connection, archive: zipfile.ZipFile, table: Table) -> int:
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)), table.identifier
    )
    with (
        archive.open(f"{table.path}.copy", "w", force_zip64=True) as entry,
        connection.cursor() as cursor,
    ):
        with cursor.copy(query) as copy:
            for block in copy:
                entry.write(block)
        return cursor.rowcount


def _read_table(
    connection: psycopg.Connection, archive: zipfile.ZipFile, table: Table, columns: list[str]
) -> int:
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        table.identifier, sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        archive.open(f"{table.path}.copy") as entry,
        connection.cursor() as cursor,
    ):
        with cursor.copy(query) as copy:
            while block := entry.read(_CHUNK):
                copy.write(block)
        return cursor.rowcount


def _force(connection: psycopg.Connection, tables: Iterable[Table], *, is_forced: bool) -> None:
    """COPY into a table under forced row-level security is refused, even to its owner. What is
    restored is no change to anybody: the feed does not note it."""
    force, triggers = ("FORCE", "ENABLE") if is_forced else ("NO FORCE", "DISABLE")
    for table in tables:
        connection.execute(
            sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY, {} TRIGGER USER").format(
                table.identifier, sql.SQL(force), sql.SQL(triggers)
            )
        )


def _restart_sequences(connection: psycopg.Connection) -> None:
    """Identity columns go on after the highest value restored."""
    rows = connection.execute(
        """
        SELECT n.nspname, c.relname, a.attname,
               pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attidentity <> '' AND NOT c.relispartition AND n.nspname <> 'procrastinate'
        """
    ).fetchall()
    for schema, table, column, sequence in rows:
        connection.execute(
            sql.SQL("SELECT setval({}, coalesce((SELECT max({}) FROM {}), 0) + 1, false)").format(
                sql.Literal(sequence), sql.Identifier(column), sql.Identifier(schema, table)
            )
        )


def _check_versions(backed_up: list[list[Any]]) -> None:
    """The backup's schema must be this version's, or a part of it that migrations built on."""
    known = {migration.number: migration.checksum for migration in all_migrations()}
    for number, checksum in backed_up:
        if known.get(number) != checksum:
            raise Changed(f"the backup has another migration {number:04d}; use its own version")
    if len(backed_up) != len(known):
        raise Changed("the backup is older: restore it with its own version, then upgrade")


def _forget_again(dsn: str, config: Config) -> int:
    from huitou import wiring
    from huitou.base.crypto import MasterKey
    from huitou.base.db import Database
    from huitou.forgotten import forget_again

    wiring.wire()
    database = Database(dsn, MasterKey.load(config.master_key))
    try:
        return forget_again(database, config.master_key.with_name("forgotten.jsonl"))
    finally:
        database.close()
