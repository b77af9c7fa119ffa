"""The best assignment of a few messages, found by looking at all. Pure.

Prices tell little where a handful of messages compete for the last places. Depth first, the messages that bring most at the
prices first, each by each of its ways and not at all; a branch ends where the prices prove that it cannot be better.
"""

from dataclasses import dataclass

import numpy as np

from huitou.reach.rules.clearing import Cleared
from huitou.reach.rules.field import Field
from huitou.reach.types.arbitration import NONE, Ints, Mask

FEW = 8
"""So many messages at most: 65,000 ways where each can go in three channels."""
CLOSE_FEN = 1e-6


@dataclass(slots=True)
class _Search:
    field: Field
    cleared: Cleared
    ways: list[Ints]
    """Of each message, the best first."""
    later: list[float]
    """What messages from each on can bring at most, at the prices."""
    best_fen: float
    best: tuple[int, ...]
    left: list[Ints]
    """Room in the limits of the field."""

    def go(self, at: int, taken: tuple[int, ...], worth: float, reduced: float) -> None:
        if worth > self.best_fen + CLOSE_FEN:
            self.best_fen, self.best = worth, taken
        if reduced + self.later[at] + self.cleared.rent <= self.best_fen + CLOSE_FEN:
            return
        for row in self.ways[at].tolist():
            if self._enter(row, 1):
                self.go(
                    at + 1,
                    (*taken, row),
                    worth + float(self.field.worth[row]),
                    reduced + float(self.cleared.reduced[row]),
                )
                self._enter(row, -1)
        self.go(at + 1, taken, worth, reduced)

    def _enter(self, row: int, sign: int) -> bool:
        """Take what an option needs, or give it back; False, and nothing taken, if it does not fit."""
        held = [
            (room, int(limit.group[row]), sign * int(limit.use[row]))
            for limit, room in zip(self.field.limits, self.left, strict=True)
            if limit.group[row] != NONE
        ]
        if any(room[group] < use for room, group, use in held):
            return False
        for room, group, use in held:
            room[group] -= use
        return True


def search(where: Field, cleared: Cleared, found: Mask) -> Mask:
    """The best of all assignments; `found` if none is better."""
    ways = [np.flatnonzero(where.message == message) for message in np.unique(where.message)]
    ways = [rows[np.argsort(-cleared.reduced[rows], kind="stable")] for rows in ways]
    ways.sort(key=lambda rows: -float(cleared.reduced[rows[0]]))
    most = [max(0.0, float(cleared.reduced[rows[0]])) for rows in ways]
    later = [sum(most[at:]) for at in range(len(most) + 1)]
    left = [room.copy() for room in where.rooms]
    rows = tuple(np.flatnonzero(found).tolist())
    look = _Search(where, cleared, ways, later, float(where.worth[found].sum()), rows, left)
    ways.append(np.empty(0, np.int64))
    later.append(-np.inf)
    look.go(0, (), 0.0, 0.0)
    best = np.zeros_like(found)
    best[list(look.best)] = True
    return best
