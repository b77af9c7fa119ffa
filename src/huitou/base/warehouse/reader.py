"""A process's view of the copy: DuckDB over the present files, brought up to date by what is new.

Base files are read where they lie. What changed since is held in memory, beside the keys it makes
obsolete, and is put over the base whenever a table is asked. One question at a time per merchant:
DuckDB uses every core for it.
"""

from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

import duckdb
from numpy.typing import NDArray
from psycopg import sql
from pyroaring import BitMap

from huitou.base.db import ReadTx
from huitou.base.warehouse.datasets import DATASETS, Dataset
from huitou.base.warehouse.engine import Engine
from huitou.base.warehouse.files import File, list_files, literal, read_parquet
from huitou.base.warehouse.folder import Folder, Storage
from huitou.base.warehouse.sets import array, bitmap

_MEMORY = "2GB"


class Warehouse:
    """The copies of all merchants, as this process sees them: in DuckDB, or in the Spark behind
    the Connect server `engine` (`sc://host:port`). Machines that share a `storage` (a URI) share the files."""

    def __init__(self, root: Path, engine: str | None = None, storage: str | None = None) -> None:
        self._root = root
        self._storage = Storage(storage) if storage else None
        self._engine = engine
        self._copies: dict[UUID, Engine] = {}
        self._lock = RLock()

    def folder(self, merchant: UUID) -> Folder:
        """Where a merchant's files lie."""
        return Folder(self._root / str(merchant), self._storage)

    def copy(self, merchant: UUID) -> Engine:
        """This process's view of a merchant's copy."""
        with self._lock:
            if merchant not in self._copies:
                self._copies[merchant] = self._open(merchant)
            return self._copies[merchant]

    def close(self) -> None:
        """Let go of all memory."""
        with self._lock:
            for copy in self._copies.values():
                copy.close()
            self._copies.clear()

    def _open(self, merchant: UUID) -> Engine:
        if self._engine is None:
            return Copy(self.folder(merchant), merchant)
        from huitou.base.warehouse.spark import SparkCopy

        return SparkCopy(self._engine, self.folder(merchant), merchant)


class Copy(Engine):
    """One merchant's, in DuckDB."""

    dialect = "duckdb"
    is_near = True

    def __init__(self, folder: Folder, merchant: UUID) -> None:
        super().__init__()
        self._folder = folder
        self._merchant = sql.Literal(str(merchant))
        self._bases: dict[str, list[File]] = {}
        self._present: list[int] = []
        self._defined: set[str] = set()
        self._duck = duckdb.connect(config={"threads": 2, "memory_limit": _MEMORY})
        self._duck.execute("SET TimeZone = 'UTC'")
        self._duck.execute(literal("SET temp_directory = {}", str(folder.path / "tmp")))
        self._duck.execute("CREATE SCHEMA gone; CREATE SCHEMA held; CREATE SCHEMA fresh")
        for schema in {dataset.table[0] for dataset in DATASETS.values()}:
            self._run(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))

    def close(self) -> None:
        self._duck.close()

    def sync(self, tx: ReadTx) -> bool:
        present = list_files(tx)
        if not present:
            return False
        ids = [file.id for file in present]
        is_older = ids[-1] < self.version and not set(self._present).issuperset(ids)
        if is_older or ids == self._present:  # who began earlier does not turn it back
            return True
        bases = _by_dataset(file for file in present if file.kind == "base")
        deltas = _by_dataset(file for file in present if file.kind == "delta")
        for name, dataset in DATASETS.items():
            own, own_deltas = bases.get(name, []), deltas.get(name, [])
            if name not in self._bases or [f.id for f in self._bases[name]] != [f.id for f in own]:
                self._bases[name] = own
                for file in own:
                    self._note_base(file)
                self._empty(dataset)
                fresh = own_deltas
            else:
                fresh = [file for file in own_deltas if self._is_fresh(file)]
                if not fresh:
                    continue
            for file in fresh:
                self._hold(dataset, file)
            self._show(dataset)
        self.version = max(self.version, present[-1].id)
        self._present = ids
        return True

    def fresh_since(self, version: int, dataset: str) -> BitMap | None:
        """Held is what changed since the base, for who knows the base already."""
        newest = max((base.id for base in self._bases[dataset]), default=0)
        if version < max(newest, self._told_from):
            return None
        own = (who for id_, name, who in self._changed if id_ > version and name == dataset)
        return BitMap.union(BitMap(), *own)

    def define(self, statement: str) -> None:
        if statement not in self._defined:
            self._duck.execute(statement)
            self._defined.add(statement)

    def ordinals(self, query: str) -> BitMap:
        [column] = self._duck.sql(query).to_arrow_table().columns
        return bitmap(array(column.drop_null()))

    def columns(self, query: str) -> list[NDArray[Any]]:
        table = self._duck.sql(query).to_arrow_table()
        return [array(column) for column in table.columns]

    def rows(self, query: str) -> list[Any]:
        return self._duck.execute(query).fetchall()

    def _run(self, query: sql.Composable) -> None:
        self._duck.execute(query.as_string(None))

    def _empty(self, dataset: Dataset) -> None:
        columns = {"key": "BIGINT", **dataset.columns}
        made = sql.SQL("CREATE OR REPLACE TABLE {} ({})").format(
            _held(dataset),
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
                for name, type_ in columns.items()
            ),
        )
        self._run(made)
        self._run(sql.SQL("CREATE OR REPLACE TABLE {} (key BIGINT)").format(_gone(dataset)))

    def _hold(self, dataset: Dataset, file: File) -> None:
        """Put a delta over what is held, and note whom it touches."""
        source = read_parquet(self._folder, [file.path])
        names = sql.SQL(", ").join(map(sql.Identifier, ["key", *dataset.columns]))
        key_max = max((base.key_max for base in self._bases[dataset.name]), default=0)
        self._run(
            sql.SQL(
                "DELETE FROM {held} WHERE key IN (SELECT key FROM {source});"
                " INSERT INTO {held} ({names}) SELECT {names} FROM {source} WHERE NOT is_removed;"
                " INSERT INTO {gone} SELECT DISTINCT s.key FROM {source} s"
                " ANTI JOIN {gone} g ON g.key = s.key WHERE s.key <= {key_max}"
            ).format(
                held=_held(dataset),
                gone=_gone(dataset),
                source=source,
                names=names,
                key_max=sql.Literal(key_max),
            )
        )
        column = sql.Identifier("key" if dataset.kind == "customer" else "customer_id")
        touched = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL").format(
            column, source
        )
        if file.id > self.version:
            self._note_delta(file, self.ordinals(touched.as_string(None)))

    def _show(self, dataset: Dataset) -> None:
        """The view under the table's own name."""
        names = sql.SQL("{} AS merchant_id, ").format(self._merchant) + sql.SQL(", ").join(
            map(sql.Identifier, dataset.columns)
        )
        held = sql.SQL("SELECT {} FROM {}").format(names, _held(dataset))
        fresh = sql.Identifier("fresh", dataset.name)
        self._run(sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(fresh, held))
        parts: list[sql.Composable] = [held]
        if self._bases[dataset.name]:
            base = read_parquet(self._folder, [file.path for file in self._bases[dataset.name]])
            is_covered = self.rows(
                sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(_gone(dataset)).as_string(None)
            )[0][0]
            over = (  # for an anti-join DuckDB may put the base into the hash table
                sql.SQL(" WHERE key NOT IN (SELECT key FROM {})").format(_gone(dataset))
                if is_covered
                else sql.SQL("")
            )
            parts.append(sql.SQL("SELECT {} FROM {}{}").format(names, base, over))
        self._run(
            sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(
                sql.Identifier(*dataset.table), sql.SQL(" UNION ALL ").join(parts)
            )
        )


def _held(dataset: Dataset) -> sql.Identifier:
    return sql.Identifier("held", dataset.name)


def _gone(dataset: Dataset) -> sql.Identifier:
    return sql.Identifier("gone", dataset.name)


def _by_dataset(files: Any) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {}
    for file in files:
        found.setdefault(file.dataset, []).append(file)
    return found
