"""What a place in a shared limit is worth. Pure.

With a price on every group of the shared limits (a Lagrange multiplier), each customer can be decided alone: an option is
worth what it brings less what it takes at these prices. What all customers get then, and the prices of all
room there is, is more than any assignment brings (weak duality), whatever the prices; the least such sum has the best
ones. They are sought for all groups at once by stepping up where more is asked for than there is and down where
less is, each group with a pace of its own: faster as long as the direction holds, half as fast when it turns (Riedmiller,
Braun: RPROP, 1993, on the logarithms of prices). A step looks at every option once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huitou.reach.rules.field import Field, choose, crossing
from huitou.reach.types.arbitration import NONE, Floats, Ints, Limit

STEPS = 60
PACE_FIRST, PACE_MOST = 0.7, 2.0
FASTER, SLOWER = 1.3, 0.5
FLOOR = 1e-6
"""A price that falls to this part of where it began can still rise again."""
STILL = 1e-5
"""The bound has been found when it falls by less than this part of itself in `PATIENCE` steps."""
PATIENCE = 8


@dataclass(frozen=True, slots=True)
class Cleared:
    """Each option's worth when what it takes is paid for, what all room there is costs, and what no assignment can bring
    more than."""

    reduced: Floats
    rent: float
    bound: float


def clear(field: Field, *, is_bound_sure: bool = True) -> Cleared:
    """The best prices that were found for what is shared. Where nobody asks for a sure bound, it is about what can be brought."""
    reduced, rent, bound = _descend(field, field.worth, field.own, field.shared)
    nested, others = crossing(field)
    if others and is_bound_sure:
        # What a customer gets at best is not known for sure now; priced as well, these limits give a sure bound.
        _, _, bound = _descend(field, reduced, nested, others)
        bound += rent
    return Cleared(reduced, rent, bound)


def _descend(
    field: Field, worth: Floats, own: Sequence[Limit], priced: Sequence[Limit]
) -> tuple[Floats, float, float]:
    """What options of such worth are worth at the best prices for the limits `priced`, what their room costs, and the sum
    of that and of what customers get under `own` limits."""
    free = choose(field, worth, own)
    prices = [_first(limit, worth, free) for limit in priced]
    paces = [np.full(len(price), PACE_FIRST) for price in prices]
    turns = [np.zeros(len(price)) for price in prices]
    floors = [price * FLOOR for price in prices]
    rooms = [limit.room.astype(np.float64) for limit in priced]
    best, rent, least = worth, 0.0, float(worth[free].sum())
    history = [np.inf] * PATIENCE
    for _ in range(STEPS if priced else 0):
        reduced = _reduce(worth, priced, prices)
        chosen = choose(field, reduced, own)
        cost = float(sum(price @ room for room, price in zip(rooms, prices, strict=True)))
        bound = float(reduced[chosen].sum()) + cost
        if bound < least:
            best, rent, least = reduced, cost, bound
        history.append(least)
        if history[-PATIENCE] - least < STILL * least:
            break
        for limit, price, pace, turn, floor in zip(
            priced, prices, paces, turns, floors, strict=True
        ):
            way = np.sign(_asked(limit, chosen) - limit.room)
            pace *= np.where(way * turn > 0, FASTER, np.where(way * turn < 0, SLOWER, 1.0))
            np.minimum(pace, PACE_MOST, out=pace)
            turn[:] = way
            np.maximum(price * np.exp(way * pace), floor, out=price)
    return best, rent, least


def _reduce(worth: Floats, limits: Sequence[Limit], prices: Sequence[Floats]) -> Floats:
    """Of each option: its worth less what it takes at these prices."""
    reduced = worth.copy()
    for limit, price in zip(limits, prices, strict=True):
        # Who is in no group is shown the last one's price and does not pay it.
        reduced -= np.where(limit.group == NONE, 0.0, price[limit.group] * limit.use)
    return reduced


def _first(limit: Limit, worth: Floats, chosen: Ints) -> Floats:
    """Prices to begin with: what they bring a unit on average where all ask for too much, little elsewhere."""
    asked = _asked(limit, chosen)
    limited = chosen[limit.group[chosen] != NONE]
    brings = np.bincount(limit.group[limited], worth[limited], len(limit.room))
    mean = worth[chosen].mean() / max(1.0, float(limit.use.max(initial=1)))
    ratio = np.where(asked > 0, brings / np.maximum(asked, 1.0), mean)
    return np.where(asked > limit.room, ratio, ratio * 0.01)


def _asked(limit: Limit, chosen: Ints) -> Floats:
    """How much of each group's room these take."""
    limited = chosen[limit.group[chosen] != NONE]
    asked = np.bincount(limit.group[limited], limit.use[limited], len(limit.room))
    return asked.astype(np.float64)
