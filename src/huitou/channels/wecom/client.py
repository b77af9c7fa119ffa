"""Calls to the WeCom server API: one token, kept; typed errors; nothing personal in them.

Source: developer.work.weixin.qq.com/document/path/91039 (token), 90313 (error codes),
90454 (frequency).
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from huitou.channels.wecom.config import WeComConfig
from huitou.kernel.errors import Unavailable

BUSY = -1
BUSY_TRIES = 3
BAD_SECRET = 40001
BAD_CORP = 40013
TOKEN_STALE = frozenset({40014, 42001})
TOKEN_MARGIN = timedelta(minutes=5)
BAD_SECRET_PAUSE = timedelta(minutes=5)
"""WeCom bans an address that keeps trying a wrong secret for about an hour: stop before."""
TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
LIMITS = httpx2.Limits(keepalive_expiry=2.0)
"""Short, so that a connection the other end is closing is not taken for an unknown outcome."""

Json = dict[str, Any]

# It logs every URL at INFO, and ours hold the secret, the token and customers' ids.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class WeComError(Unavailable):
    """WeCom answered with an `errcode`; `errmsg` is for people, never to be parsed."""

    code = "wecom.refused"
    zh, en = "企业微信返回错误 {errcode}：{errmsg}", "WeCom answered error {errcode}: {errmsg}"

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode=errcode, errmsg=errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


class WeComUnreachable(Unavailable):
    """The call surely did not reach WeCom."""

    code = "wecom.unreachable"
    zh, en = "无法连接企业微信（{reason}）", "WeCom cannot be reached ({reason})"


class WeComUnanswered(Unavailable):
    """The call may have reached WeCom, but no answer came: its effect is unknown."""

    code = "wecom.unanswered"
    zh, en = "企业微信没有回应（{reason}）", "WeCom did not answer ({reason})"


class WeComClient:
    """Thread-safe calls for one app. Raises WeComError, WeComUnreachable, WeComUnanswered."""

    def __init__(
        self,
        config: WeComConfig,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        http: httpx2.Client | None = None,
    ) -> None:
        self.config = config
        self.now = now
        self._http = http or httpx2.Client(timeout=TIMEOUT, limits=LIMITS, trust_env=False)
        self._lock = threading.Lock()
        self._token = ""
        self._token_until = datetime.min.replace(tzinfo=UTC)
        self._bad_secret: WeComError | None = None
        self._bad_secret_until = self._token_until

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The answer of GET `/cgi-bin/<path>` with errcode 0."""
        return self._call("GET", path, dict(params or {}), None)

    def post(self, path: str, body: Json) -> Json:
        """The answer of POST `/cgi-bin/<path>` with errcode 0."""
        return self._call("POST", path, {}, body)

    def pages(self, path: str, body: Json, items: str) -> Iterator[Json]:
        """Every row of the list `items`, following `next_cursor` to its end."""
        cursor, seen = "", {""}
        while True:
            answer = self.post(path, {**body, "cursor": cursor} if cursor else body)
            yield from answer.get(items) or []
            cursor = answer.get("next_cursor") or ""
            if cursor in seen:
                return
            seen.add(cursor)

    def prove(self) -> None:
        """Get a token: shows that WeCom knows the corporation and the secret."""
        self._get_token(stale=None)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, params: dict[str, str], body: Json | None) -> Json:
        """Refresh a stale token exactly once; try a busy system at most three times."""
        token, is_fresh = self._get_token(stale=None)
        tries = 1
        while True:
            answer = self._exchange(method, path, {**params, "access_token": token}, body)
            errcode = _errcode(answer)
            if errcode == 0:
                return answer
            if errcode in TOKEN_STALE and not is_fresh:
                token, _ = self._get_token(stale=token)
                is_fresh = True
            elif errcode == BUSY and tries < BUSY_TRIES:
                tries += 1
            else:
                raise WeComError(errcode, str(answer.get("errmsg", "")))

    def _get_token(self, *, stale: str | None) -> tuple[str, bool]:
        """The token and whether it was fetched just now; `stale` is one WeCom refused.

        One thread fetches while the others wait, so a hundred refusals cost one call.
        """
        with self._lock:
            now = self.now()
            if self._token and self._token != stale and now < self._token_until:
                return self._token, False
            if self._bad_secret and now < self._bad_secret_until:
                raise WeComError(self._bad_secret.errcode, self._bad_secret.errmsg)
            answer = self._fetch_token()
            self._token = str(answer["access_token"])
            self._token_until = now + timedelta(seconds=int(answer["expires_in"])) - TOKEN_MARGIN
            return self._token, True

    def _fetch_token(self) -> Json:
        params = {
            "corpid": self.config.corp_id,
            "corpsecret": self.config.secret.get_secret_value(),
        }
        try:
            answer = self._exchange("GET", "gettoken", params, None)
        except WeComUnanswered as error:
            # Without a token nothing was asked of WeCom yet.
            raise WeComUnreachable(**error.params) from error
        errcode = _errcode(answer)
        if errcode:
            refusal = WeComError(errcode, str(answer.get("errmsg", "")))
            if errcode == BAD_SECRET:
                self._bad_secret = refusal
                self._bad_secret_until = self.now() + BAD_SECRET_PAUSE
            raise refusal
        return answer

    def _exchange(self, method: str, path: str, params: dict[str, str], body: Json | None) -> Json:
        url = f"{self.config.base_url}/cgi-bin/{path}"
        try:
            response = self._http.request(method, url, params=params, json=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise WeComUnreachable(reason=type(error).__name__) from None
        except httpx2.TransportError as error:
            # The URL holds the token: keep it out of the chain of causes.
            raise WeComUnanswered(reason=type(error).__name__) from None
        if response.status_code != 200:
            raise WeComUnanswered(reason=f"HTTP {response.status_code}")
        try:
            answer = response.json()
        except ValueError:
            raise WeComUnanswered(reason="not JSON") from None
        if not isinstance(answer, dict):
            raise WeComUnanswered(reason="not an object")
        return answer


def _errcode(answer: Json) -> int:
    """A missing errcode means success throughout the WeChat family."""
    errcode = answer.get("errcode", 0)
    return errcode if isinstance(errcode, int) else BUSY
