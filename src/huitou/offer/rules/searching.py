"""The cheapest modes under given coupons: depth first, branch and bound. Pure; compiled as the kernel is.

Units are decided in their order, so the dearest first; identical ones take their modes in order, so that what
differs only by who is who is seen once. The search can be left after any number of nodes and taken up again.
"""

from typing import NamedTuple

from huitou.base.compiling import fast
from huitou.offer.rules.bounds import Lines, Plan, Sums, add, bound, cost
from huitou.offer.rules.kernel import BASE, OFF, STEP_COLUMNS, evaluate
from huitou.offer.rules.tables import ACTS, COUPONS, NONE, PIECES, UNITS, Floats, Ints, Tables

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


class Walk(NamedTuple):
    """Where the search is: the mode and lines at each depth, the children of each depth in the order they
    are tried (`width` columns) and how many were. `state`: depth, whether it is new, best value, nodes."""

    modes: Ints
    best: Ints
    levels: Ints
    children: Ints
    costs: Floats
    tried: Ints
    counts: Ints
    prices_used: Ints
    state: Ints


DEPTH, IS_NEW, VALUE, NODES = range(4)


@fast
def value_of(t: Tables, w: Wanted, x: Scratch, modes: Ints, coupons: int) -> int:
    """Of a whole decision; below zero if it lacks what it must have."""
    if len(w.musts) == 0 and len(w.must_prices) == 0:
        payable, gifts = evaluate(t, modes, coupons, x.amounts, x.room, x.shares, x.no_notes)
        return payable * w.scale - gifts + w.gifts_max
    for i in range(len(x.notes)):
        x.notes[i] = 0
    payable, gifts = evaluate(t, modes, coupons, x.amounts, x.room, x.shares, x.notes)
    for step in w.musts:
        if x.notes[step * STEP_COLUMNS + OFF] == 0 and not _gives(t, x, step):
            return NONE
    for price in w.must_prices:
        is_used = False
        for u in range(t.sizes[UNITS]):
            is_used = is_used or t.mode_price[modes[u]] == price
        if not is_used:
            return NONE
    return payable * w.scale - gifts + w.gifts_max


@fast
def _gives(t: Tables, x: Scratch, step: int) -> bool:
    """Does an activity that takes nothing off give gifts or free the shipping?"""
    a = step - t.sizes[PIECES]
    if a < 0 or a >= t.sizes[ACTS]:
        return False
    reached = NONE
    for i in range(t.tier_from[a], t.tier_until[a]):
        if x.notes[step * STEP_COLUMNS + BASE] >= t.tier_at[i]:
            reached = i
    return reached != NONE and (t.tier_gift[reached] > 0 or t.tier_ships[reached] != 0)


@fast
def least_value(payable: float, w: Wanted) -> int:
    """The least value of what costs that at least."""
    whole = int(payable - EPSILON)
    if whole < payable - EPSILON:
        whole += 1
    return max(0, whole) * w.scale


@fast
def tighten(
    t: Tables,
    p: Plan,
    s: Sums,
    lines: Lines,
    w: Wanted,
    modes: Ints,
    k: int,
    coupons: int,
    level: int,
    enough: int,
) -> tuple[float, int]:
    """The bound and the lines that give it, better than those it begins with where one line's change helps; left as soon as
    the value is `enough`."""
    found = bound(t, p, s, lines, modes, k, coupons, level)
    if least_value(found, w) >= enough:
        return found, level
    for i in range(t.sizes[ACTS] + t.sizes[COUPONS]):
        if i >= t.sizes[ACTS] and not coupons >> (i - t.sizes[ACTS]) & 1:
            continue
        other = bound(t, p, s, lines, modes, k, coupons, level ^ (1 << i))
        if other > found:
            found, level = other, level ^ (1 << i)
            if least_value(found, w) >= enough:
                return found, level
    return found, level


@fast
def search(
    t: Tables,
    p: Plan,
    s: Sums,
    lines: Lines,
    w: Wanted,
    x: Scratch,
    v: Walk,
    coupons: int,
    width: int,
    nodes_max: int,
) -> bool:
    """Go on for `nodes_max` nodes; True when there is nothing left that is better than the best."""
    nodes = 0
    k = v.state[DEPTH]
    is_new = v.state[IS_NEW] != 0
    while k >= 0:
        if is_new:
            if nodes >= nodes_max:
                break
            nodes += 1
            if not open_node(t, p, s, lines, w, x, v, coupons, width, k):
                is_new = False
                k -= 1
                continue
            is_new = False
        else:
            m = v.modes[k]
            add(t, s, k, m, -1)
            if t.mode_price[m] != NONE:
                v.prices_used[t.mode_price[m]] -= 1
        if v.tried[k] == v.counts[k]:
            k -= 1
            continue
        m = v.children[k * width + v.tried[k]]
        v.tried[k] += 1
        v.modes[k] = m
        add(t, s, k, m, 1)
        if t.mode_price[m] != NONE:
            v.prices_used[t.mode_price[m]] += 1
        k += 1
        is_new = True
    v.state[DEPTH] = k
    v.state[IS_NEW] = 1 if is_new else 0
    v.state[NODES] += nodes
    return k < 0


@fast
def open_node(
    t: Tables,
    p: Plan,
    s: Sums,
    lines: Lines,
    w: Wanted,
    x: Scratch,
    v: Walk,
    coupons: int,
    width: int,
    k: int,
) -> bool:
    """Are there ways to go on from `k` decided units? Then they are laid out, the most promising first."""
    units = t.sizes[UNITS]
    if k == units:
        value = value_of(t, w, x, v.modes, coupons)
        if 0 <= value < v.state[VALUE]:
            v.state[VALUE] = value
            for u in range(units):
                v.best[u] = v.modes[u]
        return False
    level = v.levels[k - 1] if k > 0 else v.levels[units]
    payable, level = tighten(t, p, s, lines, w, v.modes, k, coupons, level, v.state[VALUE])
    if least_value(payable, w) >= v.state[VALUE]:
        return False
    v.levels[k] = level
    bound(t, p, s, lines, v.modes, k, coupons, level)
    own = t.unit_class[k]
    first = t.mode_from[own]
    if k > 0 and t.unit_class[k - 1] == own:
        first = v.modes[k - 1]
    count, row = 0, k * width
    for m in range(first, t.mode_until[own]):
        price = t.mode_price[m]
        limit = NONE if price == NONE else t.price_limit[price]
        if limit != NONE and v.prices_used[price] >= limit:
            continue
        own_cost = cost(t, p, lines, m, 0.0)
        j = count
        while j > 0 and v.costs[row + j - 1] > own_cost:
            v.costs[row + j] = v.costs[row + j - 1]
            v.children[row + j] = v.children[row + j - 1]
            j -= 1
        v.costs[row + j] = own_cost
        v.children[row + j] = m
        count += 1
    v.tried[k] = 0
    v.counts[k] = count
    return count > 0


@fast
def descend(t: Tables, w: Wanted, x: Scratch, modes: Ints, trial: Ints, coupons: int) -> int:
    """Change one class of units, or one unit, at a time as long as that helps; returns the value, below zero if none is legal."""
    units = t.sizes[UNITS]
    best = legal_value(t, w, x, modes, coupons)
    is_better = True
    while is_better:
        is_better = False
        u = 0
        while u < units:
            own = t.unit_class[u]
            until = u
            while until < units and t.unit_class[until] == own:
                until += 1
            for m in range(t.mode_from[own], t.mode_until[own]):
                for count in range(1, until - u + 1):
                    for j in range(units):
                        trial[j] = modes[j]
                    for j in range(u, u + count):
                        trial[j] = m
                    arrange(trial, u, until)
                    value = legal_value(t, w, x, trial, coupons)
                    if value >= 0 and (best < 0 or value < best):
                        best = value
                        is_better = True
                        for j in range(units):
                            modes[j] = trial[j]
            u = until
    return best


@fast
def legal_value(t: Tables, w: Wanted, x: Scratch, modes: Ints, coupons: int) -> int:
    """The value of a decision; below zero if it breaks the limit of a price offer."""
    for u in range(t.sizes[UNITS]):
        price = t.mode_price[modes[u]]
        if price != NONE and t.price_limit[price] != NONE:
            used = 0
            for j in range(t.sizes[UNITS]):
                if t.mode_price[modes[j]] == price:
                    used += 1
            if used > t.price_limit[price]:
                return NONE
    return value_of(t, w, x, modes, coupons)


@fast
def arrange(modes: Ints, first: int, until: int) -> None:
    """Identical units take their modes in order."""
    for k in range(first + 1, until):
        m = modes[k]
        j = k
        while j > first and modes[j - 1] > m:
            modes[j] = modes[j - 1]
            j -= 1
        modes[j] = m
