"""The simulated corporation: one SQLite store, one lock, one clock that can be advanced."""

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

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  value TEXT PRIMARY KEY, expires_at REAL NOT NULL, is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS member (
  userid TEXT PRIMARY KEY, name TEXT NOT NULL, department INTEGER NOT NULL,
  position TEXT NOT NULL, may_follow INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS customer (
  external_userid TEXT PRIMARY KEY, name TEXT NOT NULL, unionid TEXT, gender INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS friendship (
  userid TEXT NOT NULL, external_userid TEXT NOT NULL, state TEXT NOT NULL,
  add_way INTEGER NOT NULL, created_at INTEGER NOT NULL, remark TEXT NOT NULL,
  has_left INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (userid, external_userid));
CREATE INDEX IF NOT EXISTS friendship_customer ON friendship (external_userid);
CREATE TABLE IF NOT EXISTS welcome (
  code TEXT PRIMARY KEY, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  issued_at REAL NOT NULL, is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS contact_way (
  config_id TEXT PRIMARY KEY, userids TEXT NOT NULL, state TEXT NOT NULL, remark TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mass (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
  text TEXT NOT NULL, attachments TEXT NOT NULL, is_cancelled INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS task (
  msgid TEXT NOT NULL, userid TEXT NOT NULL, status INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
  PRIMARY KEY (msgid, userid));
CREATE INDEX IF NOT EXISTS task_member ON task (userid, status);
CREATE TABLE IF NOT EXISTS target (
  msgid TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
  PRIMARY KEY (msgid, userid, external_userid));
CREATE INDEX IF NOT EXISTS target_customer ON target (external_userid, status, sent_at);
CREATE TABLE IF NOT EXISTS reminder (msgid TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS chat (
  id INTEGER PRIMARY KEY AUTOINCREMENT, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  at INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, attachments TEXT NOT NULL,
  msgid TEXT);
CREATE INDEX IF NOT EXISTS chat_customer ON chat (external_userid, userid, id);
CREATE TABLE IF NOT EXISTS notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT, userid TEXT NOT NULL, at REAL NOT NULL,
  msgid TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notice_member ON notice (userid, id);
CREATE TABLE IF NOT EXISTS code (
  value TEXT PRIMARY KEY, who TEXT NOT NULL, issued_at REAL NOT NULL,
  is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, mode TEXT NOT NULL,
  errcode INTEGER NOT NULL, seconds REAL NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, plain TEXT NOT NULL, created_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'pending');
"""

DEFAULTS: Json = {
    "corp_id": "wwsim0000000000001",
    "secret": "sim-secret",
    "agent_id": 1000002,
    "token": "simtoken",
    "encoding_aes_key": "c2ltdWxhdG9yLW9ubHkta2V5LW5vdC1mb3ItcHJvZHU",
    "callback_url": "",
    "corp_name": "演示企业",
    "token_s": 7200,
    "dispatch_s": 0.2,
    "quota_per_month": None,
    "has_unionid": True,
    "callback_timeout_s": 5.0,
    "callback_retry_s": 1.0,
    "clock_offset_s": 0.0,
}
"""`quota_per_month` None means as many as the month has days."""


class World:
    """All state. Use it inside `with world.change():`, which locks and commits or rolls back."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
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
        self._db.executescript(SCHEMA)
        self._settings: Json = dict(DEFAULTS)
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
        """One of DEFAULTS, as set last."""
        return self._settings[name]

    def set_settings(self, values: Json) -> None:
        """Keep `values`, whose names are those of DEFAULTS."""
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

    def close(self) -> None:
        """Close the store."""
        with self._lock:
            self._db.close()


def new_name(prefix: str) -> str:
    """A fresh identifier in the style of WeCom."""
    return prefix + secrets.token_urlsafe(18)
