"""The plans of a search: what they are, what each bounds at least, and what comes of each at once. Pure; compiled as the kernel is.

A plan is a legal set of coupons and a region for each activity (which tier it ends in). Every decision belongs to a
plan, or to one with fewer coupons that costs the same. Two slopes are sought for a plan. *Steep* ones bound it best where nothing is decided;
but a coupon at 1 says what it leaves and nothing of what is decided, and steps from there lead nowhere. So others, from several
places, bound it too as units are decided.
"""

from typing import NamedTuple

from huitou.base.compiling import fast, inlined, inner
from huitou.offer.rules.bounds import bound, least_paid, look
from huitou.offer.rules.climbing import climb, look_far, top_of
from huitou.offer.rules.coupon_lines import make_sure
from huitou.offer.rules.descending import arrange
from huitou.offer.rules.improving import TOLL_START, begin_again, flatten, improve, look_around
from huitou.offer.rules.lines import IMPOSSIBLE, STEEPEST, Lines, Plan, Reach, Sums
from huitou.offer.rules.tables import ACTS, COUPONS, NONE, PIECES, UNITS, Floats, Ints, Tables
from huitou.offer.rules.valuing import Scratch, Wanted, least_value, value_of
from huitou.offer.rules.weighing import find_like, weigh

_FIRST_STEPS = 24
MORE_STEPS = 16
STARTS = (-1.0, 0.0, 0.9)
"""Towards better slopes; and where activities start from, the first where they are."""
_PIECES_START = 0.9
_TURNS = 20
_LENDERS = 6
_STEEP_ALONE, _STEEP = 0.999, 0.8


class Plans(NamedTuple):
    """`sets` are coupons as bits. An activity has regions side by side, each with a slope to begin with, a coupon a slope too. A
    plan is a set and a region an activity, with the best slopes so far (`slopes`, a row each); `order` are those to be searched.
    `floors`: what a set leaves at least, whatever is decided."""

    sets: Ints
    floors: Ints
    region_from: Ints
    region_until: Ints
    region_low: Ints
    region_high: Ints
    region_slope: Floats
    coupon_slope: Floats
    set_of: Ints
    regions: Ints
    bounds: Floats
    slopes: Floats
    order: Ints


class Walk(NamedTuple):
    """Where the search is: the modes so far, the children of each depth in the order they are tried (`width`
    columns), what each costs at least, and how many were; the best modes; the slopes of the first depths (a row each); where slopes are
    going and the best on the way. `state`: see below."""

    modes: Ints
    best: Ints
    children: Ints
    costs: Floats
    tried: Ints
    counts: Ints
    prices_used: Ints
    slopes: Floats
    pull: Floats
    better: Floats
    state: Ints


STATE_SIZE = 9
PLACE, DEPTH, IS_NEW, VALUE, BEST_SET, NODES, SOUGHT, SPENT, ASIDE = range(STATE_SIZE)
"""The plan by its place in `order`, the depth (`NONE`: not begun), whether the node is new, the best value, the place of its coupons in `sets`,
nodes so far, down to which depth slopes are sought, nodes of this plan, and how many plans were put aside (to the front of `order`)."""


@inner
def begin(t: Tables, lines: Lines, q: Plans, plan: int) -> None:
    """The slopes that a plan begins with."""
    acts, width = t.sizes[ACTS], len(lines.slope)
    tolls = acts + t.sizes[COUPONS] + t.sizes[PIECES]
    for i in range(width):
        q.slopes[plan * width + i] = 1.0 if i < tolls else TOLL_START
    for a in range(acts):
        q.slopes[plan * width + a] = q.region_slope[q.regions[plan * acts + a]]
    for c in range(t.sizes[COUPONS]):
        q.slopes[plan * width + acts + c] = q.coupon_slope[c]


@inner
def take_up(t: Tables, p: Plan, lines: Lines, q: Plans, plan: int) -> None:
    """The regions and slopes of a plan."""
    acts, width = t.sizes[ACTS], len(lines.slope)
    for a in range(acts):
        region = q.regions[plan * acts + a]
        lines.low[a] = q.region_low[region]
        lines.high[a] = q.region_high[region]
    for i in range(width):
        lines.slope[i] = q.slopes[plan * width + i]
    make_sure(t, p, lines, q.sets[q.set_of[plan]])
    find_like(t, p, lines, q.sets[q.set_of[plan]])
    weigh(t, p, lines, q.sets[q.set_of[plan]])


@inner
def keep(lines: Lines, q: Plans, plan: int) -> None:
    """These slopes are the plan's."""
    for i in range(len(lines.slope)):
        q.slopes[plan * len(lines.slope) + i] = lines.slope[i]


@inner
def go_by_best(
    t: Tables, p: Plan, lines: Lines, w: Wanted, q: Plans, v: Walk, plan: int, best: float
) -> bool:
    """Take the plan's slopes, which bound it by `best`. False if it need not be searched."""
    q.bounds[plan] = max(q.bounds[plan], best)
    for i in range(len(lines.slope)):
        lines.slope[i] = q.slopes[plan * len(lines.slope) + i]
    weigh(t, p, lines, q.sets[q.set_of[plan]])
    return least_value(best, w) < v.state[VALUE]


@fast
def lay_out(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, w: Wanted, q: Plans, v: Walk
) -> int:
    """Bound every plan; returns how many may be better than the best. No unit is decided."""
    acts = t.sizes[ACTS]
    count = 0
    for a in range(acts):
        q.regions[a] = q.region_from[a]
    while True:
        for n in range(len(q.sets)):
            q.set_of[count] = n
            begin(t, lines, q, count)
            take_up(t, p, lines, q, count)
            found = max(q.floors[n], bound(t, p, s, r, lines, v.modes, 0, q.sets[n]))
            if found < IMPOSSIBLE and least_value(found, w) < v.state[VALUE]:
                q.bounds[count] = found
                count += 1
                for a in range(acts):
                    q.regions[count * acts + a] = q.regions[(count - 1) * acts + a]
        at = 0
        while at < acts:
            q.regions[count * acts + at] += 1
            if q.regions[count * acts + at] < q.region_until[at]:
                break
            q.regions[count * acts + at] = q.region_from[at]
            at += 1
        if at == acts:
            return count


@inlined
def enough_for(v: Walk, own: int) -> int:
    """What a plan with the set of coupons in this place need not cost less than: among those that cost the same the earlier set is
    preferred."""
    return v.state[VALUE] + 1 if own < v.state[BEST_SET] else v.state[VALUE]


@inner
def settle(t: Tables, w: Wanted, x: Scratch, v: Walk, coupons: int, own: int) -> None:
    """Keep a whole decision if it is the best."""
    value = value_of(t, w, x, v.modes, coupons)
    if 0 <= value < enough_for(v, own):
        v.state[VALUE] = value
        v.state[BEST_SET] = own
        for u in range(t.sizes[UNITS]):
            v.best[u] = v.modes[u]


@inner
def is_used_up(t: Tables, v: Walk, m: int) -> bool:
    """Does a mode pay by a price offer that as many units pay by as may?"""
    price = t.mode_price[m]
    limit = NONE if price == NONE else t.price_limit[price]
    return limit != NONE and v.prices_used[price] >= limit


@inner
def take_cheapest(t: Tables, lines: Lines, v: Walk) -> None:
    """Every unit does what is cheapest under the lines, as long as limits last."""
    for i in range(len(v.prices_used)):
        v.prices_used[i] = 0
    for u in range(t.sizes[UNITS]):
        own = t.unit_class[u]
        start = t.mode_from[own]
        if u > 0 and t.unit_class[u - 1] == own:
            start = v.modes[u - 1]
        best = NONE
        for m in range(start, t.mode_until[own]):
            if is_used_up(t, v, m):
                continue
            if best == NONE or lines.mode_cost[m] < lines.mode_cost[best]:
                best = m
        if best == NONE:
            best = t.mode_from[own]
        v.modes[u] = best
        if t.mode_price[best] != NONE:
            v.prices_used[t.mode_price[best]] += 1
    for i in range(len(v.prices_used)):
        v.prices_used[i] = 0
    # Where a limit did not last for all of them, the last of identical units took the first mode.
    first = 0
    for u in range(1, t.sizes[UNITS] + 1):
        if u == t.sizes[UNITS] or t.unit_class[u] != t.unit_class[first]:
            arrange(v.modes, first, u)
            first = u


@inner
def borrow(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    q: Plans,
    v: Walk,
    plan: int,
    first: int,
    until: int,
) -> bool:
    """The best of the slopes of a plan that was taken up and of those that some others in `order` have: what is good for one is often good
    for the next. False if it need not be searched."""
    width, coupons, enough = len(lines.slope), q.sets[q.set_of[plan]], v.state[VALUE]
    best = least_paid(t, p, s, r, lines, v.modes, 0, coupons)
    for place in range(max(0, first), until):
        if least_value(best, w) >= enough:
            break
        other = q.order[place]
        for i in range(width):
            lines.slope[i] = min(top_of(t, lines, i), q.slopes[other * width + i])
        weigh(t, p, lines, coupons)
        found = least_paid(t, p, s, r, lines, v.modes, 0, coupons)
        if found > best:
            best = found
            keep(lines, q, plan)
    return go_by_best(t, p, lines, w, q, v, plan, best)


@fast
def scout(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    x: Scratch,
    q: Plans,
    v: Walk,
    first: int,
    until: int,
) -> None:
    """Better bounds of some plans in their order, and what comes of each if every unit does what is cheapest under its
    lines. No unit is decided."""
    for place in range(first, until):
        plan = q.order[place]
        coupons = q.sets[q.set_of[plan]]
        if least_value(q.bounds[plan], w) >= v.state[VALUE]:
            continue
        take_up(t, p, lines, q, plan)
        look(t, p, s, r, lines, v.modes, 0, coupons)
        lines.fixed[STEEPEST] = _STEEP_ALONE
        if not borrow(t, p, s, r, lines, w, q, v, plan, place - _LENDERS, place):
            continue
        if place < _LENDERS:
            look_around(t, p, s, r, lines, w, v.modes, coupons, v.state[VALUE])
        payable = improve(
            t,
            p,
            s,
            r,
            lines,
            w,
            v.pull,
            v.better,
            v.modes,
            0,
            coupons,
            _FIRST_STEPS,
            v.state[VALUE],
        )
        q.bounds[plan] = max(q.bounds[plan], payable)
        keep(lines, q, plan)
        take_cheapest(t, lines, v)
        settle(t, w, x, v, coupons, q.set_of[plan])


@fast
def look_at(
    t: Tables, p: Plan, lines: Lines, w: Wanted, x: Scratch, q: Plans, v: Walk, plan: int
) -> None:
    """What is cheapest under the lines of a plan, in `modes`. No unit is decided."""
    take_up(t, p, lines, q, plan)
    take_cheapest(t, lines, v)
    settle(t, w, x, v, q.sets[q.set_of[plan]], q.set_of[plan])


@inner
def make_ready(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, w: Wanted, q: Plans, v: Walk, plan: int
) -> bool:
    """Slopes to search a plan with: the best from several places, none of a coupon next to 1. False if it need not be searched.

    At 1 a bound says what coupons leave, which `floors` knows without a search, and nothing of what is decided."""
    coupons, enough = q.sets[q.set_of[plan]], v.state[VALUE]
    best = -IMPOSSIBLE
    lines.fixed[STEEPEST] = _STEEP
    flatten(t, p, lines, coupons)
    keep(lines, q, plan)
    if not borrow(t, p, s, r, lines, w, q, v, plan, v.state[ASIDE] - _LENDERS, v.state[ASIDE]):
        return False
    for start in range(len(STARTS)):
        if start > 0:
            begin_again(t, p, lines, STARTS[start], _PIECES_START, coupons)
        found = improve(
            t, p, s, r, lines, w, v.pull, v.better, v.modes, 0, coupons, MORE_STEPS, enough
        )
        if found > best:
            best = found
            keep(lines, q, plan)
        if least_value(best, w) >= enough:
            break
    return go_by_best(t, p, lines, w, q, v, plan, best)


@inner
def make_better(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    q: Plans,
    v: Walk,
    plan: int,
    turn: int,
) -> bool:
    """Slopes that are worth their time once a plan has shown that it is not settled soon. False as before."""
    coupons, enough = q.sets[q.set_of[plan]], v.state[VALUE]
    lines.fixed[STEEPEST] = _STEEP
    best = -IMPOSSIBLE
    if not borrow(t, p, s, r, lines, w, q, v, plan, v.state[ASIDE] - _LENDERS, v.state[ASIDE]):
        return False
    for place in range(2):
        if place > 0:
            look_far(t, p, s, r, lines, v.better, v.modes, coupons, 0.0 if turn == 1 else 0.5)
        found = climb(t, p, s, r, lines, w, v.pull, v.modes, coupons, _TURNS, enough)
        if found > best:
            best = found
            keep(lines, q, plan)
        if least_value(best, w) >= enough:
            break
    return go_by_best(t, p, lines, w, q, v, plan, best)


@inner
def make_steep(
    t: Tables, p: Plan, s: Sums, r: Reach, steep: Lines, w: Wanted, q: Plans, v: Walk, plan: int
) -> bool:
    """From the slopes that it was taken up with on, lines as steep as one likes: for coupons that count a part of the cart, which nothing else
    knows of. False as before."""
    steep.fixed[STEEPEST] = _STEEP_ALONE
    found = improve(
        t, p, s, r, steep, w, v.pull, v.better, v.modes, 0, q.sets[q.set_of[plan]], _FIRST_STEPS,
        v.state[VALUE],
    )  # fmt: skip
    q.bounds[plan] = max(q.bounds[plan], found)
    return least_value(found, w) < v.state[VALUE]
