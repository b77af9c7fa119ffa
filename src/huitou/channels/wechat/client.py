"""Calls to the WeChat server API: one token, kept; refusals as codes.

Source: developers.weixin.qq.com, getStableAccessToken. In its normal mode the same token comes
again for whoever asks while it is valid: processes share it without speaking to one another.
"""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2

from huitou.channels.wechat.config import WechatAccount
from huitou.channels.wire import (
    Answer,
    Answered,
    Lost,
    Refused,
    Reply,
    Unreached,
    exchange,
    new_client,
    utc_now,
)

TOKEN_STALE = frozenset({"40001", "40014", "42001"})
TOKEN_MARGIN = timedelta(minutes=5)
"""WeChat renews a token in its last five minutes; the old one still works meanwhile."""
_TIMEOUT_SECONDS = 10.0
_JSON = {"content-type": "application/json; charset=utf-8"}


class WechatClient:
    """Thread-safe calls for one account."""

    def __init__(
        self,
        config: WechatAccount,
        *,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.config = config
        self._now = now
        self._http = http or new_client(_TIMEOUT_SECONDS)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._token_until: datetime | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, query: str) -> Answer:
        """GET `path` with a query of its own and the token."""
        return self._call("GET", path, None, f"&{query}")

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """POST `path`. A stale token is refreshed once, and the call made again: it had no effect."""
        return self._call("POST", path, body, "")

    def _call(self, method: str, path: str, body: dict[str, Any] | None, more: str) -> Answer:
        token = self._get_token(None)
        for is_last in (False, True):
            if not isinstance(token, str):
                return token
            answer = self._exchange(method, f"{path}?access_token={token}{more}", body)
            if is_last or not isinstance(answer, Refused) or answer.code not in TOKEN_STALE:
                return answer
            token = self._get_token(token)
        raise AssertionError("the last answer is returned")

    def _get_token(self, stale: str | None) -> str | Refused | Unreached:
        """The token in use; `stale` is one that WeChat refused.

        One thread fetches while the others wait. Another process may have renewed it already:
        only when the refused one comes again is a new one forced (20 times a day at most).
        """
        with self._lock:
            now = self._now()
            is_kept = self._token_until is not None and now < self._token_until
            if self._token is not None and self._token != stale and is_kept:
                return self._token
            fetched = self._fetch(is_forced=False)
            if isinstance(fetched, Answered) and fetched.body.get("access_token") == stale:
                fetched = self._fetch(is_forced=True)
            if isinstance(fetched, Lost):
                # Without a token nothing was asked of WeChat yet.
                return Unreached(fetched.detail)
            if not isinstance(fetched, Answered):
                return fetched
            token, seconds = fetched.body.get("access_token"), fetched.body.get("expires_in")
            if not isinstance(token, str) or not isinstance(seconds, int):
                return Unreached("unreadable token")
            life = timedelta(seconds=seconds)
            self._token, self._token_until = token, now + life - min(TOKEN_MARGIN, life / 2)
            return token

    def _fetch(self, *, is_forced: bool) -> Answer:
        return self._exchange(
            "POST",
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": self.config.app_id,
                "secret": self.config.secret.get_secret_value(),
                "force_refresh": is_forced,
            },
        )

    def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> Answer:
        # Escaped characters would be shown as they are: WeChat reads the text literally.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.config.base_url}{path}"
        reply = exchange(self._http, method, url, headers=_JSON, content=content)
        return _read(reply) if isinstance(reply, Reply) else reply


def _read(reply: Reply) -> Answer:
    """HTTP 200 always; a missing `errcode` means success throughout the WeChat family."""
    try:
        body = json.loads(reply.content)
    except ValueError:
        return Lost(f"http {reply.status}, not JSON")
    if reply.status != 200 or not isinstance(body, dict):
        return Lost(f"http {reply.status}")
    code = body.get("errcode", 0)
    if code == 0:
        return Answered(body)
    return Refused(str(code), str(body.get("errmsg", ""))[:200])
