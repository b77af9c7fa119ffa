"""Aliyun's anti-flood rules and the marketing hours. Pure.

Source: help.aliyun.com. Verification codes per sign and number 1 a minute, 5 an hour (both natural
clock windows, UTC+8), 10 in 24 h, and 40 in 24 h per number over all signs; notices and marketing
50 in 24 h per sign, template and number. Counted at submission.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000


def verify_breach(now_ms: int, *, same_sign: Iterable[int], all_signs: Iterable[int]) -> str | None:
    """The flow-control message for one more verification code, or None when it may go."""
    sent = list(same_sign)
    # UTC+8 is whole hours from UTC: natural minutes and hours are the same windows in both.
    if any(at // _MINUTE_MS == now_ms // _MINUTE_MS for at in sent):
        return "触发分钟级流控Permits:1"
    if sum(at // _HOUR_MS == now_ms // _HOUR_MS for at in sent) >= 5:
        return "触发小时级流控Permits:5"
    if sum(at > now_ms - DAY_MS for at in sent) >= 10:
        return "触发天级流控Permits:10"
    if sum(at > now_ms - DAY_MS for at in all_signs) >= 40:
        return "触发天级流控Permits:40"
    return None


def other_breach(now_ms: int, *, same_template: Iterable[int]) -> str | None:
    """The flow-control message for one more notice or marketing SMS, or None when it may go."""
    if sum(at > now_ms - DAY_MS for at in same_template) >= 50:
        return "触发天级流控Permits:50"
    return None


def is_marketing_hour(now: datetime, hours: tuple[int, int] | None) -> bool:
    """Whether marketing may go: `hours` is `[from, to)` in Asia/Shanghai, None for always."""
    if hours is None:
        return True
    return hours[0] <= now.astimezone(ZoneInfo("Asia/Shanghai")).hour < hours[1]


def part_count(content: str) -> int:
    """How many parts a text is billed as: one up to 70 characters, else 67 to a part."""
    units = len(content.encode("utf-16-le")) // 2
    return 1 if units <= 70 else -(-units // 67)
