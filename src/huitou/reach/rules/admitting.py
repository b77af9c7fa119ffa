"""Who fits, when options are looked at one after the other. Pure.

`admit` gives exactly what a loop gives that goes through `order` and lets in each option that still fits all of its limits,
but in few passes over whole columns: whoever fits together with all undecided ones before it is surely in, and whoever is
too large for the room that is left is surely out. Orders that are not made for the purpose need a number of passes that
grows as the logarithm of the options (Blelloch, Fineman, Shun: Greedy Sequential Maximal Independent Set and Matching
are Parallel on Average, 2012); a pass costs as much as there are undecided options and limits.
"""

from collections.abc import Sequence

import numpy as np

from huitou.reach.types.arbitration import NONE, Floats, Ints, Limit, Mask


def admit(order: Ints, limits: Sequence[Limit], rooms: Sequence[Ints]) -> Mask:
    """Which options get in, a row an option. Those that are not in `order` do not; `rooms`, which are there for each
    limit's groups now, stay as they are."""
    left = [room.copy() for room in rooms]
    queues = [_queue(order, limit.group) for limit in limits]
    size = len(limits[0].group)
    taken, undecided = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    undecided[order] = True
    while True:
        for limit, room, rows in zip(limits, left, queues, strict=True):
            undecided[rows[limit.use[rows] > room[limit.group[rows]]]] = False
        if not undecided.any():
            return taken
        queues = [rows[undecided[rows]] for rows in queues]
        sure = undecided.copy()
        for limit, room, rows in zip(limits, left, queues, strict=True):
            group = limit.group[rows]
            sure[rows[running(group, limit.use[rows]) > room[group]]] = False
        for limit, room, rows in zip(limits, left, queues, strict=True):
            gone = rows[sure[rows]]
            np.subtract.at(room, limit.group[gone], limit.use[gone])
        taken |= sure
        undecided &= ~sure


def take(rows: Ints, limits: Sequence[Limit]) -> None:
    """Take what these options use out of the limits' own rooms."""
    for limit in limits:
        limited = rows[limit.group[rows] != NONE]
        np.subtract.at(limit.room, limit.group[limited], limit.use[limited])


def by_falling(worth: Floats, order: Ints) -> Ints:
    """`order`, the greatest worth first; of equals who came first."""
    return order[np.argsort(-worth[order], kind="stable")]


def running(group: Ints, use: Ints) -> Ints:
    """Sums of `use` within each group, each row's own included; rows of a group stand together."""
    if not len(use):
        return use
    sums = np.cumsum(use)
    begins = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    before = sums[begins] - use[begins]
    within: Ints = sums - np.repeat(before, np.diff(begins, append=len(use)))
    return within


def _queue(order: Ints, group: Ints) -> Ints:
    """Who is limited, group by group, in order within each."""
    rows = order[group[order] != NONE]
    queue: Ints = rows[np.argsort(group[rows], kind="stable")]
    return queue
