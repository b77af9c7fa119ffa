"""The list of files, and making them: rows from PostgreSQL as CSV, through DuckDB, to Parquet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, LiteralString

import duckdb
from psycopg import sql

from huitou.base.db import ReadTx, Tx
from huitou.base.warehouse.datasets import Dataset
from huitou.base.warehouse.folder import Folder
from huitou.kernel.ids import new_id

FileKind = Literal["base", "delta"]


@dataclass(frozen=True, slots=True)
class File:
    """A present file; `path` is relative to the merchant's folder."""

    id: int
    dataset: str
    kind: FileKind
    month: date | None
    path: str
    rows: int
    key_max: int
    merges_upto: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written and is listed by nobody yet."""

    dataset: str
    kind: FileKind
    month: date | None
    path: str
    rows: int
    bytes: int
    key_max: int
    merges_upto: int | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """What the present files of a dataset come to; `rows` counts a row again in each delta it has
    changed in."""

    dataset: str
    files: int
    rows: int
    bytes: int
    made_at: datetime


def list_extents(tx: ReadTx) -> list[Extent]:
    """By dataset; none where there is no copy."""
    return tx.rows(
        Extent,
        """
        SELECT dataset, count(*)::int AS files, sum(rows)::bigint AS rows,
               sum(bytes)::bigint AS bytes, max(made_at) AS made_at
        FROM base.warehouse_file WHERE merchant_id = %(merchant)s AND replaced_at IS NULL
        GROUP BY dataset ORDER BY dataset
        """,
    )


def list_files(tx: ReadTx, after: int = 0) -> list[File]:
    """The present files with ids above `after`, oldest first."""
    return tx.rows(
        File,
        """
        SELECT id, dataset, kind, month, path, rows, key_max, merges_upto
        FROM base.warehouse_file
        WHERE merchant_id = %(merchant)s AND replaced_at IS NULL AND id > %(after)s ORDER BY id
        """,
        {"after": after},
    )


def add_files(tx: Tx, made: Iterable[Made]) -> None:
    """List files: they are part of the copy from the commit on."""
    for file in made:
        tx.run(
            """
            INSERT INTO base.warehouse_file (merchant_id, dataset, kind, month, path, rows, bytes,
                                             key_max, merges_upto, made_at)
            VALUES (%(merchant)s, %(dataset)s, %(kind)s, %(month)s, %(path)s, %(rows)s, %(bytes)s,
                    %(key_max)s, %(merges_upto)s, %(now)s)
            """,
            {name: getattr(file, name) for name in Made.__slots__},
        )


def replace_files(tx: Tx, ids: Sequence[int]) -> None:
    """Files are no part of the copy any more; whoever reads them now may go on for a while."""
    tx.run(
        "UPDATE base.warehouse_file SET replaced_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(ids)},
    )


class Maker:
    """Writes files of one merchant into `folder`."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        folder.path.mkdir(parents=True, exist_ok=True)
        self.duck = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
        self.duck.execute("SET TimeZone = 'UTC'")
        self.duck.execute(literal("SET temp_directory = {}", str(folder.path / "tmp")))

    def close(self) -> None:
        self.duck.close()

    def unload(
        self,
        tx: ReadTx,
        dataset: Dataset,
        kind: FileKind,
        *,
        only: LiteralString = "",
        params: Mapping[str, object] | None = None,
        keys: Sequence[int] | None = None,
        month: date | None = None,
    ) -> Made | None:
        """Write the dataset's rows where ` AND …` holds; of `keys` those without a row are marked.

        None when there is nothing to write.
        """
        path = self._folder.path / f"{new_id()}.csv"
        try:
            with path.open("wb") as file:
                tx.unload(sql.SQL(dataset.rows.replace("{only}", only)), params, file)
            return self._made(
                dataset, kind, _rows_of_csv(dataset, path), keys=keys, month=month, merges=None
            )
        finally:
            path.unlink(missing_ok=True)

    def merge(
        self,
        dataset: Dataset,
        kind: FileKind,
        rows: sql.Composable,
        *,
        month: date | None = None,
        merges: int | None = None,
    ) -> Made | None:
        """Write the result of a DuckDB query of (key, is_removed, columns)."""
        return self._made(dataset, kind, rows, keys=None, month=month, merges=merges)

    def parquet(self, paths: Sequence[str]) -> sql.Composed:
        """`read_parquet([…])` of files in the folder."""
        return read_parquet(self._folder, paths)

    def _made(
        self,
        dataset: Dataset,
        kind: FileKind,
        rows: sql.Composable,
        *,
        keys: Sequence[int] | None,
        month: date | None,
        merges: int | None,
    ) -> Made | None:
        name = f"{dataset.name}-{month:%Y%m}-{new_id()}.parquet" if month else ""
        name = name or f"{dataset.name}-{new_id()}.parquet"
        path = self._folder.path / name
        if keys is not None:
            self.duck.execute(
                "CREATE OR REPLACE TEMP TABLE asked AS SELECT unnest(?) AS key", [keys]
            )
            rows = sql.SQL(
                "(WITH found AS MATERIALIZED ({}) SELECT * FROM found UNION ALL BY NAME"
                " SELECT a.key, true AS is_removed FROM asked a ANTI JOIN found f ON f.key = a.key)"
            ).format(rows)
        order = "customer_id" if "customer_id" in dataset.columns else "key"
        copy = sql.SQL(
            "COPY (SELECT * FROM ({}) ORDER BY {}) TO {} (FORMAT parquet, COMPRESSION lz4_raw)"
        ).format(rows, sql.Identifier(order), sql.Literal(str(path)))
        [count] = self.duck.execute(copy.as_string(None)).fetchall()[0]
        if not count:
            path.unlink(missing_ok=True)
            return None
        key_max = self.duck.execute(
            sql.SQL("SELECT max(key) FROM {}").format(self.parquet([name])).as_string(None)
        ).fetchall()[0][0]
        self._folder.keep(name)
        return Made(dataset.name, kind, month, name, count, path.stat().st_size, key_max, merges)


def read_parquet(folder: Folder, paths: Sequence[str]) -> sql.Composed:
    """`read_parquet([…])` of a merchant's files. Refuses FileNotFoundError."""
    folder.fetch(paths)
    files = sql.SQL(", ").join(sql.Literal(str(folder.path / path)) for path in paths)
    return sql.SQL("read_parquet([{}])").format(files)


def literal(template: LiteralString, *values: str) -> str:
    """DuckDB SQL with values in it."""
    return sql.SQL(template).format(*map(sql.Literal, values)).as_string(None)


def _rows_of_csv(dataset: Dataset, path: Path) -> sql.Composed:
    """What `rows` selected, typed: (key, is_removed, columns)."""
    raw = {"key": "BIGINT", **dataset.columns}
    lists = {name for name, type_ in raw.items() if type_.endswith("[]")}
    columns = sql.SQL(", ").join(
        sql.SQL("{}: {}").format(
            sql.Literal(name), sql.Literal("VARCHAR" if name in lists else type_)
        )
        for name, type_ in raw.items()
    )
    chosen = sql.SQL(", ").join(
        sql.SQL("""from_json({0}, '["VARCHAR"]') AS {0}""").format(sql.Identifier(name))
        if name in lists
        else sql.Identifier(name)
        for name in dataset.columns
    )
    return sql.SQL(
        "SELECT key, false AS is_removed, {} FROM read_csv({}, header = false, delim = ',',"
        " quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        " auto_detect = false, columns = {{{}}})"
    ).format(chosen, sql.Literal(str(path)), columns)
