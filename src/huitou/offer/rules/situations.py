"""Where, when and for whom the most holds at once. Pure.

Whether something holds is one condition a moment, one a place and one a customer. So of each only those matter at which
a largest set of instruments holds, and the situations are what these have in common: nothing is missed that could
happen, and nothing is told that cannot. One thing is taken for granted: a customer may be in all segments.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import TypeVar
from zoneinfo import ZoneInfo

from huitou.offer.rules.usable import is_for, when_refusal, where_refusal
from huitou.offer.types.checks import Held, Situation, Spot
from huitou.offer.types.offers import When

Found = TypeVar("Found")
_DAYS = 366 * 2
"""Days after which days of the week and of the month have been together as they can be, but for rare ones."""

Customer = tuple[str | None, bool]
"""A tier, and whether they have bought before."""


def situations(
    held: Sequence[Held],
    needed: int,
    now: datetime,
    zone: str,
    spots: Sequence[Spot],
    tiers: Sequence[str],
) -> list[Situation]:
    """The situations, from `now` on, at which `held[needed]` holds with a largest set of the others; those with most
    first."""
    times = _largest(
        [(_held_at(held, at, zone), at) for at in moments([each.when for each in held], now, zone)]
    )
    places = _largest([(_held_in(held, spot), spot) for spot in spots])
    people = _largest([(_held_for(held, who), who) for who in _customers(tiers)])
    found = [
        (when & where & whom, (at, spot, who))
        for (when, at), (where, spot), (whom, who) in product(times, places, people)
        if when & where & whom & 1 << needed
    ]
    return [
        Situation(at, spot, who[0], who[1], tuple(n for n in range(len(held)) if mask >> n & 1))
        for mask, (at, spot, who) in _largest(found)
    ]


def moments(whens: Sequence[When], now: datetime, zone: str) -> list[datetime]:
    """Moments from `now` on such that whatever holds together at some time does so at one of them: when anything
    begins or ends, and from then on midnight and each beginning of hours of the first day of each sort (by what
    days of the week and of the month anything is for)."""
    ends = {end for when in whens for end in (when.from_at, when.until_at) if end is not None}
    turns = sorted({now} | {end for end in ends if end > now})
    minutes = sorted({0} | {when.hours.from_minute for when in whens if when.hours})
    found: list[datetime] = []
    for turn, after in zip(turns, [*turns[1:], None], strict=True):
        found.append(turn)
        found += [
            at
            for at in _clock_times(turn, after, whens, minutes, zone)
            if at > turn and (after is None or at < after)
        ]
    return found


def meets(
    held: Sequence[Held],
    one: int,
    other: int,
    now: datetime,
    zone: str,
    spots: Sequence[Spot],
    tiers: Sequence[str],
) -> bool:
    """May both hold at once?"""
    pair = [held[one], held[other]]
    return bool(
        any(
            _held_at(pair, at, zone) == 3 for at in moments([each.when for each in pair], now, zone)
        )
        and any(_held_in(pair, spot) == 3 for spot in spots)
        and any(_held_for(pair, who) == 3 for who in _customers(tiers))
    )


def _clock_times(
    first: datetime,
    end: datetime | None,
    whens: Sequence[When],
    minutes: Sequence[int],
    zone: str,
) -> Iterator[datetime]:
    midnight = first.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    sorts = {
        each for when in whens for each in (("week", when.weekdays), ("month", when.monthdays))
    }
    seen: set[frozenset[tuple[str, tuple[int, ...]]]] = set()
    for number in range(_DAYS if any(days for _, days in sorts) else 2):
        day = midnight + timedelta(days=number)
        if end is not None and day >= end:
            return
        sort = frozenset(
            (kind, days)
            for kind, days in sorts
            if (day.isoweekday() if kind == "week" else day.day) in days
        )
        # Of the first day only what is left of it counts.
        if number > 0 and sort in seen:
            continue
        if number > 0:
            seen.add(sort)
        for minute in minutes:
            yield day + timedelta(minutes=minute)


def _customers(tiers: Sequence[str]) -> list[Customer]:
    ladder: Sequence[str | None] = tiers or (None,)
    return [(tier, has_bought) for tier in ladder for has_bought in (True, False)]


def _held_at(held: Sequence[Held], at: datetime, zone: str) -> int:
    return _bits([when_refusal(each.when, at, zone) is None for each in held])


def _held_in(held: Sequence[Held], spot: Spot) -> int:
    return _bits(
        [where_refusal(each.paths, each.channels, spot.path, spot.channel) is None for each in held]
    )


def _held_for(held: Sequence[Held], who: Customer) -> int:
    tier, has_bought = who
    return _bits([is_for(each.audience, tier, each.audience.segments, has_bought) for each in held])


def _bits(them: Sequence[bool]) -> int:
    return sum(1 << n for n, it in enumerate(them) if it)


def _largest(found: Sequence[tuple[int, Found]]) -> list[tuple[int, Found]]:
    """Of sets (as bits) those that are in no other, the first of equal ones; those with most first."""
    kept: list[tuple[int, Found]] = []
    for mask, it in sorted(found, key=lambda each: -each[0].bit_count()):
        if mask and all(mask | other != other for other, _ in kept):
            kept.append((mask, it))
    return kept
