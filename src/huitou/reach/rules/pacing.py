"""How many calls a channel's account may be made now, and when the others come again. Pure.

A clock runs ahead by as long as the calls that were let go take at the allowed pace; while it is no further ahead than
`AHEAD`, more may go. Sets that may not are put off one after the other, so that they do not all come again at
the same moment; a call alone does not stand in their line.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = timedelta(seconds=1)
"""So many calls may be made at once as the pace has for so long."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`next_at`: when the calls that were let go are over at the allowed pace; `later_at`: the same of those put off."""

    next_at: datetime
    later_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """So many go now; the others at `at`, if there are any."""

    count: int
    at: datetime
    pace: Pace


def slot(now: datetime, pace: Pace, count: int, per_second: int) -> Slot:
    """Of `count` calls that would be made now."""
    begins = max(now, pace.next_at)
    free = int((now + AHEAD - begins).total_seconds() * per_second)
    going = min(count, max(0, free))
    next_at = begins + timedelta(seconds=going / per_second)
    if going == count or count == 1:
        return Slot(going, next_at, Pace(next_at, pace.later_at))
    at = max(next_at, pace.later_at)
    later_at = at + timedelta(seconds=(count - going) / per_second)
    return Slot(going, at, Pace(next_at, later_at))
