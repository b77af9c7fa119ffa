"""What askers need of an engine that reads the copy: DuckDB in the process, or a Spark cluster."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from threading import RLock
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray
from pyroaring import BitMap

from huitou.base.db import ReadTx
from huitou.base.warehouse.datasets import DATASETS
from huitou.base.warehouse.files import File

Dialect = Literal["duckdb", "spark"]
_REMEMBERED = 5_000
"""Of so many files at least `changed_since` can tell."""


class Engine(ABC):
    """One merchant's copy. Hold `lock` from `sync` to the last question of an answer.

    Questions are SQL in the engine's `dialect`, over the tables' own names.
    """

    dialect: ClassVar[Dialect]
    is_near: ClassVar[bool]
    """Whether rows come at the speed of memory, so that many of them may be asked for."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.version = 0
        """The newest file that was read; 0 while there is no copy."""
        self.kept: dict[Any, Any] = {}
        """What askers keep beside it; they bound it."""
        self._changed: list[tuple[int, str, BitMap]] = []
        self._told_from = 0
        self._whole: dict[str, int] = {}

    @abstractmethod
    def sync(self, tx: ReadTx) -> bool:
        """Read what is new in the list; False while there is no copy."""

    @abstractmethod
    def define(self, statement: str) -> None:
        """Give the engine a macro."""

    @abstractmethod
    def ordinals(self, query: str) -> BitMap:
        """The customers a query of one column of ordinals answers with."""

    @abstractmethod
    def columns(self, query: str) -> list[NDArray[Any]]:
        """The columns a query answers with; it leaves NULL out."""

    @abstractmethod
    def rows(self, query: str) -> list[Any]:
        """The rows a query answers with, as tuples."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""

    def ordinals_of_each(self, queries: Sequence[str]) -> list[BitMap]:
        """The same for several queries, at once where the engine gains by it."""
        return [self.ordinals(query) for query in queries]

    def changed_since(self, version: int, datasets: Collection[str] | None = None) -> BitMap | None:
        """Customers with anything that changed after `version`; None when that is not known, for
        these datasets (all of them) at least."""
        asked = self._whole if datasets is None else self._whole.keys() & datasets
        if version < max([self._told_from, *(self._whole[name] for name in asked)]):
            return None
        found = BitMap()
        for id_, _, customers in self._changed:
            if id_ > version:
                found |= customers
        return found

    def fresh_since(self, version: int, dataset: str) -> BitMap | None:
        """Customers whose rows of a customers' dataset are other than at `version`, and are all in
        the table of that name in the schema `fresh`; None where that is not so."""
        return None

    def _is_fresh(self, file: File) -> bool:
        """Whether a file says anything that was not read before."""
        return file.id > self.version and (file.merges_upto or self.version + 1) > self.version

    def _note_base(self, file: File) -> None:
        """A base does not tell whose rows are other than before. Who loses a row is known by the
        deltas of another dataset at times, so only small tables, written whole, go alone."""
        if not self._is_fresh(file) or not DATASETS[file.dataset].for_rules:
            return
        if DATASETS[file.dataset].kind == "whole":
            self._whole[file.dataset] = max(self._whole.get(file.dataset, 0), file.id)
        else:
            self._told_from = max(self._told_from, file.id)

    def _note_delta(self, file: File, customers: BitMap) -> None:
        """A delta has the rows of these."""
        if not DATASETS[file.dataset].for_rules:
            return
        self._changed.append((file.id, file.dataset, customers))
        if len(self._changed) > 2 * _REMEMBERED:
            self._changed.sort(key=lambda one: one[0])
            self._told_from = max(self._told_from, self._changed[-_REMEMBERED - 1][0])
            del self._changed[:-_REMEMBERED]
