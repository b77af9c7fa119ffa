"""The copy on Apache Spark, through Spark Connect: for bases that outgrow one machine.

The cluster reads the Parquet files where they lie: in the storage that machines share, or in the folder,
which each worker sees under the path that this process sees it under. A session of Spark has views without schemas, so the table `order.total`
is the view `order__total` there, and questions are rewritten to it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
import sqlglot
from numpy.typing import NDArray
from pyarrow import parquet
from pyroaring import BitMap
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.connect.client.retries import DefaultPolicy
from sqlglot import exp

from huitou.base.db import ReadTx
from huitou.base.warehouse.datasets import DATASETS, Dataset
from huitou.base.warehouse.engine import Engine
from huitou.base.warehouse.files import File, list_files
from huitou.base.warehouse.folder import Folder
from huitou.base.warehouse.sets import array, bitmap

_RETRIES = 5
"""Some 20 s in all; pyspark's own would be ten minutes."""
_AT_ONCE = 20
"""So many questions are one job: Spark plans in the square of a statement's length."""


class SparkCopy(Engine):
    """One merchant's, in a session of the server at `address` (`sc://host:port`)."""

    dialect = "spark"
    is_near = False

    def __init__(self, address: str, folder: Folder, merchant: UUID) -> None:
        super().__init__()
        self._address = address
        self._folder = folder
        self._merchant = merchant
        self._session: SparkSession | None = None
        self._shown: dict[str, list[int]] = {}

    def close(self) -> None:
        if self._session is not None:
            self._session.stop()
            self._session = None

    def sync(self, tx: ReadTx) -> bool:
        present = list_files(tx)
        if not present:
            return False
        spark = self._open()
        for name, dataset in DATASETS.items():
            own = [file for file in present if file.dataset == name]
            ids = [file.id for file in own]
            if self._shown.get(name) != ids:
                self._show(spark, dataset, own)
                self._shown[name] = ids
        for file in present:
            if file.kind == "base":
                self._note_base(file)
            elif self._is_fresh(file):
                self._note_delta(file, self._touched(file))
        self.version = max(self.version, present[-1].id)
        return True

    def define(self, statement: str) -> None:
        self._open().sql(statement).collect()

    def ordinals(self, query: str) -> BitMap:
        [found] = self.ordinals_of_each([query])
        return found

    def ordinals_of_each(self, queries: Sequence[str]) -> list[BitMap]:
        """Several queries are parts of one: a job's fixed cost is paid once, its stages run side by
        side."""
        found: list[BitMap] = []
        for start in range(0, len(queries), _AT_ONCE):
            some = queries[start : start + _AT_ONCE]
            parts = (
                f"SELECT {index} AS question, id FROM ({query}) q"  # noqa: S608
                for index, query in enumerate(some)
            )
            table = self._ask(" UNION ALL ".join(parts))
            question = table["question"].to_numpy()
            ids = table["id"].to_numpy()
            found += [bitmap(ids[question == index]) for index in range(len(some))]
        return found

    def columns(self, query: str) -> list[NDArray[Any]]:
        return [array(column) for column in self._ask(query).columns]

    def rows(self, query: str) -> list[Any]:
        table = self._ask(query)
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def _open(self) -> SparkSession:
        """The session; a new one where the server has forgotten it or was started anew."""
        if self._session is not None:
            try:
                self._session.conf.get("spark.sql.session.timeZone")
            except PySparkException:
                self._session = None
        if self._session is None:
            self._shown.clear()
            session = SparkSession.builder.remote(self._address).create()
            session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
            session.conf.set("spark.sql.session.timeZone", "UTC")
            self._session = session
        return self._session

    def _ask(self, query: str) -> pa.Table:
        assert self._session is not None
        return self._session.sql(_over_views(query)).toArrow()

    def _show(self, spark: SparkSession, dataset: Dataset, files: Sequence[File]) -> None:
        """The view that stands for the table: what the newest delta says of a key, and the base's
        rows of keys that no delta has."""
        bases = [file for file in files if file.kind == "base"]
        deltas = [file for file in files if file.kind == "delta"]
        rows = self._read(spark, dataset, bases)
        columns = [f.lit(str(self._merchant)).alias("merchant_id"), *map(f.col, dataset.columns)]
        if deltas:
            paths = f.array(*(f.lit(file.path) for file in deltas))
            age = f.array_position(paths, f.col("_metadata.file_name"))
            delta = self._read(spark, dataset, deltas).withColumn("age", age)
            newest = delta.groupBy("key").agg(f.max("age").alias("age"))
            changed = delta.join(newest, ["key", "age"]).where("NOT is_removed")
            rows = rows.join(newest, "key", "left_anti").select(*columns)
            rows = rows.unionAll(changed.select(*columns))
        else:
            rows = rows.select(*columns)
        rows.createOrReplaceTempView(_view(*dataset.table))

    def _read(self, spark: SparkSession, dataset: Dataset, files: Sequence[File]) -> DataFrame:
        columns = {"key": "BIGINT", "is_removed": "BOOLEAN", **dataset.columns}
        schema = ", ".join(
            f"`{name}` {exp.DataType.build(type_, dialect='duckdb').sql(dialect='spark')}"
            for name, type_ in columns.items()
        )
        if not files:
            return spark.createDataFrame([], schema)
        paths = [self._folder.url(file.path) for file in files]
        return spark.read.schema(schema).parquet(*paths)

    def _touched(self, file: File) -> BitMap:
        """Whose rows a delta has."""
        dataset = DATASETS[file.dataset]
        column = "key" if dataset.kind == "customer" else "customer_id"
        self._folder.fetch([file.path])
        table = parquet.read_table(self._folder.path / file.path, columns=[column])
        return bitmap(table[column].drop_null().unique().to_numpy())


def _view(schema: str, table: str) -> str:
    return f"{schema}__{table}"


def _over_views(query: str) -> str:
    tree = sqlglot.parse_one(query, dialect="spark")
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(_view(table.db, table.name)))
            table.set("db", None)
    return tree.sql(dialect="spark")
