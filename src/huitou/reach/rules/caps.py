"""How many messages a customer has had, and when they may get another. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from huitou.kernel.time import day_of, day_range, day_start, month_range
from huitou.reach.types.policies import Calendar, Cap, Past, QuietHours, Rolling

_LONGEST = timedelta(days=3)
"""Quiet hours leave an hour of each day (`checking`), but a change of the clock may take that one."""
_LONGEST_CHANGE = timedelta(days=1)
"""The most that clocks were ever put forward at once (Samoa, 2011)."""


def first_exceeded(
    caps: Iterable[Cap], message: Past, past: Sequence[Past], zone: str
) -> Cap | None:
    """The first cap that `message` would break beside those that count already; None when it may go."""
    for cap in caps:
        if is_about(cap, message) and room(cap, message, past, zone) < 1:
            return cap
    return None


def room(cap: Cap, message: Past, past: Sequence[Past], zone: str) -> int:
    """How many like `message` the cap allows at its moment beside those that count already; below 1: none."""
    times = sorted(one.at for one in past if is_alike(cap, one, message))
    return cap.limit - most_with(cap.window, message.at, times, zone) + 1


def most_with(
    window: Rolling | Calendar, at: datetime, times: Sequence[datetime], zone: str
) -> int:
    """The most messages that any window holding `at` has, the one at `at` included. `times` ascend.

    A rolling window is half open: messages exactly `hours` apart are never in one.
    """
    if isinstance(window, Calendar):
        start, end = calendar(window, at, zone)
        return bisect_left(times, end) - bisect_left(times, start) + 1
    length = timedelta(hours=window.hours)
    near = [one for one in times if at - length < one < at + length]
    starts = [one for one in near if one <= at] + [at]
    return 1 + max(sum(start <= one < start + length for one in near) for start in starts)


def next_room(cap: Cap, message: Past, past: Sequence[Past], zone: str) -> datetime:
    """The first moment after the message's at which fewer count in the windows that hold it than do at its own: when
    something leaves a rolling window behind, or the calendar turns a page. Always later."""
    if isinstance(cap.window, Calendar):
        return calendar(cap.window, message.at, zone)[1]
    length = timedelta(hours=cap.window.hours)
    ends = [one.at + length for one in past if is_alike(cap, one, message)]
    return min((end for end in ends if end > message.at), default=message.at + length)


def opens_at(
    quiet: Iterable[QuietHours], channel: str, at: datetime, zone: str
) -> tuple[datetime, list[QuietHours]]:
    """When a message that would go at `at` may go, and the quiet hours that hold it back: those that follow one
    another are waited out together. (`checking` refuses those that leave no hour of the day.)"""
    mine = [one for one in quiet if not one.channels or channel in one.channels]
    held: list[QuietHours] = []
    last = at + _LONGEST
    while at < last and (one := next((one for one in mine if _is_in(one, at, zone)), None)):
        held += [one] if one not in held else []
        at = _end_of(one, at, zone)
    return at, held


def is_about(cap: Cap, message: Past) -> bool:
    """Does the cap count messages like this one?"""
    if cap.scope == "channel":
        return cap.of is None or cap.of == message.channel
    if cap.scope == "category":
        return cap.of is None or cap.of == message.category
    if cap.scope == "campaign":
        return message.campaign_id is not None
    if cap.scope == "associate":
        return message.staff_id is not None
    return True


def counted_alone(cap: Cap, message: Past) -> str:
    """What the cap counts for itself: two messages count together where it is the same."""
    match cap.scope:
        case "channel":
            return message.channel
        case "category":
            return message.category
        case "campaign":
            return str(message.campaign_id)
        case "associate":
            return str(message.staff_id)
        case "all":
            return ""


def is_alike(cap: Cap, one: Past, message: Past) -> bool:
    """Does `one` count together with `message`?"""
    return counted_alone(cap, one) == counted_alone(cap, message)


def calendar(window: Calendar, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The day, week or month that holds `at`: `[start, end)`."""
    if window.unit == "day":
        return day_range(at, zone)
    if window.unit == "month":
        return month_range(at, zone)
    day = day_of(at, zone)
    monday = day - timedelta(days=day.weekday())
    return day_start(monday, zone), day_start(monday + timedelta(days=7), zone)


def _minute(at: datetime, zone: str) -> int:
    local = at.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def _is_in(quiet: QuietHours, at: datetime, zone: str) -> bool:
    minute = _minute(at, zone)
    if quiet.from_minute < quiet.until_minute:
        return quiet.from_minute <= minute < quiet.until_minute
    return minute >= quiet.from_minute or minute < quiet.until_minute


def _end_of(quiet: QuietHours, at: datetime, zone: str) -> datetime:
    """The first moment after `at` at which the clock on the wall is outside the hours. Where a change of the clock
    shows the minute twice it is the first after `at`; where it leaves it out, the moment of the change."""
    local = at.astimezone(ZoneInfo(zone))
    wall = local.replace(
        hour=quiet.until_minute // 60, minute=quiet.until_minute % 60, second=0, microsecond=0
    )
    shown = sorted(
        (wall + timedelta(days=days)).replace(fold=fold).astimezone(UTC)
        for days in range(3)
        for fold in (0, 1)
    )
    end = next(one for one in shown if one > at and not _is_in(quiet, one, zone))
    if _minute(end, zone) != quiet.until_minute:
        end = _left(quiet, max(at, end - _LONGEST_CHANGE), end, zone)
    return end.astimezone(at.tzinfo)


def _left(quiet: QuietHours, inside: datetime, outside: datetime, zone: str) -> datetime:
    """The minute at which the hours are left, between one inside them and one outside."""
    while outside - inside > timedelta(minutes=1):
        middle = inside + (outside - inside) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= inside:
            break
        if _is_in(quiet, middle, zone):
            inside = middle
        else:
            outside = middle
    return outside
