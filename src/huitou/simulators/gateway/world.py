"""Vendors, the messages they took, and the receipts they owe."""

import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from huitou.channels.gateway import signing
from huitou.simulators import world
from huitou.simulators.world import Json, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS vendor (
  name TEXT PRIMARY KEY, secret TEXT NOT NULL, callback_url TEXT NOT NULL,
  recognises_id INTEGER NOT NULL, minute_max INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, ref TEXT NOT NULL,
  client_id TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (
  id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'pending');
"""

DEFAULTS: Json = {
    "finish_s": 0.5,
    "is_holding": False,
    "callback_delay_s": 0.0,
    "callback_loss": 0,
    "clock_offset_s": 0.0,
}
TRIES = 3
_IDLE_SECONDS = 0.2


class World(world.World):
    """All vendors."""

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        super().__init__(path, clock, SCHEMA, DEFAULTS)

    def vendor(self, name: str) -> Row | None:
        """One vendor."""
        return self.row("SELECT * FROM vendor WHERE name = ?", name)

    def take(self, vendor: Row, body: dict[str, Any]) -> Json:
        """A message; a repeat of its id is told the first one's reference, where recognised."""
        client_id = str(body.get("id", ""))
        found = self.row(
            "SELECT ref FROM message WHERE vendor = ? AND client_id = ?", vendor["name"], client_id
        )
        if found is not None and vendor["recognises_id"]:
            return _taken(found["ref"])
        recent = "SELECT count(*) FROM message WHERE vendor = ? AND at > ?"
        most = vendor["minute_max"]
        if most and self.count(recent, vendor["name"], self.now() - 60) >= most:
            return {"code": "limit"}
        if not body.get("to"):
            return {"code": "bad_address"}
        ref = f"{vendor['name']}-{secrets.token_hex(8)}"
        self.run(
            "INSERT INTO message (vendor, ref, client_id, body, at, state)"
            " VALUES (?, ?, ?, ?, ?, 'taken')",
            vendor["name"],
            ref,
            client_id,
            json.dumps(body, ensure_ascii=False),
            self.now(),
        )
        return _taken(ref)


class Reporter:
    """Ends messages and tells of it, signed; three tries, then lost."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gateway-receipts", daemon=True)
        self._http = httpx2.Client(trust_env=False, timeout=30)

    def start(self) -> None:
        """Begin; what a killed process left over goes out first."""
        self._thread.start()

    def stop(self) -> None:
        """End after the receipt under way."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def finish(self, state: str, before: float | None = None) -> int:
        """End what was taken (before then) with this state."""
        world = self._world
        with world.change():
            rows = world.rows(
                "SELECT * FROM message WHERE state = 'taken' AND at <= ? ORDER BY id",
                world.now() if before is None else before,
            )
            for row in rows:
                lost = int(world.setting("callback_loss"))
                world.run("UPDATE message SET state = ? WHERE id = ?", state, row["id"])
                world.run(
                    "INSERT INTO receipt (vendor, body, outcome) VALUES (?, ?, ?)",
                    row["vendor"],
                    json.dumps({"id": row["ref"], "state": state}),
                    "lost" if lost else "pending",
                )
                if lost:
                    world.set_settings({"callback_loss": lost - 1})
        return len(rows)

    def repeat(self, receipt_id: int, *, is_forged: bool) -> int:
        """Send a receipt once more, now, as it was or signed by somebody else; the HTTP status."""
        row = self._world.row("SELECT * FROM receipt WHERE id = ?", receipt_id)
        return 0 if row is None else self._post(row, is_forged=is_forged)

    def _run(self) -> None:
        world = self._world
        while not self._stopping.wait(_IDLE_SECONDS):
            if not world.setting("is_holding"):
                self.finish("delivered", world.now() - float(world.setting("finish_s")))
            for row in world.rows("SELECT * FROM receipt WHERE outcome = 'pending' ORDER BY id"):
                self._stopping.wait(float(world.setting("callback_delay_s")))
                self._push(row)

    def _push(self, row: Row) -> None:
        attempts = row["attempts"] + 1
        is_taken = 200 <= self._post(row) < 300
        outcome = "delivered" if is_taken else "lost" if attempts >= TRIES else "pending"
        with self._world.change():
            self._world.run(
                "UPDATE receipt SET attempts = ?, outcome = ? WHERE id = ?",
                attempts,
                outcome,
                row["id"],
            )

    def _post(self, row: Row, *, is_forged: bool = False) -> int:
        vendor = self._world.vendor(row["vendor"])
        if vendor is None or not vendor["callback_url"]:
            return 200
        body = row["body"].encode()
        stamp = str(int(self._world.now()))
        secret = "somebody-else" if is_forged else vendor["secret"]
        headers = {
            "content-type": "application/json",
            signing.TIMESTAMP: stamp,
            signing.SIGNATURE: signing.signature(secret, stamp, body),
        }
        try:
            answer = self._http.post(vendor["callback_url"], content=body, headers=headers)
        except httpx2.TransportError:
            return 0
        return answer.status_code


def _taken(ref: str) -> Json:
    return {"code": 0, "id": ref, "data": {"id": ref}}
