"""One HTTP call to a provider, and the four things that can come of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

CONNECT_SECONDS = 5.0

# Addresses hold phone numbers, tokens and secrets, and the HTTP library logs whole addresses.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answered:
    """The provider did what was asked. `body` is the whole answer."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no with a code of its own: nothing was done."""

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


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, unread."""

    status: int
    content: bytes


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def new_client(timeout_seconds: float) -> httpx2.Client:
    """A pool of connections that follows no proxy of the environment."""
    return httpx2.Client(
        timeout=httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS), trust_env=False
    )


def exchange(
    http: httpx2.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    server_name: str | None = None,
) -> Reply | Unreached | Lost:
    """One request, never repeated and never redirected.

    `server_name`: whose certificate is asked for, where `url` names the machine by number.
    """
    more = {} if server_name is None else {"sni_hostname": server_name}
    try:
        response = http.request(
            method,
            url,
            headers=headers,
            content=content,
            follow_redirects=False,
            extensions=more,
        )
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        return Unreached(type(error).__name__)
    except httpx2.HTTPError as error:
        return Lost(type(error).__name__)
    return Reply(response.status_code, response.content)


def host_of(address: str) -> str:
    """The Host header the HTTP library will send: no port when it is the scheme's own."""
    parts = urlsplit(address)
    standard = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, standard) else f":{parts.port}"
    return f"{parts.hostname}{port}"
