"""Why a message goes, waits or is over. Pure.

A message that does not go is told about by the option that came furthest: one for which what customers share would have
sufficed, else the one that is worth most. Another message *outranked* it when that has its place and either there was
enough of what is shared, or the other has the higher priority or is worth as much; otherwise what is shared was too
little, since with more of it this one would have gone.
"""

from collections.abc import Sequence

import numpy as np

from huitou.reach.types.arbitration import (
    FATES,
    NONE,
    REASONS,
    Floats,
    Ints,
    Limit,
    Outcome,
    Wave,
)

CHOSEN, DEFERRED, EXPIRED = range(len(FATES))
_NONE, NO_GAIN, CAP, OUTRANKED, BUDGET, CAPACITY = range(len(REASONS))
_INHERENT = 2
"""Limits that every wave has, before its own."""


class Verdicts:
    """Gathered priority by priority, the highest first, while `limits` hold the room that each leaves."""

    def __init__(self, wave: Wave, limits: Sequence[Limit]) -> None:
        count = len(wave.messages.key)
        self.wave, self.limits = wave, limits
        self.option = np.full(count, NONE, np.int64)
        self.reason = np.full(count, NO_GAIN, np.int64)
        self.by = np.full(count, NONE, np.int64)
        self.limit = np.full(count, NONE, np.int64)
        self.holders = [
            np.full(len(limit.room), NONE, np.int64) if limit.kind == "own" else None
            for limit in limits
        ]
        """Who has the places of each group: the weakest of them."""

    def add(self, rows: Ints, worth: Floats, winners: Ints) -> None:
        """Of the options `rows` of one priority, which stand message by message, these go."""
        of = self.wave.options.message
        winners = winners[np.argsort(-worth[winners], kind="stable")]
        self.option[of[winners]] = winners
        self.reason[of[winners]] = _NONE
        for limit, holders in zip(self.limits, self.holders, strict=True):
            if holders is not None:
                limited = winners[limit.group[winners] != NONE]
                holders[limit.group[limited]] = of[limited]
        losers = rows[self.option[of[rows]] == NONE]
        if len(losers):
            self._tell(losers, worth)

    def outcome(self, worth_fen: float, bound_fen: float) -> Outcome:
        """When all priorities were added."""
        messages = self.wave.messages
        goes, may_wait = self.option != NONE, messages.last_window > messages.window
        fate = np.where(goes, CHOSEN, np.where(may_wait, DEFERRED, EXPIRED))
        window = np.where(goes, messages.window, np.where(may_wait, messages.window + 1, NONE))
        return Outcome(
            self.option, fate, self.reason, self.by, self.limit, window, worth_fen, bound_fen
        )

    def _tell(self, losers: Ints, worth: Floats) -> None:
        of = self.wave.options.message
        own, shared, holder = self._in_the_way(losers)
        is_capped = (own != NONE) & (holder == NONE)
        grade = np.where(is_capped, 2, np.where(shared != NONE, 1, 0))
        told = _best(of[losers], worth[losers] - grade * (2.0 * worth[losers].max() + 1.0))
        own, shared, holder, grade = own[told], shared[told], holder[told], grade[told]
        rows, message = losers[told], of[losers[told]]
        priority = self.wave.messages.priority
        taken = self.option[
            holder
        ]  # of nobody, the last one's: looked at only where there is somebody
        is_weaker = (holder != NONE) & (
            (priority[holder] > priority[message]) | (worth[taken] >= worth[rows])
        )
        kinds = np.array(
            [CAPACITY if limit.kind == "capacity" else BUDGET for limit in self.limits]
        )
        is_outranked = (grade == 0) | ((grade == 1) & is_weaker)
        self.reason[message] = np.where(
            grade == 2, CAP, np.where(is_outranked, OUTRANKED, kinds[shared])
        )
        self.by[message] = np.where(is_outranked, holder, NONE)
        at = np.where(grade == 2, own, np.where(is_outranked, NONE, shared))
        self.limit[message] = np.where(at >= _INHERENT, at - _INHERENT, NONE)

    def _in_the_way(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Of each option the first own and the first shared limit without room for it, an own one that was full before
        the wave before others; and who has the place."""
        own, shared, holder = (np.full(len(rows), NONE, np.int64) for _ in range(3))
        for at in reversed(range(len(self.limits))):
            limit, holders = self.limits[at], self.holders[at]
            group = limit.group[rows]
            short = (group != NONE) & (limit.use[rows] > limit.room[group])
            if holders is None:
                shared[short] = at
                continue
            has = np.where(short, holders[group], NONE)
            first = short & ((own == NONE) | (holder != NONE) | (has == NONE))
            own[first], holder[first] = at, has[first]
        return own, shared, holder


def _best(group: Ints, score: Floats) -> Ints:
    """Where in each group, whose rows stand together, the score is greatest; the first of equals."""
    begins = np.flatnonzero(np.diff(group, prepend=NONE))
    best = np.maximum.reduceat(score, begins)
    rows = np.flatnonzero(score == np.repeat(best, np.diff(begins, append=len(group))))
    first: Ints = rows[np.diff(group[rows], prepend=NONE) != 0]
    return first
