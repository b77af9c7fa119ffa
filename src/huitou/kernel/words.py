"""Amounts, shares, times and lists as sentences say them, in Chinese and English. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMED_MAX = 3


def money_zh(fen: int) -> str:
    """`30 元`, `0.5 元`."""
    return f"{_plain(fen)} 元"


def money_en(fen: int) -> str:
    """`¥30`, `¥1,200`, `¥0.50`."""
    whole, cents = divmod(fen, 100)
    return f"¥{whole:,}" if cents == 0 else f"¥{whole:,}.{cents:02d}"


def counted(count: int, one: str) -> str:
    """`1 order`, `1,200 orders`: a noun that takes an s."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def fold_zh(pay_bp: int) -> str:
    """What is paid, in tenths: 8,500 is `8.5`, for 8.5 折."""
    return f"{pay_bp / 1_000:.3f}".rstrip("0").rstrip(".")


def percent(bp: int) -> str:
    """1,500 is `15%`."""
    return f"{bp / 100:.2f}".rstrip("0").rstrip(".") + "%"


def moment(at: datetime, zone: str) -> str:
    """The day, with the time unless it is midnight."""
    local = at.astimezone(ZoneInfo(zone))
    is_midnight = local.hour == local.minute == 0
    return local.strftime("%Y-%m-%d") if is_midnight else local.strftime("%Y-%m-%d %H:%M")


def week(weekdays: Sequence[int], minutes: tuple[int, int] | None) -> tuple[str, str] | None:
    """`限周一、周二 10:00–18:00`: days of the week (1 is Monday) and minutes of the day; None for
    always."""
    zh, en = "", ""
    if weekdays:
        days = sorted(set(weekdays))
        zh = "周" + "、".join(_DAYS_ZH[day - 1] for day in days)
        en = "on " + ", ".join(_DAYS_EN[day - 1] for day in days)
    if minutes:
        span = f"{clock(minutes[0])}–{clock(minutes[1])}"
        zh, en = f"{zh} {span}".strip(), f"{en} {span}".strip()
    if not zh:
        return None
    return f"限{zh}" if weekdays else f"限每天 {zh}", f"only {en}"


def listed(codes: Sequence[str], names: Mapping[str, str], zh: str, en: str) -> tuple[str, str]:
    """The first few by name, joined by `zh` and `en`; a code without a name stands for itself."""
    words = [names.get(code, code) for code in codes]
    shown, more = words[:_NAMED_MAX], len(words) - _NAMED_MAX
    if more > 0:
        return f"{'、'.join(shown)}等 {len(words)} 项", f"{', '.join(shown)} and {more} more"
    return zh.join(shown), f" {en} ".join(shown)


def clock(minute: int) -> str:
    """`09:30` for a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _plain(fen: int) -> str:
    whole, cents = divmod(fen, 100)
    return f"{whole}" if cents == 0 else f"{whole}.{cents:02d}".rstrip("0")
