"""Calls to the product from outside; whatever it refuses ends the demo's loading."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2

Found = TypeVar("Found")
_PATIENCE_SECONDS = 600.0


def get(api: httpx2.Client, path: str) -> Any:
    """The body of an answer."""
    return checked(api.get(path)).json()


def post(api: httpx2.Client, path: str, body: Any) -> Any:
    """The body of an answer, or None."""
    answer = checked(api.post(path, json=body))
    return answer.json() if answer.content else None


def checked(answer: httpx2.Response) -> httpx2.Response:
    """The answer, if it is none of a fault."""
    if answer.status_code >= 400:
        raise RuntimeError(f"{answer.request.url.path}: {answer.status_code} {answer.text[:500]}")
    return answer


def put_setting(api: httpx2.Client, key: str, value: Any) -> None:
    """The merchant's own value, unless it is that."""
    stored = next(item for item in get(api, "/v1/settings")["items"] if item["key"] == key)
    if stored["value"] != value:
        body = {"value": value, "version": stored["version"]}
        checked(api.put(f"/v1/settings/{key}", json=body))


def wait_for(what: str, test: Callable[[], Found | None]) -> Found:
    """What `test` finds in the end."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = test()
        if found:
            return found
        time.sleep(0.3)
    raise RuntimeError(f"waited in vain for {what}; see data/logs")
