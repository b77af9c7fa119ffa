"""At which hour a customer is written to: when they themselves open messages and buy. Pure.

Hours of the week are counted from Monday's first, 0 to 167, by the customer's clock. How likely the customer is to look
in each is estimated with Dirichlet priors in two steps, since 168 hours are too many for few facts: the hours of the
day from their own facts and the base's, then the hours of the week from their own facts and those of the day. The base
is everybody the campaign is about. The mean of a Dirichlet posterior is (counts + prior weight * prior) / (n + weight)
(Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.4).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from huitou.campaign.types.timing import Habit
from huitou.kernel.money import BASIS_POINTS

WEEK = 168
WINDOW_HOURS_MAX = 72
SOON_HOURS = 3
"""A message is of use when it is looked at within so many hours."""
EXPLORED_BP = 500
"""So many are written to at any hour, so that other hours are learnt about too."""
DAY_WEIGHT = 6.0
WEEK_WEIGHT = 24.0
"""So many facts the priors are worth."""
HOUR = timedelta(hours=1)


def counted(hours: Sequence[int]) -> list[int]:
    """How many facts fall into each hour of the week."""
    counts = [0] * WEEK
    for hour in hours:
        counts[hour] += 1
    return counts


def looks(own: Sequence[int], base: Sequence[int]) -> list[float]:
    """How likely a look falls into each hour of the week, from counts of the customer's own and of the base;
    sums to 1."""
    of_base = _by_day(_spread(base))
    total = sum(of_base)
    prior = [(count + 1.0) / (total + 24) for count in of_base]
    spread = _spread(own)
    n = sum(own)
    of_day = [
        (count + DAY_WEIGHT * share) / (n + DAY_WEIGHT)
        for count, share in zip(_by_day(spread), prior, strict=True)
    ]
    return [
        (count + WEEK_WEIGHT * of_day[hour % 24] / 7) / (n + WEEK_WEIGHT)
        for hour, count in enumerate(spread)
    ]


def slots(now: datetime, window_hours: int) -> list[datetime]:
    """Now, and each full hour after it within the window."""
    hours = min(window_hours, WINDOW_HOURS_MAX)
    first = now.replace(minute=0, second=0, microsecond=0) + HOUR
    later = (first + n * HOUR for n in range(hours))
    return [now, *(slot for slot in later if slot < now + hours * HOUR)]


def choose(habit: Habit, base: Sequence[int], moments: Sequence[datetime], salt: str) -> datetime:
    """One of `moments` (ascending, not empty), in which the customer most likely looks soon after; the earliest
    of equals. For a few, told by a stable hash, any of them."""
    digest = hashlib.sha256(f"{salt}:hour:{habit.customer_id}".encode()).digest()
    if int.from_bytes(digest[:8], "big") % BASIS_POINTS < EXPLORED_BP:
        return moments[int.from_bytes(digest[8:16], "big") % len(moments)]
    shares = looks(counted(habit.hours), base)
    zone = ZoneInfo(habit.zone)
    return max(
        moments, key=lambda at: (round(_soon(shares, at.astimezone(zone)), 12), -at.timestamp())
    )


def _soon(shares: Sequence[float], local: datetime) -> float:
    """How likely a look falls into the hours that follow a moment."""
    first = local.weekday() * 24 + local.hour
    passed = (local.minute * 60 + local.second) / 3600
    whole = sum(shares[(first + n) % WEEK] for n in range(SOON_HOURS))
    return whole - passed * (shares[first] - shares[(first + SOON_HOURS) % WEEK])


def _spread(counts: Sequence[int]) -> list[float]:
    """Who looks at 20:55 also looks at 21:05: half of a fact stays in its hour, a quarter goes to each beside it."""
    return [
        counts[hour] / 2 + (counts[hour - 1] + counts[(hour + 1) % WEEK]) / 4
        for hour in range(WEEK)
    ]


def _by_day(week: Sequence[float]) -> list[float]:
    return [sum(week[hour::24]) for hour in range(24)]
