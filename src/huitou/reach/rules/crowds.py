"""The gate for many at once: the same questions in the same order as `gate.gate`, on arrays. Pure.

What then is chosen among them is told by `competing`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from huitou.reach.rules import caps
from huitou.reach.types.mailings import Crowd, Ints, Mask, WayFacts
from huitou.reach.types.policies import Cap, Rolling

Codes = NDArray[np.int8]

_ORDER: tuple[tuple[str, Callable[[Crowd, WayFacts], Mask | bool]], ...] = (
    ("forgotten", lambda crowd, way: crowd.is_forgotten),
    ("under_14", lambda crowd, way: crowd.is_under_14),
    ("opted_out", lambda crowd, way: way.is_opted_out),
    ("no_consent", lambda crowd, way: ~way.has_consent),
    ("suppressed", lambda crowd, way: way.is_suppressed),
    ("repeated_content", lambda crowd, way: crowd.has_same_content),
    ("quiet_hours", lambda crowd, way: way.is_quiet),
    ("cap", lambda crowd, way: way.is_over),
    ("channel_cap", lambda crowd, way: way.is_over_own),
    ("channel_off", lambda crowd, way: not way.is_on),
    ("no_address", lambda crowd, way: ~way.has_address),
)
CODES = (
    "",
    *(code for code, _ in _ORDER),
    "holdout",
    "no_gain",
    "budget",
    "outranked_by",
    "merged",
)
"""What a number in an answer stands for; 0: allowed."""
NUMBER = {code: number for number, code in enumerate(CODES)}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of each candidate the place in `ways` of the channel it goes by, or that came nearest, and the code (0: it
    goes)."""

    way: Ints
    code: Codes


def gate_all(crowd: Crowd, way: WayFacts) -> Codes:
    """The first question that says no, for each candidate; 0 where none does. O(candidates)."""
    found = np.zeros(len(crowd.ordinals), np.int8)
    for number, (_, says_no) in enumerate(_ORDER, start=1):
        found[(found == 0) & says_no(crowd, way)] = number
    return found


def first_open(codes: NDArray[np.int8]) -> Chosen:
    """Of each candidate the first way that is open, as they are ordered; where none is, the one that came nearest. A row a way."""
    rank = np.where(codes == 0, len(CODES), codes)
    way = rank.argmax(axis=0).astype(np.int64)
    return Chosen(way, np.take_along_axis(codes, way[None, :], axis=0)[0])


def left(
    cap: Cap, at: datetime, zone: str, before: Ints, after: Sequence[tuple[int, Sequence[datetime]]]
) -> Ints:
    """How many more the cap allows each candidate at `at`. `before`: how many of each lie in the window that ends at
    `at` (all of a calendar's); `after`: candidates with some that come later still, and when all theirs are."""
    found: Ints = cap.limit - before
    for place, times in after:
        found[place] = cap.limit - caps.most_with(cap.window, at, sorted(times), zone) + 1
    return found


def window_of(cap: Cap, at: datetime, zone: str) -> tuple[datetime, datetime, datetime]:
    """`(since, upto, until)`: in (since, upto] counts for one at `at`; with those in (upto, until) windows have to be looked at
    one by one."""
    if isinstance(cap.window, Rolling):
        length = timedelta(hours=cap.window.hours)
        return at - length, at, at + length
    start, end = caps.calendar(cap.window, at, zone)
    return start - timedelta(microseconds=1), end - timedelta(microseconds=1), end
