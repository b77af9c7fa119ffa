"""Schema changes: numbered SQL files, forward only, once each, under one advisory lock."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any, cast

import psycopg
from procrastinate.schema import SchemaManager

_LOCK = 0x6875_6974_6F75


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


class Changed(Exception):
    """A migration that was applied has another text now."""


def all_migrations() -> list[Migration]:
    """In the order they are applied."""
    folder = resources.files("huitou.migrations")
    found = []
    for entry in folder.iterdir():
        if entry.name.endswith(".sql"):
            number, _, name = entry.name.removesuffix(".sql").partition("_")
            found.append(Migration(int(number), name, entry.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def migrate(dsn: str, migrations: list[Migration] | None = None) -> list[Migration]:
    """Apply what is missing, all or nothing; returns what was applied."""
    wanted = all_migrations() if migrations is None else migrations
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        applied = _applied(connection)
        missing = []
        for migration in wanted:
            known = applied.get(migration.number)
            if known is None:
                missing.append(migration)
            elif known != migration.checksum:
                raise Changed(
                    f"{migration.number:04d}_{migration.name} was changed after it was applied"
                )
        for migration in missing:
            if migration.number == 1:
                _install_jobs(connection)
            connection.execute(cast(Any, migration.sql))
            connection.execute(
                "INSERT INTO base.migration VALUES (%s, %s, %s, %s)",
                [migration.number, migration.name, migration.checksum, datetime.now(UTC)],
            )
    return missing


def pending(dsn: str) -> list[Migration]:
    """What `migrate` would apply."""
    with psycopg.connect(dsn) as connection:
        applied = _applied(connection)
    return [migration for migration in all_migrations() if migration.number not in applied]


def _applied(connection: psycopg.Connection) -> dict[int, str]:
    known = connection.execute("SELECT to_regclass('base.migration') IS NOT NULL").fetchone()
    if known is None or not known[0]:
        return {}
    return dict(connection.execute("SELECT number, checksum FROM base.migration").fetchall())


def _install_jobs(connection: psycopg.Connection) -> None:
    """The job queue's own tables; they hold ids and codes only, never a merchant's data."""
    connection.execute("CREATE SCHEMA procrastinate")
    connection.execute("SET LOCAL search_path TO procrastinate")
    connection.execute(SchemaManager.get_schema())
    connection.execute("SET LOCAL search_path TO DEFAULT")
    connection.execute(
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huitou_app') THEN
                CREATE ROLE huitou_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
                EXECUTE format('GRANT huitou_app TO %I', current_user);
            END IF;
        END $$;
        GRANT USAGE ON SCHEMA procrastinate TO huitou_app;
        GRANT ALL ON ALL TABLES IN SCHEMA procrastinate TO huitou_app;
        GRANT ALL ON ALL SEQUENCES IN SCHEMA procrastinate TO huitou_app;
        """
    )
