"""What the simulator remembers, in one SQLite file: a kill and a restart lose nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS access_key (id TEXT PRIMARY KEY, secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sign (name TEXT PRIMARY KEY, is_approved INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS template (
  code TEXT PRIMARY KEY, kind TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nonce (
  key_id TEXT NOT NULL, nonce TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (key_id, nonce));
CREATE TABLE IF NOT EXISTS bad_number (phone TEXT PRIMARY KEY, err_code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY, action TEXT NOT NULL, effect TEXT NOT NULL, code TEXT NOT NULL,
  delay_ms INTEGER NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, biz_id TEXT NOT NULL, phone TEXT NOT NULL, sign TEXT NOT NULL,
  template TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL, out_id TEXT NOT NULL,
  part_count INTEGER NOT NULL, sent_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  err_code TEXT NOT NULL, settled_ms INTEGER, vendor TEXT NOT NULL DEFAULT 'aliyun');
CREATE INDEX IF NOT EXISTS message_phone ON message (phone, sent_ms);
CREATE INDEX IF NOT EXISTS message_waiting ON message (due_ms) WHERE settled_ms IS NULL;
CREATE TABLE IF NOT EXISTS reply (
  id INTEGER PRIMARY KEY, phone TEXT NOT NULL, content TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS reply_phone ON reply (phone, at_ms);
CREATE TABLE IF NOT EXISTS push (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, due_ms INTEGER,
  attempt_count INTEGER NOT NULL DEFAULT 0, repeat_count INTEGER NOT NULL,
  is_answered INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS push_due ON push (due_ms) WHERE due_ms IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One SMS to one phone. `settled_ms` is when its receipt was made; None while waiting."""

    id: int
    biz_id: str
    phone: str
    sign: str
    template: str
    kind: str
    content: str
    out_id: str
    part_count: int
    sent_ms: int
    due_ms: int
    err_code: str
    settled_ms: int | None
    vendor: str

    @property
    def is_deliverable(self) -> bool:
        """Whether the phone gets it."""
        return self.err_code in ("DELIVERED", "DELIVRD")


@dataclass(frozen=True, slots=True)
class Template:
    """`kind` is verify, notice or marketing; `content` holds `${name}` places."""

    code: str
    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a phone sent back."""

    id: int
    phone: str
    content: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Push:
    """A body on its way to the product. `due_ms` is None once given up or done."""

    id: int
    kind: str
    body: str
    due_ms: int | None
    attempt_count: int
    repeat_count: int
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What the next calls of `action` (`*`: any) run into."""

    id: int
    action: str
    effect: str
    code: str
    delay_ms: int
    remaining: int


class Store:
    """One connection behind a lock; `write()` is a transaction, committed at its end."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        if not any(row[1] == "vendor" for row in self._rows("PRAGMA table_info(message)")):
            # A file from before there were two vendors.
            self._rows("ALTER TABLE message ADD COLUMN vendor TEXT NOT NULL DEFAULT 'aliyun'")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def write(self) -> Iterator[None]:
        """All or nothing. Nobody else reads or writes meanwhile."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def get_setting(self, name: str, default: Any) -> Any:
        rows = self._rows("SELECT value FROM setting WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: Any) -> None:
        self._rows("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def set_key(self, key_id: str, secret: str) -> None:
        self._rows("INSERT OR REPLACE INTO access_key VALUES (?, ?)", (key_id, secret))

    def find_secret(self, key_id: str) -> str | None:
        rows = self._rows("SELECT secret FROM access_key WHERE id = ?", (key_id,))
        return str(rows[0][0]) if rows else None

    def add_nonce(self, key_id: str, nonce: str, *, at_ms: int, forget_before_ms: int) -> bool:
        """False when the key has used it since `forget_before_ms`."""
        with self.write():
            self._rows("DELETE FROM nonce WHERE at_ms < ?", (forget_before_ms,))
            return bool(
                self._rows(
                    "INSERT INTO nonce VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
                    (key_id, nonce, at_ms),
                )
            )

    def set_sign(self, name: str, is_approved: bool) -> None:
        self._rows("INSERT OR REPLACE INTO sign VALUES (?, ?)", (name, is_approved))

    def find_sign(self, name: str) -> bool | None:
        """Whether it is approved; None when nobody registered it."""
        rows = self._rows("SELECT is_approved FROM sign WHERE name = ?", (name,))
        return bool(rows[0][0]) if rows else None

    def set_template(self, template: Template) -> None:
        self._rows(
            "INSERT OR REPLACE INTO template VALUES (?, ?, ?)",
            (template.code, template.kind, template.content),
        )

    def find_template(self, code: str) -> Template | None:
        rows = self._rows("SELECT code, kind, content FROM template WHERE code = ?", (code,))
        return Template(*rows[0]) if rows else None

    def set_bad_number(self, phone: str, err_code: str | None) -> None:
        if err_code is None:
            self._rows("DELETE FROM bad_number WHERE phone = ?", (phone,))
        else:
            self._rows("INSERT OR REPLACE INTO bad_number VALUES (?, ?)", (phone, err_code))

    def find_bad_number(self, phone: str) -> str | None:
        rows = self._rows("SELECT err_code FROM bad_number WHERE phone = ?", (phone,))
        return str(rows[0][0]) if rows else None

    def add_fault(
        self, action: str, effect: str, *, code: str, delay_ms: int, remaining: int
    ) -> None:
        self._rows(
            "INSERT INTO fault (action, effect, code, delay_ms, remaining) VALUES (?, ?, ?, ?, ?)",
            (action, effect, code, delay_ms, remaining),
        )

    def remove_faults(self) -> None:
        self._rows("DELETE FROM fault")

    def take_fault(self, action: str) -> Fault | None:
        """The oldest fault for this call, used up by one."""
        rows = self._rows(
            "UPDATE fault SET remaining = remaining - 1 WHERE id = (SELECT min(id) FROM fault"
            " WHERE remaining > 0 AND action IN (?, '*')) RETURNING *",
            (action,),
        )
        return Fault(*rows[0]) if rows else None

    def add_message(
        self,
        biz_id: str,
        phone: str,
        *,
        sign: str,
        template: Template,
        content: str,
        out_id: str,
        part_count: int,
        sent_ms: int,
        due_ms: int,
        err_code: str,
        vendor: str = "aliyun",
    ) -> None:
        named = (biz_id, phone, sign, template.code, template.kind, content, out_id)
        self._rows(
            "INSERT INTO message (biz_id, phone, sign, template, kind, content, out_id, part_count,"
            " sent_ms, due_ms, err_code, vendor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*named, part_count, sent_ms, due_ms, err_code, vendor),
        )

    def list_sent_ms(
        self, phone: str, *, kind: str, since_ms: int, sign: str | None, template: str | None
    ) -> list[int]:
        """When messages of `kind` went to `phone`; sign and template narrow it where given."""
        rows = self._rows(
            "SELECT sent_ms FROM message WHERE phone = ? AND kind = ? AND sent_ms > ?"
            " AND (? IS NULL OR sign = ?) AND (? IS NULL OR template = ?)",
            (phone, kind, since_ms, sign, sign, template, template),
        )
        return [int(row[0]) for row in rows]

    def list_messages(self, phone: str, *, from_ms: int = 0, to_ms: int = 2**62) -> list[Message]:
        """Newest first, sent in `[from_ms, to_ms)`."""
        rows = self._rows(
            "SELECT * FROM message WHERE phone = ? AND sent_ms >= ? AND sent_ms < ?"
            " ORDER BY sent_ms DESC, id DESC",
            (phone, from_ms, to_ms),
        )
        return [Message(*row) for row in rows]

    def list_waiting(self, due_ms: int, limit: int) -> list[Message]:
        """Messages whose receipt is due and not made yet, oldest first."""
        rows = self._rows(
            "SELECT * FROM message WHERE settled_ms IS NULL AND due_ms <= ?"
            " ORDER BY due_ms, id LIMIT ?",
            (due_ms, limit),
        )
        return [Message(*row) for row in rows]

    def settle_messages(self, messages: Sequence[Message], at_ms: int) -> None:
        for message in messages:
            self._rows("UPDATE message SET settled_ms = ? WHERE id = ?", (at_ms, message.id))

    def add_reply(self, phone: str, content: str, at_ms: int) -> Reply:
        rows = self._rows(
            "INSERT INTO reply (phone, content, at_ms) VALUES (?, ?, ?) RETURNING *",
            (phone, content, at_ms),
        )
        return Reply(*rows[0])

    def list_replies(self, phone: str) -> list[Reply]:
        rows = self._rows("SELECT * FROM reply WHERE phone = ? ORDER BY id", (phone,))
        return [Reply(*row) for row in rows]

    def list_phones(self, limit: int) -> list[str]:
        """Numbers that were written to or wrote, the most recent first."""
        rows = self._rows(
            "SELECT phone FROM (SELECT phone, sent_ms AS at_ms FROM message"
            " UNION ALL SELECT phone, at_ms FROM reply)"
            " GROUP BY phone ORDER BY max(at_ms) DESC, phone LIMIT ?",
            (limit,),
        )
        return [str(row[0]) for row in rows]

    def add_push(self, kind: str, body: str, *, due_ms: int, repeat_count: int) -> None:
        self._rows(
            "INSERT INTO push (kind, body, due_ms, repeat_count) VALUES (?, ?, ?, ?)",
            (kind, body, due_ms, repeat_count),
        )

    def list_due_pushes(self, due_ms: int, limit: int) -> list[Push]:
        rows = self._rows(
            "SELECT * FROM push WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?", (due_ms, limit)
        )
        return [_push(row) for row in rows]

    def list_pushes(self, limit: int) -> list[Push]:
        """Newest first."""
        return [
            _push(row)
            for row in self._rows("SELECT * FROM push ORDER BY id DESC LIMIT ?", (limit,))
        ]

    def repeat_pushes(self, due_ms: int) -> int:
        """All that was pushed is due again; how many that is."""
        return len(self._rows("UPDATE push SET due_ms = ? RETURNING id", (due_ms,)))

    def set_push(
        self, push_id: int, *, due_ms: int | None, repeat_count: int, is_answered: bool
    ) -> None:
        """One more attempt was made."""
        self._rows(
            "UPDATE push SET due_ms = ?, repeat_count = ?, is_answered = ?,"
            " attempt_count = attempt_count + 1 WHERE id = ?",
            (due_ms, repeat_count, is_answered, push_id),
        )

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()


def _push(row: Sequence[Any]) -> Push:
    push_id, kind, body, due_ms, attempt_count, repeat_count, is_answered = row
    return Push(push_id, kind, body, due_ms, attempt_count, repeat_count, bool(is_answered))
