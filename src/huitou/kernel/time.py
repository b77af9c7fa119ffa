"""Time is UTC inside; calendar days and months belong to a zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DEFAULT_ZONE = "Asia/Shanghai"


def is_zone(name: str) -> bool:
    """Is it the IANA name of a zone, such as `Asia/Shanghai`?"""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def day_of(moment: datetime, zone: str = DEFAULT_ZONE) -> date:
    """The calendar day of `moment` in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """The first instant of `day` in `zone`, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_range(moment: datetime, zone: str = DEFAULT_ZONE) -> tuple[datetime, datetime]:
    """`[start, end)` in UTC of the calendar day that holds `moment`."""
    day = day_of(moment, zone)
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def month_range(moment: datetime, zone: str = DEFAULT_ZONE) -> tuple[datetime, datetime]:
    """`[start, end)` in UTC of the calendar month that holds `moment`."""
    first = day_of(moment, zone).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return day_start(first, zone), day_start(following, zone)


@lru_cache(maxsize=1_000)
def rfc3339(moment: datetime) -> str:
    """`2026-11-20T10:03:11.000000+00:00`."""
    return moment.astimezone(UTC).isoformat()
