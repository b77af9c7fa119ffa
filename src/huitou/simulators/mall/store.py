"""Orders of the mall, in one SQLite file: a payment sent twice is one order."""

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS purchase (
  nonce TEXT PRIMARY KEY, order_no TEXT NOT NULL UNIQUE, link TEXT NOT NULL, sku TEXT NOT NULL,
  name TEXT NOT NULL, quantity INTEGER NOT NULL, price_fen INTEGER NOT NULL, paid_at TEXT NOT NULL,
  identifiers TEXT NOT NULL, refunded_at TEXT);
"""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order of one product. `quantity` is in pieces; `identifiers` as the event names them."""

    nonce: str
    order_no: str
    link: str
    sku: str
    name: str
    quantity: int
    price_fen: int
    paid_at: str
    identifiers: list[dict[str, Any]]
    refunded_at: str | None = None

    @property
    def paid_fen(self) -> int:
        """What was paid in all."""
        return self.price_fen * self.quantity


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
                "INSERT INTO purchase (nonce, order_no, link, sku, name, quantity, price_fen, "
                "paid_at, identifiers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (nonce) DO NOTHING",
                (
                    purchase.nonce,
                    purchase.order_no,
                    purchase.link,
                    purchase.sku,
                    purchase.name,
                    purchase.quantity,
                    purchase.price_fen,
                    purchase.paid_at,
                    json.dumps(purchase.identifiers),
                ),
            )
            row = self._db.execute(
                "SELECT * FROM purchase WHERE nonce = ?", (purchase.nonce,)
            ).fetchone()
        return _purchase(row)

    def find(self, order_no: str) -> Purchase | None:
        """The purchase with this order number."""
        with self._lock:
            row = self._db.execute(
                "SELECT * FROM purchase WHERE order_no = ?", (order_no,)
            ).fetchone()
        return _purchase(row) if row else None

    def refund(self, order_no: str, at: str) -> Purchase | None:
        """Note the refund; the first moment stays."""
        with self._lock:
            self._db.execute(
                "UPDATE purchase SET refunded_at = coalesce(refunded_at, ?) WHERE order_no = ?",
                (at, order_no),
            )
        return self.find(order_no)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _purchase(row: sqlite3.Row) -> Purchase:
    return Purchase(**{**dict(row), "identifiers": json.loads(row["identifiers"])})
