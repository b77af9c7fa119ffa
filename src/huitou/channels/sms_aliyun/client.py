"""One call to the Aliyun SMS API, and the four things that can come of it."""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_aliyun.signing import canonical_query, signed_headers

VERSION = "2017-05-25"
_CONNECT_SECONDS = 5.0

# Aliyun takes phone numbers in the query string, and the HTTP library logs whole addresses.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answered:
    """`Code` was OK. `body` is the whole answer."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """Aliyun said no with a code of its own: nothing was done."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """No connection was made: nothing was sent."""

    detail: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived, but no answer we can read came back."""

    detail: str


Answer = Answered | Refused | Unreached | Lost


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


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
        self._host = _host(config.endpoint)
        self._now = now
        self._nonce = nonce
        self._http = http or httpx2.Client(
            timeout=httpx2.Timeout(float(config.timeout_seconds), connect=_CONNECT_SECONDS),
            trust_env=False,
        )

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
        try:
            response = self._http.post(url, headers=headers, follow_redirects=False)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            return Unreached(type(error).__name__)
        except httpx2.HTTPError as error:
            return Lost(type(error).__name__)
        return _read(response.status_code, response.content)


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


def _host(endpoint: str) -> str:
    """The Host header the HTTP library will send: no port when it is the scheme's own."""
    parts = urlsplit(endpoint)
    standard = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, standard) else f":{parts.port}"
    return f"{parts.hostname}{port}"
