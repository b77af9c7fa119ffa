"""Messages that compete for customers and for means, as columns of numbers. Pure.

A *message* wants one customer's attention in one arbitration window; an *option* is a channel it could go by. Whatever is
scarce is a *limit*: a column that puts options into groups, with what each takes of its group and how much room a group
has. A customer's caps, the money for SMS, a day of an associate are all limits; the window's own are always there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NONE = -1
"""No group, no option, nobody."""

Kind = Literal["own", "budget", "capacity"]


@dataclass(frozen=True, slots=True)
class Messages:
    """A row a message. What is equally good goes by `key`, the smaller one first, so keys that are given in order of
    arrival let the earlier message win.

    `priority`: the higher one goes first, whatever it is worth. `window`: the ordinal of the arbitration window it
    is due in; `last_window` the last one in which it still may go. `fatigue_fen`: the price of one more message to this
    customer, an estimate as the value is.
    """

    key: Ints
    customer: Ints
    priority: Ints
    window: Ints
    last_window: Ints
    fatigue_fen: Floats


@dataclass(frozen=True, slots=True)
class Options:
    """A row a way a message could go; a message has one at most in a channel. `value_fen` is what it is expected to
    bring that way: an estimate and no money, hence no whole number."""

    message: Ints
    channel: Ints
    value_fen: Floats
    cost_fen: Ints


@dataclass(frozen=True, slots=True)
class Limit:
    """Of the options in a group no more may go than fit `room` by what each one takes (`use`, not negative).

    `group` and `use` have a row an option, `room` a row a group; an option in group `NONE` is not limited. The groups of an
    `own` limit lie within one customer each (a cap, WeCom's one message a day), those of a `budget` or a
    `capacity` are shared by many.
    """

    name: str
    kind: Kind
    group: Ints
    use: Ints
    room: Ints


@dataclass(frozen=True, slots=True)
class Wave:
    """What competes at once. A customer gets `per_window` messages at most in one window."""

    messages: Messages
    options: Options
    limits: Sequence[Limit] = ()
    per_window: int = 1

    @property
    def worth_fen(self) -> Floats:
        """Of each option: what it is expected to bring, less what it costs and tires."""
        options = self.options
        return options.value_fen - options.cost_fen - self.messages.fatigue_fen[options.message]


Fate = Literal["chosen", "deferred", "expired"]
"""`deferred`: it takes part again in the next window."""

Reason = Literal["none", "no_gain", "cap", "outranked_by", "budget", "capacity"]
"""`no_gain`: it costs and tires more than it is expected to bring; `cap`: no place was left before this wave;
`outranked_by`: another message to this customer has the place; the others: what is shared was worth more elsewhere."""

FATES: tuple[Fate, ...] = ("chosen", "deferred", "expired")
REASONS: tuple[Reason, ...] = ("none", "no_gain", "cap", "outranked_by", "budget", "capacity")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of each message (a row each).

    `option` is the row of the one that goes, or `NONE`; `fate` and `reason` are places in `FATES` and `REASONS`; `by` the
    row of the message that has the place, with `outranked_by`; `limit` the place in `Wave.limits` of what
    was too little, with `cap` (`NONE`: the window itself), `budget`, `capacity`. `window` is where it goes, or
    takes part again; `NONE` when it expired.

    `worth_fen` is what all that go are expected to bring, and no assignment brings more than `bound_fen`, the higher
    priorities as they are.
    """

    option: Ints
    fate: Ints
    reason: Ints
    by: Ints
    limit: Ints
    window: Ints
    worth_fen: float
    bound_fen: float
