"""Keeping the copy: made whole once, then changed keys as they come, then fewer and larger files.

A transaction of the caller's holds each step: files are written first and listed in it, so a crash
leaves nothing but a file that nobody lists. One writer at a time; who comes second does nothing.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import sql

from huitou.base.db import Tx
from huitou.base.warehouse.datasets import DATASETS, Dataset
from huitou.base.warehouse.files import File, Made, Maker, add_files, list_files, replace_files
from huitou.base.warehouse.folder import Folder

CONSUMER = "warehouse"
KEEP_REPLACED = timedelta(hours=1)
"""So long a process may still read files that were replaced."""
_DELTAS_MAX = 24
_BASE_SHARE = 8
"""A base is written again when an eighth of its rows has changed, so each row is written a
logarithmic number of times."""
_BASE_ROWS_MIN = 50_000


def begin(tx: Tx) -> bool:
    """Call first: one view of everything for the whole transaction. False when another writes."""
    tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return bool(
        tx.value(
            "SELECT pg_try_advisory_xact_lock("
            "hashtextextended(%(merchant)s::text || 'warehouse', 0))"
        )
    )


def rebuild(tx: Tx, folder: Folder) -> int:
    """Make the whole copy again; returns its rows. O(rows), in the speed of COPY and sorting."""
    if not begin(tx):
        return 0
    maker = Maker(folder)
    try:
        _take(tx)
        old = [file.id for file in list_files(tx)]
        made = [file for dataset in DATASETS.values() for file in _whole(tx, maker, dataset)]
    finally:
        maker.close()
    replace_files(tx, old)
    add_files(tx, made)
    return sum(file.rows for file in made)


def flush(tx: Tx, folder: Folder) -> int:
    """Write what changed since the last time; returns how many rows. Does nothing before the first
    `rebuild`."""
    if not begin(tx):
        return 0
    cursor = tx.row(
        dict,
        "SELECT taken::text AS taken, position FROM base.feed_cursor"
        " WHERE merchant_id = %(merchant)s AND consumer = %(consumer)s",
        {"consumer": CONSUMER},
    )
    if cursor is None:
        return 0
    sources = _load_changes(tx, cursor["taken"])
    upto = _take(tx)
    if not sources and upto == cursor["position"]:
        return 0
    maker = Maker(folder)
    try:
        made = [
            file
            for dataset in DATASETS.values()
            for file in _changed(tx, maker, dataset, sources, cursor["position"], upto)
        ]
    finally:
        maker.close()
    whole = {file.dataset for file in made if DATASETS[file.dataset].kind == "whole"}
    replace_files(tx, [file.id for file in list_files(tx) if file.dataset in whole])
    add_files(tx, made)
    return sum(file.rows for file in made)


def compact(tx: Tx, folder: Folder, *, is_thorough: bool = False) -> int:
    """Fewer, larger files where there are many; returns how many were replaced. Thorough: no
    changes beside the base are left."""
    if not begin(tx):
        return 0
    present: dict[str, list[File]] = defaultdict(list)
    for file in list_files(tx):
        present[file.dataset].append(file)
    maker = Maker(folder)
    replaced = 0
    try:
        for name, files in present.items():
            old, made = _compacted(maker, DATASETS[name], files, is_thorough=is_thorough)
            replace_files(tx, [file.id for file in old])
            add_files(tx, made)
            replaced += len(old)
    finally:
        maker.close()
    return replaced


def trim_feed(tx: Tx) -> int:
    """Let go of changes that every consumer has taken."""
    return tx.run(
        """
        DELETE FROM base.change WHERE merchant_id = %(merchant)s AND tx < (
            SELECT min(pg_snapshot_xmin(taken)::text::bigint) FROM base.feed_cursor
            WHERE merchant_id = %(merchant)s)
        """
    )


def forget_files(tx: Tx, folder: Folder) -> int:
    """Delete files that were replaced a while ago, and those that were never listed; not while another
    writes some."""
    if not begin(tx):
        return 0
    until = tx.now - KEEP_REPLACED
    gone = set(
        tx.column(
            "DELETE FROM base.warehouse_file"
            " WHERE merchant_id = %(merchant)s AND replaced_at < %(until)s RETURNING path",
            {"until": until},
        )
    )
    listed = tx.column("SELECT path FROM base.warehouse_file WHERE merchant_id = %(merchant)s")
    gone |= folder.list_strays(listed, until)
    for name in gone:
        folder.remove(name)
    return len(gone)


def _take(tx: Tx) -> int:
    """Move the cursor to this transaction's view; returns how far events are told apart in it."""
    upto: int = (
        tx.value(
            "SELECT position FROM base.cursor"
            " WHERE merchant_id = %(merchant)s AND stream = 'identity'"
        )
        or 0
    )
    tx.run(
        """
        INSERT INTO base.feed_cursor (merchant_id, consumer, taken, position, moved_at)
        VALUES (%(merchant)s, %(consumer)s, pg_current_snapshot(), %(upto)s, %(now)s)
        ON CONFLICT (merchant_id, consumer) DO UPDATE
        SET taken = excluded.taken, position = excluded.position, moved_at = excluded.moved_at
        """,
        {"consumer": CONSUMER, "upto": upto},
    )
    return upto


def _load_changes(tx: Tx, taken: str) -> set[str]:
    """The changes since into `warehouse_change`; which sources they are of."""
    tx.run(
        """
        CREATE TEMP TABLE warehouse_change ON COMMIT DROP AS
        SELECT source, key FROM base.changed_since(%(taken)s::pg_snapshot)
        """,
        {"taken": taken},
    )
    return set(tx.column("SELECT DISTINCT source FROM pg_temp.warehouse_change"))


def _whole(tx: Tx, maker: Maker, dataset: Dataset) -> Iterator[Made]:
    if dataset.at is None:
        made = maker.unload(tx, dataset, "base")
        if made:
            yield made
        return
    span = tx.row(dict, dataset.span)
    since, until = span.values() if span else (None, None)
    for first in _months(since, until):
        only: LiteralString = (
            " AND " + dataset.at + " >= %(first)s AND " + dataset.at + " < %(after)s"
        )
        between = {"first": first, "after": _next(first)}
        made = maker.unload(tx, dataset, "base", only=only, params=between, month=first.date())
        if made:
            yield made


def _changed(
    tx: Tx, maker: Maker, dataset: Dataset, sources: set[str], after: int, upto: int
) -> Iterator[Made]:
    is_touched = not sources.isdisjoint(dataset.sources)
    if dataset.kind == "whole":
        if is_touched:
            yield from _whole(tx, maker, dataset)
        return
    params: dict[str, Any] = {"sources": list(dataset.sources), "after": after, "upto": upto}
    keys: list[int] = tx.column(dataset.keys, params) if is_touched else []
    if keys:
        # A table and not an array: beside a join on the same column, the array would be gone over
        # once a row.
        tx.load("warehouse_key", {"key": "bigint"}, ((key,) for key in keys))
        of_keys: LiteralString = " IN (SELECT key FROM pg_temp.warehouse_key)"
        by_key: LiteralString = " AND " + dataset.key_column + of_keys
        made = maker.unload(tx, dataset, "delta", only=by_key, keys=keys)
        if made:
            yield made
    if dataset.kind == "event" and upto > after:
        since: LiteralString = (
            " AND " + dataset.key_column + " > %(after)s AND " + dataset.key_column + " <= %(upto)s"
        )
        made = maker.unload(tx, dataset, "delta", only=since, params=params)
        if made:
            yield made


def _compacted(
    maker: Maker, dataset: Dataset, files: Sequence[File], *, is_thorough: bool
) -> tuple[list[File], list[Made]]:
    deltas = [file for file in files if file.kind == "delta"]
    bases = [file for file in files if file.kind == "base"]
    if not deltas:
        return [], []
    changed = sum(file.rows for file in deltas)
    base = sum(file.rows for file in bases)
    is_base_due = is_thorough or changed > max(_BASE_ROWS_MIN, base // _BASE_SHARE)
    if not is_base_due and len(deltas) <= _DELTAS_MAX:
        return [], []
    _load_latest(maker, deltas)
    upto = max(file.id for file in deltas)
    if not is_base_due:
        merged = maker.merge(dataset, "delta", sql.SQL("SELECT * FROM latest"), merges=upto)
        return deltas, [merged] if merged else []
    old, made = list(deltas), []
    for month, own in _by_month(maker, dataset, bases):
        stays = not own or not _is_touched(maker, own, month, dataset)
        if stays and own:
            continue
        rows = _rewritten(maker, dataset, own, month)
        rewritten = maker.merge(dataset, "base", rows, month=month, merges=upto)
        old += own
        made += [rewritten] if rewritten else []
    return old, made


def _load_latest(maker: Maker, deltas: Sequence[File]) -> None:
    """Of each changed key what the newest file says: table `latest` (a file has a key once, but
    for orders, whose lines share one)."""
    maker.duck.execute("DROP TABLE IF EXISTS latest")
    for file in deltas:
        source = maker.parquet([file.path])
        if file is deltas[0]:
            text = sql.SQL("CREATE TABLE latest AS SELECT * FROM {}").format(source)
        else:
            text = sql.SQL(
                "DELETE FROM latest WHERE key IN (SELECT key FROM {0});"
                " INSERT INTO latest BY NAME SELECT * FROM {0}"
            ).format(source)
        maker.duck.execute(text.as_string(None))


def _by_month(
    maker: Maker, dataset: Dataset, bases: Sequence[File]
) -> list[tuple[date | None, list[File]]]:
    """The months there are or will be, each with its files; no month where files have none."""
    if dataset.at_name is None:
        return [(None, list(bases))]
    months: dict[date | None, list[File]] = defaultdict(list)
    for file in bases:
        months[file.month].append(file)
    found = maker.duck.execute(
        sql.SQL("SELECT DISTINCT date_trunc('month', {})::date FROM latest WHERE NOT is_removed")
        .format(sql.Identifier(dataset.at_name))
        .as_string(None)
    ).fetchall()
    for (month,) in found:
        months[month] = months.get(month, [])
    return sorted(months.items(), key=lambda item: str(item[0]))


def _is_touched(maker: Maker, own: Sequence[File], month: date | None, dataset: Dataset) -> bool:
    """Whether changed keys are in these files, or new ones belong to their month."""
    paths = maker.parquet([file.path for file in own])
    query = sql.SQL(
        "SELECT EXISTS (SELECT 1 FROM {} b SEMI JOIN latest l ON l.key = b.key)"
        " OR EXISTS (SELECT 1 FROM latest WHERE NOT is_removed AND {})"
    ).format(paths, _of_month(dataset, month))
    return bool(maker.duck.execute(query.as_string(None)).fetchall()[0][0])


def _rewritten(
    maker: Maker, dataset: Dataset, own: Sequence[File], month: date | None
) -> sql.Composed:
    new = sql.SQL("SELECT * FROM latest WHERE NOT is_removed AND {}").format(
        _of_month(dataset, month)
    )
    if not own:
        return sql.Composed([new])
    paths = maker.parquet([file.path for file in own])
    return sql.SQL(
        "SELECT b.* FROM {} b ANTI JOIN latest l ON l.key = b.key UNION ALL BY NAME {}"
    ).format(paths, new)


def _of_month(dataset: Dataset, month: date | None) -> sql.Composable:
    if month is None or dataset.at_name is None:
        return sql.SQL("true")
    return sql.SQL("date_trunc('month', {})::date = {}::date").format(
        sql.Identifier(dataset.at_name), sql.Literal(month.isoformat())
    )


def _months(since: datetime | None, until: datetime | None) -> Iterator[datetime]:
    if since is None or until is None:
        return
    first = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while first <= until:
        yield first
        first = _next(first)


def _next(first: datetime) -> datetime:
    return first + timedelta(days=monthrange(first.year, first.month)[1])
