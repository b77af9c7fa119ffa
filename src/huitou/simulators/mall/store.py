"""Orders of the mall, in one SQLite file: a payment sent twice is one order."""

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS sale (
  nonce TEXT PRIMARY KEY, order_no TEXT NOT NULL UNIQUE, link TEXT NOT NULL, lines TEXT NOT NULL,
  placed TEXT NOT NULL, paid_at TEXT NOT NULL, identifiers TEXT NOT NULL, refunded_at TEXT);
"""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an order: pieces, and what all of them list at and cost."""

    sku: str
    name: str
    quantity: int
    list_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order. `identifiers` are as the event names them; `placed` is what Huitou is told of how the price
    came about, None where it has no better one than the list's."""

    nonce: str
    order_no: str
    link: str
    lines: list[Sold]
    placed: dict[str, Any] | None
    paid_at: str
    identifiers: list[dict[str, Any]]
    refunded_at: str | None = None

    @property
    def paid_fen(self) -> int:
        """What was paid in all."""
        return sum(line.paid_fen for line in self.lines)

    @property
    def title(self) -> str:
        """What was bought."""
        return "、".join(f"{line.name} × {line.quantity}" for line in self.lines)


class Store:
    """The orders, behind one lock."""

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)

    def add(self, purchase: Purchase) -> Purchase:
        """Keep a purchase; the one already kept under its nonce wins."""
        with self._lock:
            self._db.execute(
                "INSERT INTO sale (nonce, order_no, link, lines, placed, paid_at, identifiers) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (nonce) DO NOTHING",
                (
                    purchase.nonce,
                    purchase.order_no,
                    purchase.link,
                    json.dumps([asdict(line) for line in purchase.lines]),
                    json.dumps(purchase.placed),
                    purchase.paid_at,
                    json.dumps(purchase.identifiers),
                ),
            )
            row = self._db.execute(
                "SELECT * FROM sale WHERE nonce = ?", (purchase.nonce,)
            ).fetchone()
        return _purchase(row)

    def remove(self, nonce: str) -> None:
        """The order did not come about: its form may be sent again."""
        with self._lock:
            self._db.execute("DELETE FROM sale WHERE nonce = ?", (nonce,))

    def find(self, order_no: str) -> Purchase | None:
        """The purchase with this order number."""
        with self._lock:
            row = self._db.execute("SELECT * FROM sale WHERE order_no = ?", (order_no,)).fetchone()
        return _purchase(row) if row else None

    def refund(self, order_no: str, at: str) -> Purchase | None:
        """Note the refund; the first moment stays."""
        with self._lock:
            self._db.execute(
                "UPDATE sale SET refunded_at = coalesce(refunded_at, ?) WHERE order_no = ?",
                (at, order_no),
            )
        return self.find(order_no)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _purchase(row: sqlite3.Row) -> Purchase:
    told = {name: json.loads(row[name]) for name in ("lines", "placed", "identifiers")}
    return Purchase(**{**dict(row), **told, "lines": [Sold(**line) for line in told["lines"]]})
