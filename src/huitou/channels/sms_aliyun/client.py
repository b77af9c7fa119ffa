"""One call to the Aliyun SMS API, and the four things that can come of it."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx2

from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_aliyun.signing import canonical_query, signed_headers
from huitou.channels.wire import (
    Answer,
    Answered,
    Lost,
    Refused,
    Reply,
    exchange,
    host_of,
    new_client,
    utc_now,
)

VERSION = "2017-05-25"


def random_nonce() -> str:
    """32 hex digits, never the same again."""
    return secrets.token_hex(16)


class AliyunSmsClient:
    """Signs and sends requests for one account. Safe to share between threads."""

    def __init__(
        self,
        config: AliyunSmsConfig,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = random_nonce,
    ) -> None:
        self._config = config
        self._host = host_of(config.endpoint)
        self._now = now
        self._nonce = nonce
        self._http = http or new_client(float(config.timeout_seconds))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def call(self, action: str, query: Mapping[str, str]) -> Answer:
        """POST `action` with its parameters in the query and an empty body."""
        headers = signed_headers(
            action,
            query,
            version=VERSION,
            host=self._host,
            key_id=self._config.access_key_id,
            secret=self._config.access_key_secret.get_secret_value(),
            nonce=self._nonce(),
            now=self._now(),
        )
        url = f"{self._config.endpoint}/?{canonical_query(query)}"
        reply = exchange(self._http, "POST", url, headers=headers)
        return _read(reply.status, reply.content) if isinstance(reply, Reply) else reply


def _read(status: int, content: bytes) -> Answer:
    """A 5xx or an unreadable answer proves nothing; a code in a 200 or 4xx is a clear word."""
    try:
        body = json.loads(content)
    except ValueError:
        return Lost(f"http {status}, not JSON")
    code = body.get("Code") if isinstance(body, dict) else None
    if not isinstance(code, str) or status >= 500 or 300 <= status < 400:
        return Lost(f"http {status}")
    if code == "OK" and status < 300:
        return Answered(body)
    # The vendor's message may repeat the number: only its code is safe to keep whole.
    return Refused(code, str(body.get("Message", ""))[:200])
