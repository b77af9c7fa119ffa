"""WeCom's「联系我」codes for the room of codes: nothing raised, and the picture fetched."""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx2

from huitou.channels.wecom.channel import MISCONFIGURED, TRANSIENT
from huitou.channels.wecom.client import (
    LIMITS,
    WeComClient,
    WeComError,
    WeComUnanswered,
    WeComUnreachable,
)
from huitou.channels.wecom.ways import UNKNOWN_WAY, WeComWays
from huitou.channels.wecom.ways import Way as Known
from huitou.code.types import Done, Made, NotTaken, NoWay, Outcome, Unsure, Way

PICTURE_MAX = 1_000_000
PICTURE_TIMEOUT = httpx2.Timeout(5.0)
_CLOCK_SKEW = timedelta(minutes=10)


class WeComCodes:
    """Serves `code.types.Ways` for one corporation."""

    def __init__(self, client: WeComClient) -> None:
        self._ways = WeComWays(client)
        self._pictures = httpx2.Client(timeout=PICTURE_TIMEOUT, limits=LIMITS, trust_env=False)

    def add(self, way: Way) -> Outcome:
        """Make a code."""
        return _told(
            lambda: self._made(
                self._ways.add(way.users, way.state, way.remark, asks_first=way.asks_first)
            )
        )

    def find(self, state: str, since: datetime, known: frozenset[str]) -> Outcome:
        """The code with this state, made since then."""

        def look() -> Outcome:
            found = self._ways.find(state, since=since - _CLOCK_SKEW, known=known)
            return NoWay() if found is None else self._made(found)

        return _told(look)

    def change(self, config_id: str, way: Way) -> Outcome:
        """Tell what holds from now on."""

        def change() -> Outcome:
            self._ways.change(
                config_id, way.users, way.state, way.remark, asks_first=way.asks_first
            )
            return Done()

        return _told(change)

    def remove(self, config_id: str) -> Outcome:
        """Take it away."""

        def remove() -> Outcome:
            self._ways.remove(config_id)
            return Done()

        return _told(remove)

    def _made(self, way: Known) -> Made:
        return Made(way.config_id, way.qr_code, self._picture(way.qr_code))

    def _picture(self, url: str) -> bytes | None:
        """WeCom's picture of the code; without it the code's own page shows the way."""
        if not url.startswith(("https://", "http://")):
            return None
        try:
            answer = self._pictures.get(url)
        except httpx2.HTTPError:
            return None
        is_png = answer.is_success and answer.content.startswith(b"\x89PNG\r\n")
        return answer.content if is_png and len(answer.content) <= PICTURE_MAX else None


def _told(say: Callable[[], Outcome]) -> Outcome:
    try:
        return say()
    except WeComError as error:
        passing = error.errcode in TRANSIENT | MISCONFIGURED and error.errcode not in UNKNOWN_WAY
        return NotTaken(str(error.errcode), error.errmsg, is_final=not passing)
    except WeComUnreachable as error:
        return NotTaken(error.code, str(error.params.get("reason")), is_final=False)
    except WeComUnanswered as error:
        return Unsure(f"{error.code}: {error.params.get('reason')}")
