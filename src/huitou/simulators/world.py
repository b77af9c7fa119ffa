"""The store of a simulator: one SQLite file, one lock, one clock that can be put forward."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Row = sqlite3.Row
Values = Sequence[Any] | Mapping[str, Any]

COMMON = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, mode TEXT NOT NULL,
  errcode INTEGER NOT NULL, seconds REAL NOT NULL, remaining INTEGER NOT NULL);
"""


class World:
    """All state. Use it inside `with world.change():`, which locks and commits or rolls back."""

    def __init__(
        self, path: Path | None, clock: Callable[[], float], schema: str, defaults: Json
    ) -> None:
        """`schema` makes the tables where they are not there; `defaults` are the settings, with
        `clock_offset_s` among them."""
        self._clock = clock
        self._lock = threading.RLock()
        self._depth = 0
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        # A killed process loses nothing in WAL mode; only a power cut could take the last commits.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(COMMON + schema)
        self._settings: Json = dict(defaults)
        for row in self._db.execute("SELECT name, value FROM setting"):
            self._settings[row["name"]] = json.loads(row["value"])

    @contextmanager
    def change(self) -> Iterator[None]:
        """Everything inside happens at once or not at all; may be nested."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._db.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def now(self) -> float:
        """Unix seconds of the simulated clock."""
        return self._clock() + float(self._settings["clock_offset_s"])

    def setting(self, name: str) -> Any:
        """One of the settings, as set last."""
        return self._settings[name]

    def set_settings(self, values: Json) -> None:
        """Keep `values`, whose names are those of the defaults."""
        with self.change():
            for name, value in values.items():
                self.run(
                    "INSERT INTO setting VALUES (?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    name,
                    json.dumps(value),
                )
            self._settings.update(values)

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, if any."""
        with self._lock:
            found: Row | None = self._db.execute(sql, values).fetchone()
            return found

    def count(self, sql: str, *values: object) -> int:
        """The single number of a query."""
        found = self.row(sql, *values)
        return int(found[0]) if found else 0

    def run(self, sql: str, *values: object) -> int:
        """Run a statement; the number of rows it touched."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement for many rows."""
        with self._lock:
            self._db.executemany(sql, rows)

    def add_fault(self, path: str, mode: str, errcode: int, seconds: float, count: int) -> None:
        """The next `count` calls to `path` (`*`: any) go wrong."""
        with self.change():
            self.run(
                "INSERT INTO fault (path, mode, errcode, seconds, remaining)"
                " VALUES (?, ?, ?, ?, ?)",
                path,
                mode,
                errcode,
                seconds,
                count,
            )

    def take_fault(self, path: str) -> Row | None:
        """The oldest fault for this call, used up by one."""
        with self.change():
            fault = self.row(
                "SELECT * FROM fault WHERE path IN (?, '*') AND remaining > 0 ORDER BY id", path
            )
            if fault:
                self.run("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", fault["id"])
            return fault

    def close(self) -> None:
        """Close the store."""
        with self._lock:
            self._db.close()


def new_name(prefix: str) -> str:
    """A fresh identifier in the style of WeChat."""
    return prefix + secrets.token_urlsafe(18)
