"""Encrypted callbacks: 5 s to answer, three tries, then lost, as with WeCom.

Source: developer.work.weixin.qq.com/document/path/90930 and 92130.
"""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import escape

import httpx2

from huitou.channels.wecom import crypto
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json

TRIES = 3
WORKERS = 4


def contact_event(world: World, change: str, userid: str, external_userid: str, **more: str) -> str:
    """The plaintext of a `change_external_contact` event."""
    fields = {
        "ToUserName": world.setting("corp_id"),
        "FromUserName": "sys",
        "CreateTime": int(world.now()),
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": change,
        "UserID": userid,
        "ExternalUserID": external_userid,
        **more,
    }
    lines = "".join(
        f"<{name}>{value if isinstance(value, int) else _cdata(str(value))}</{name}>"
        for name, value in fields.items()
    )
    return f"<xml>{lines}</xml>"


class Deliverer:
    """Sends callbacks in the background; what is pending survives a restart."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="wecom-callback")
        self._http = httpx2.Client(trust_env=False)

    def start(self) -> None:
        """Take up what an earlier process left pending."""
        for row in self._world.rows("SELECT id FROM delivery WHERE outcome = 'pending'"):
            self._pool.submit(self._deliver, row["id"])

    def stop(self) -> None:
        """Stop between tries; pending ones stay in the store."""
        self._stopping.set()
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def tell(self, plain: str) -> int | None:
        """Queue a callback, if a callback address is set. Call it outside `world.change()`."""
        if not self._world.setting("callback_url"):
            return None
        with self._world.change():
            self._world.run(
                "INSERT INTO delivery (plain, created_at) VALUES (?, ?)", plain, self._world.now()
            )
            identifier = self._world.count("SELECT last_insert_rowid()")
        self._pool.submit(self._deliver, identifier)
        return identifier

    def repeat(self, identifier: int, *, is_forged: bool) -> int:
        """Send a callback once more, now, as it was or with a wrong signature; the HTTP status."""
        row = self._world.row("SELECT plain FROM delivery WHERE id = ?", identifier)
        if row is None:
            return 0
        return self._post(row["plain"], is_forged=is_forged)

    def verify(self) -> bool:
        """The handshake an administrator's 「保存」 starts: GET with echostr, plaintext back."""
        plain = str(secrets.randbelow(10**19))
        query = self._sealed(plain)
        try:
            response = self._http.get(
                self._world.setting("callback_url"),
                params={**query, "echostr": query.pop("encrypted")},
                timeout=self._world.setting("callback_timeout_s"),
            )
        except httpx2.TransportError:
            return False
        return response.status_code == 200 and response.text == plain

    def _deliver(self, identifier: int) -> None:
        row = self._world.row("SELECT plain, attempts FROM delivery WHERE id = ?", identifier)
        assert row is not None
        for attempt in range(row["attempts"] + 1, TRIES + 1):
            is_taken = 200 <= self._post(row["plain"]) < 300
            outcome = "delivered" if is_taken else "lost" if attempt == TRIES else "pending"
            with self._world.change():
                self._world.run(
                    "UPDATE delivery SET attempts = ?, outcome = ? WHERE id = ?",
                    attempt,
                    outcome,
                    identifier,
                )
            if is_taken or self._stopping.wait(float(self._world.setting("callback_retry_s"))):
                return

    def _post(self, plain: str, *, is_forged: bool = False) -> int:
        query = self._sealed(plain)
        encrypted = query.pop("encrypted")
        if is_forged:
            query["msg_signature"] = "0" * 40
        body = (
            f"<xml><ToUserName>{_cdata(self._world.setting('corp_id'))}</ToUserName>"
            f"<AgentID>{_cdata(str(self._world.setting('agent_id')))}</AgentID>"
            f"<Encrypt>{_cdata(encrypted)}</Encrypt></xml>"
        )
        try:
            response = self._http.post(
                self._world.setting("callback_url"),
                params=query,
                content=body.encode(),
                headers={"Content-Type": "text/xml"},
                timeout=self._world.setting("callback_timeout_s"),
            )
        except httpx2.TransportError:
            return 0
        return response.status_code

    def _sealed(self, plain: str) -> Json:
        """The query of a delivery, and the ciphertext under `encrypted`."""
        world = self._world
        timestamp, nonce = str(int(world.now())), secrets.token_hex(8)
        encrypted = crypto.encrypt(
            world.setting("encoding_aes_key"),
            plain.encode(),
            world.setting("corp_id"),
            secrets.token_bytes(16),
        )
        return {
            "msg_signature": crypto.signature(world.setting("token"), timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypted": encrypted,
        }


def _cdata(text: str) -> str:
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"
