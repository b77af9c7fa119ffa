"""One call to the Tencent Cloud SMS API."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2

from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.channels.sms_tencent.signing import signed_headers
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

VERSION = "2021-01-11"


class TencentSmsClient:
    """Signs and sends requests for one application. Safe to share between threads."""

    def __init__(
        self,
        config: TencentSmsConfig,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._config = config
        self._now = now
        self._http = http or new_client(float(config.timeout_seconds))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def call(self, action: str, asked: dict[str, Any]) -> Answer:
        """POST `action`; `Answered` holds what stands under `Response`."""
        config = self._config
        body = json.dumps(asked, ensure_ascii=False).encode()
        headers = signed_headers(
            action,
            body,
            version=VERSION,
            region=config.region,
            host=host_of(config.endpoint),
            secret_id=config.secret_id,
            secret=config.secret_key.get_secret_value(),
            now=self._now(),
        )
        reply = exchange(self._http, "POST", f"{config.endpoint}/", headers=headers, content=body)
        return _read(reply) if isinstance(reply, Reply) else reply


def _read(reply: Reply) -> Answer:
    """Tencent answers 200 to everything it has understood, refusals too."""
    try:
        body = json.loads(reply.content)
    except ValueError:
        return Lost(f"http {reply.status}, not JSON")
    response = body.get("Response") if isinstance(body, dict) else None
    if reply.status != 200 or not isinstance(response, dict):
        return Lost(f"http {reply.status}")
    error = response.get("Error")
    if error is None:
        return Answered(response)
    if not isinstance(error, dict) or not isinstance(error.get("Code"), str):
        return Lost("unreadable error")
    return Refused(error["Code"], str(error.get("Message", ""))[:200])
