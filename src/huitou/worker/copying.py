"""Keeping the columnar copy: made when there is none, brought up to date every second, tidied."""

from uuid import UUID

import structlog

from huitou.base.db import Database
from huitou.base.warehouse import writer
from huitou.base.warehouse.files import list_files

_logger = structlog.get_logger("warehouse")


def keep_copy(database: Database, merchant: UUID) -> int:
    """One turn; returns how many rows were written."""
    assert database.warehouse is not None
    folder = database.warehouse.folder(merchant)
    with database.read(merchant) as tx:
        is_there = bool(list_files(tx))
    step = writer.flush if is_there else writer.rebuild
    with database.write(merchant, principal="warehouse") as tx:
        rows = step(tx, folder)
    if rows and not is_there:
        _logger.info("built", merchant=str(merchant), rows=rows)
    return rows


def tidy_copy(database: Database, merchant: UUID, *, is_thorough: bool = False) -> None:
    """Fewer files, a shorter feed."""
    assert database.warehouse is not None
    folder = database.warehouse.folder(merchant)
    with database.write(merchant, principal="warehouse") as tx:
        writer.compact(tx, folder, is_thorough=is_thorough)
    with database.write(merchant, principal="warehouse") as tx:
        writer.trim_feed(tx)
    with database.write(merchant, principal="warehouse") as tx:
        writer.forget_files(tx, folder)
