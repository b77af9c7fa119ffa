"""Housekeeping, once a day: room for the coming month, and an end for what has served its time.

Runs as the owner over all merchants. What the merchant sets a retention for is deleted by it; the
rest has fixed ends: answers to idempotency keys 7 days after, uploaded
files too, notices 30, sessions when they expire.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from psycopg import sql

from huitou.base.config import Config
from huitou.base.db import Database
from huitou.merchant import reads as merchants

_logger = structlog.get_logger("upkeep")
IDEMPOTENCY = timedelta(days=7)
NOTICES = timedelta(days=30)
FILES = timedelta(days=7)


_GROWN = """
    SELECT schemaname, relname FROM pg_stat_user_tables
    WHERE n_mod_since_analyze > 5000 + 0.5 * n_live_tup AND schemaname <> 'procrastinate'
"""


def analyze_grown(database: Database) -> None:
    """Statistics for tables that a bulk load changed, sooner than autovacuum would."""
    with database.owner() as owner:
        for schema, table in owner.execute(_GROWN).fetchall():
            owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table)))


def keep_up(database: Database) -> None:
    """Everything that is due; again is harmless."""
    now = database.clock()
    with database.owner() as owner:
        owner.execute(
            "SELECT event.make_partition(%(now)s), event.make_partition(%(now)s + interval '1 month')",
            {"now": now},
        )
        owner.execute("DELETE FROM base.idempotency WHERE at < %s", [now - IDEMPOTENCY])
        owner.execute("DELETE FROM base.notice_heard WHERE heard_at < %s", [now - NOTICES])
        owner.execute("DELETE FROM base.notice WHERE told_at < %s", [now - NOTICES])
        owner.execute("DELETE FROM merchant.session WHERE expires_at < %s", [now])
    _retire_log(database)
    _remove_old_files(Config.from_environment().files, now - FILES)


def _remove_old_files(folder: Path, before: datetime) -> None:
    """Uploaded files have done their work: what failed was downloaded and mended by then."""
    for path in folder.glob("*/*"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            path.unlink(missing_ok=True)


def _retire_log(database: Database) -> None:
    """Drop months of the log that every merchant's retention has passed."""
    days = []
    for merchant in database.merchants():
        with database.read(merchant) as tx:
            days.append(int(merchants.setting(tx, "event.retention_days")))
    if not days:
        return
    limit = database.clock() - timedelta(days=max(days))
    last = f"log_{limit:%Y%m}"
    with database.owner() as owner:
        names = owner.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'event.log'::regclass AND c.relname ~ '^log_[0-9]{6}$'"
            " AND c.relname < %s",
            [last],
        ).fetchall()
        for (name,) in names:
            owner.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("event", name)))
            _logger.warning("dropped", partition=name)
