"""Periodic work: for each merchant once an interval, however many workers look."""

from uuid import UUID

import structlog

from huitou.base.db import Database, Tx
from huitou.base.jobs import PERIODIC, Periodic

_logger = structlog.get_logger("periodic")


def run_due(database: Database, merchant: UUID) -> int:
    """Run what is due for `merchant`; returns how much ran. A failure waits for the next turn."""
    with database.read(merchant) as tx:
        waiting = {
            row["name"]: row["due_at"]
            for row in tx.rows(
                dict, "SELECT name, due_at FROM base.schedule WHERE merchant_id = %(merchant)s"
            )
        }
        now = tx.now
    ran = 0
    for periodic in PERIODIC.values():
        due_at = waiting.get(periodic.name)
        if due_at is None or due_at <= now:
            ran += _run(database, merchant, periodic)
    return ran


def _run(database: Database, merchant: UUID, periodic: Periodic) -> int:
    with database.write(merchant, principal=f"every:{periodic.name}") as tx:
        if not _claim(tx, periodic):
            return 0
        try:
            with tx.savepoint():
                periodic.run(tx)
        except Exception:
            _logger.exception("failed", name=periodic.name)
            return 0
    return 1


def _claim(tx: Tx, periodic: Periodic) -> bool:
    """Take the turn: the row is locked by whoever runs, others skip it."""
    tx.run(
        "INSERT INTO base.schedule VALUES (%(merchant)s, %(name)s, '-infinity')"
        " ON CONFLICT DO NOTHING",
        {"name": periodic.name},
    )
    return bool(
        tx.run(
            """
            UPDATE base.schedule SET due_at = %(next)s
            WHERE merchant_id = %(merchant)s AND name = (
                SELECT name FROM base.schedule
                WHERE merchant_id = %(merchant)s AND name = %(name)s AND due_at <= %(now)s
                FOR UPDATE SKIP LOCKED)
            """,
            {"name": periodic.name, "next": tx.now + periodic.interval},
        )
    )
