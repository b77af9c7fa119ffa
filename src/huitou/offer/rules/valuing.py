"""What a decision is worth to the search. Pure; compiled as the kernel is."""

from typing import NamedTuple

from huitou.base.compiling import fast, inner
from huitou.offer.rules.kernel import BASE, OFF, SHIPPING_PART, STEP_COLUMNS, TIMES, evaluate
from huitou.offer.rules.tables import ACTS, NONE, PIECES, UNITS, Ints, Tables
from huitou.offer.rules.tabling import Tabled
from huitou.offer.types.documents import Activity

EPSILON = 1e-6
"""Of a fen: what floating point may be wrong by."""


class Scratch(NamedTuple):
    """Of `evaluate`."""

    amounts: Ints
    room: Ints
    shares: Ints
    notes: Ints
    no_notes: Ints


class Wanted(NamedTuple):
    """What counts. A decision's value is `payable × scale − worth of gifts`; `gifts_max` is the most they can be worth
    together. `musts` are steps, `must_prices` price offers, that have to have an effect."""

    scale: int
    gifts_max: int
    musts: Ints
    must_prices: Ints


@inner
def _gives(t: Tables, x: Scratch, step: int) -> bool:
    """Does what takes nothing off give gifts or free the shipping?"""
    a = step - t.sizes[PIECES]
    if a >= t.sizes[ACTS]:
        return x.notes[step * STEP_COLUMNS + SHIPPING_PART] > 0
    if a < 0 or x.notes[step * STEP_COLUMNS + TIMES] == 0:
        return False
    reached = NONE
    for i in range(t.tier_from[a], t.tier_until[a]):
        if x.notes[step * STEP_COLUMNS + BASE] >= t.tier_at[i]:
            reached = i
    return reached != NONE and (t.tier_gift[reached] > 0 or t.tier_ships[reached] != 0)


@inner
def value_of(t: Tables, w: Wanted, x: Scratch, modes: Ints, coupons: int) -> int:
    """Of a whole decision; below zero if it lacks what it must have."""
    if len(w.musts) == 0 and len(w.must_prices) == 0:
        payable, gifts = evaluate(t, modes, coupons, x.amounts, x.room, x.shares, x.no_notes)
        return payable * w.scale - gifts + w.gifts_max
    for i in range(len(x.notes)):
        x.notes[i] = 0
    payable, gifts = evaluate(t, modes, coupons, x.amounts, x.room, x.shares, x.notes)
    for i in range(len(w.musts)):
        step = w.musts[i]
        if x.notes[step * STEP_COLUMNS + OFF] == 0 and not _gives(t, x, step):
            return NONE
    for i in range(len(w.must_prices)):
        is_used = False
        for u in range(t.sizes[UNITS]):
            is_used = is_used or t.mode_price[modes[u]] == w.must_prices[i]
        if not is_used:
            return NONE
    return payable * w.scale - gifts + w.gifts_max


@fast
def least_value(payable: float, w: Wanted) -> int:
    """The least value of what costs that at least."""
    whole = int(payable - EPSILON)
    if whole < payable - EPSILON:
        whole += 1
    return max(0, whole) * w.scale


def gifts_max_of(table: Tabled) -> int:
    """The most that all gifts together can be worth."""
    listed = sum(unit.list_fen for unit in table.units)
    total = 0
    for offer in table.activities:
        activity = offer.terms
        assert isinstance(activity, Activity)
        measured = len(table.units) if activity.measure == "count" else listed
        most = 0
        for tier in activity.tiers:
            worth = sum(gift.count * gift.worth_fen for gift in tier.gifts)
            times = 1
            if activity.repeats:
                times = min(measured // tier.at_least, activity.times_max or measured)
            most = max(most, worth * times)
        total += most
    return total
