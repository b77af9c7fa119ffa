"""Encrypted callbacks: 5 s to answer, three tries, then lost; and the ends of messages."""

import hashlib
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import escape

import httpx2

from huitou.channels.wecom import crypto
from huitou.simulators.wechat.world import World
from huitou.simulators.world import Json, Row

TRIES = 3
_IDLE_SECONDS = 0.2


class Deliverer:
    """Sends callbacks in the background, and ends messages whose time has come."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="wechat-callback")
        self._thread = threading.Thread(target=self._run, name="wechat-ends", daemon=True)
        self._http = httpx2.Client(trust_env=False)

    def start(self) -> None:
        """Take up what an earlier process left pending."""
        for row in self._world.rows("SELECT id FROM delivery WHERE outcome = 'pending'"):
            self._pool.submit(self._deliver, row["id"])
        self._thread.start()

    def stop(self) -> None:
        """Stop between tries; pending ones stay in the store."""
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def tell(self, app_id: str, openid: str, fields: str) -> int | None:
        """Queue a callback about a person. Call it outside `world.change()`."""
        account = self._world.account(app_id)
        if account is None or not account["callback_url"]:
            return None
        plain = (
            f"<xml><ToUserName>gh_sim</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(self._world.now())}</CreateTime>{fields}</xml>"
        )
        with self._world.change():
            lost = int(self._world.setting("callback_loss"))
            outcome = "lost" if lost > 0 else "pending"
            if lost > 0:
                self._world.set_settings({"callback_loss": lost - 1})
            self._world.run(
                "INSERT INTO delivery (app_id, plain, outcome) VALUES (?, ?, ?)",
                app_id,
                plain,
                outcome,
            )
            identifier = self._world.count("SELECT last_insert_rowid()")
        if outcome == "pending":
            self._pool.submit(self._deliver, identifier)
        return identifier

    def finish(self) -> int:
        """End all messages that have not ended, with a callback for each."""
        ended = self._world.rows("SELECT * FROM message WHERE ended IS NULL ORDER BY id")
        for row in ended:
            self._end(row)
        return len(ended)

    def repeat(self, identifier: int, *, is_forged: bool) -> int:
        """Send a callback once more, now, as it was or with a wrong signature; the HTTP status."""
        row = self._world.row("SELECT * FROM delivery WHERE id = ?", identifier)
        return 0 if row is None else self._post(row, is_forged=is_forged)

    def verify(self, app_id: str) -> bool:
        """The handshake of the platform's 「提交」: GET with echostr, the same back."""
        account = self._world.account(app_id)
        if account is None:
            return False
        stamp, nonce = str(int(self._world.now())), secrets.token_hex(5)
        parts = "".join(sorted([account["token"], stamp, nonce]))
        signature = hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()
        echo = secrets.token_hex(8)
        query = {"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo}
        try:
            answer = self._http.get(
                account["callback_url"],
                params=query,
                timeout=self._world.setting("callback_timeout_s"),
            )
        except httpx2.TransportError:
            return False
        return answer.status_code == 200 and answer.text == echo

    def _run(self) -> None:
        while not self._stopping.wait(_IDLE_SECONDS):
            if self._world.setting("is_holding"):
                continue
            due = self._world.now() - float(self._world.setting("finish_s"))
            for row in self._world.rows(
                "SELECT * FROM message WHERE ended IS NULL AND at <= ? LIMIT 100", due
            ):
                self._end(row)

    def _end(self, row: Row) -> None:
        fan = self._world.fan(row["app_id"], row["openid"])
        is_blocked = fan is None or fan["blocks"]
        ended = "failed:user block" if is_blocked else "success"
        with self._world.change():
            if not self._world.run(
                "UPDATE message SET ended = ? WHERE id = ? AND ended IS NULL", ended, row["id"]
            ):
                return
        event = "<MsgType>event</MsgType><Event>{}</Event>"
        if row["kind"] == "template":
            fields = event.format("TEMPLATESENDJOBFINISH")
            fields += f"<MsgID>{row['id']}</MsgID><Status>{ended}</Status>"
        else:
            code = 0 if ended == "success" else 43101
            fields = event.format("subscribe_msg_sent_event") + (
                f"<SubscribeMsgSentEvent><List><TemplateId>{escape(row['template'])}</TemplateId>"
                f"<MsgID>{row['id']}</MsgID><ErrorCode>{code}</ErrorCode>"
                f"<ErrorStatus>{ended}</ErrorStatus></List></SubscribeMsgSentEvent>"
            )
        self.tell(row["app_id"], row["openid"], fields)

    def _deliver(self, identifier: int) -> None:
        self._stopping.wait(float(self._world.setting("callback_delay_s")))
        row = self._world.row("SELECT * FROM delivery WHERE id = ?", identifier)
        assert row is not None
        for attempt in range(row["attempts"] + 1, TRIES + 1):
            is_taken = 200 <= self._post(row) < 300
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

    def _post(self, row: Row, *, is_forged: bool = False) -> int:
        account = self._world.account(row["app_id"])
        assert account is not None
        stamp, nonce = str(int(self._world.now())), secrets.token_hex(5)
        encrypted = crypto.encrypt(
            account["encoding_aes_key"],
            row["plain"].encode(),
            row["app_id"],
            secrets.token_bytes(16),
        )
        signed = crypto.signature(account["token"], stamp, nonce, encrypted)
        query: Json = {
            "encrypt_type": "aes",
            "msg_signature": "0" * 40 if is_forged else signed,
            "timestamp": stamp,
            "nonce": nonce,
        }
        body = f"<xml><ToUserName>gh_sim</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        try:
            answer = self._http.post(
                account["callback_url"],
                params=query,
                content=body.encode(),
                headers={"Content-Type": "text/xml"},
                timeout=self._world.setting("callback_timeout_s"),
            )
        except httpx2.TransportError:
            return 0
        return answer.status_code
