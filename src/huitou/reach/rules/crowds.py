"""The gate for many at once: the same questions in the same order as `gate.gate`, on arrays. Pure.

Who is held out is drawn last, among those who would get it: so that both groups are alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from huitou.reach.rules import caps, limits
from huitou.reach.rules.arbitrating import arbitrate
from huitou.reach.types.arbitration import NONE, REASONS, Floats, Messages, Options, Wave
from huitou.reach.types.mailings import Crowd, Ints, Mask, Way, WayFacts
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
CODES = ("", *(code for code, _ in _ORDER), "holdout", "no_gain", "budget", "merged")
"""What a number in an answer stands for; 0: allowed."""
_NUMBER = {code: number for number, code in enumerate(CODES)}


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


def choose(
    codes: Sequence[Codes],
    held_out: Mask,
    ways: Sequence[Way],
    budget_fen: int | None,
    order_fen: Floats,
) -> Chosen:
    """The way for each candidate: of those that are open the first, or, where there is a budget, what brings most for
    it (`arbitrating`). `order_fen`: an average order of each. Where no way is open, the one that came nearest."""
    stacked = np.stack(codes)
    rank = np.where(stacked == 0, len(CODES), stacked)
    way = rank.argmax(axis=0).astype(np.int64)
    code = np.take_along_axis(stacked, way[None, :], axis=0)[0]
    code[(code == 0) & held_out] = _NUMBER["holdout"]
    if budget_fen is None:
        return Chosen(way, code)
    stacked = np.where(held_out, np.int8(1), stacked)
    return _within(budget_fen, stacked, ways, order_fen, Chosen(way, code))


def is_over(
    cap: Cap, at: datetime, zone: str, before: Ints, after: Sequence[tuple[int, Sequence[datetime]]]
) -> Mask:
    """Would one more at `at` break the cap? `before`: how many of each candidate lie in the window that ends at
    `at` (all of a calendar's); `after`: candidates with some that come later still, and when all theirs are."""
    found = before + 1 > cap.limit
    for place, times in after:
        found[place] = caps.most_with(cap.window, at, sorted(times), zone) > cap.limit
    return found


def window_of(cap: Cap, at: datetime, zone: str) -> tuple[datetime, datetime, datetime]:
    """`(since, upto, until)`: in (since, upto] counts for one at `at`; with those in (upto, until) windows have to be looked at
    one by one."""
    if isinstance(cap.window, Rolling):
        length = timedelta(hours=cap.window.hours)
        return at - length, at, at + length
    start, end = caps.calendar(cap.window, at, zone)
    return start - timedelta(microseconds=1), end - timedelta(microseconds=1), end


def _within(
    budget_fen: int, codes: NDArray[np.int8], ways: Sequence[Way], order_fen: Floats, chosen: Chosen
) -> Chosen:
    open_ways, messages = np.nonzero(codes.T == 0)[::-1]
    people = np.flatnonzero(chosen.code == 0)
    row_of = np.full(codes.shape[1], NONE)
    row_of[people] = np.arange(len(people))
    share = np.array([way.share_bp / 10_000 for way in ways])
    cost = np.array([way.cost_fen for way in ways])
    options = Options(
        message=row_of[messages],
        channel=open_ways.astype(np.int64),
        # Thousandths of a fen on both sides: a message costs a few fen, and prices are by the thousand.
        value_fen=order_fen[messages] * share[open_ways] * 1_000,
        cost_fen=cost[open_ways],
    )
    zeros = np.zeros(len(people), np.int64)
    wave = Wave(
        Messages(people, people, zeros, zeros, zeros, np.zeros(len(people))),
        options,
        (
            limits.budget(
                "budget",
                np.zeros(len(messages), np.int64),
                cost[open_ways],
                np.array([budget_fen * 1_000]),
            ),
        ),
    )
    outcome = arbitrate(wave)
    way, code = chosen.way.copy(), chosen.code.copy()
    goes = outcome.option != NONE
    way[people[goes]] = options.channel[outcome.option[goes]]
    left = np.array([_NUMBER.get(reason, _NUMBER["budget"]) for reason in REASONS], np.int8)
    code[people[~goes]] = left[outcome.reason[~goes]]
    return Chosen(way, code)
