"""The cheapest modes and coupons: branch and bound over plans, then over units. Pure; compiled as the kernel is.

A plan is a legal set of coupons and a region for each activity (which tier it ends in). Every decision belongs to a
plan, or to one with fewer coupons that costs the same. Plans are gone through in the order of their bounds; one that
cannot be dismissed gets better slopes, and is then searched depth first: units in their order, so the dearest
first; identical ones take their modes in order, so that what differs only by who is who is seen once. The search
can be left after any number of nodes and taken up again.
"""

from typing import NamedTuple

from huitou.base.compiling import fast, inlined, inner
from huitou.offer.rules.bounds import add, bound
from huitou.offer.rules.improving import improve, look_around
from huitou.offer.rules.lines import IMPOSSIBLE, Lines, Plan, Sums
from huitou.offer.rules.tables import ACTS, COUPONS, GROUPS, NONE, UNITS, Floats, Ints, Tables
from huitou.offer.rules.valuing import Scratch, Wanted, least_value, value_of
from huitou.offer.rules.weighing import weigh

_FIRST_STEPS = 24
_STEPS = 4
"""Towards better slopes, for a plan and at a node."""


class Plans(NamedTuple):
    """`sets` are coupons as bits. An activity has regions side by side, each with a slope to begin with, a coupon a slope too. A
    plan is a set and a region an activity, with the best slopes so far (`slopes`, a row each); `order` are those to be searched."""

    sets: Ints
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


STATE_SIZE = 7
PLACE, DEPTH, IS_NEW, VALUE, BEST_SET, NODES, SOUGHT = range(STATE_SIZE)
"""The plan by its place in `order`, the depth (`NONE`: not begun), whether the node is new, the best value, its coupons,
nodes so far, and down to which depth slopes are sought."""


@inner
def begin(t: Tables, lines: Lines, q: Plans, plan: int) -> None:
    """The slopes that a plan begins with."""
    acts, width = t.sizes[ACTS], len(lines.slope)
    for i in range(width):
        q.slopes[plan * width + i] = 1.0
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
    weigh(t, p, lines, q.sets[q.set_of[plan]])


@fast
def lay_out(t: Tables, p: Plan, s: Sums, lines: Lines, w: Wanted, q: Plans, v: Walk) -> int:
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
            found = bound(t, p, s, lines, v.modes, 0, q.sets[n])
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


@inner
def settle(t: Tables, w: Wanted, x: Scratch, v: Walk, coupons: int) -> None:
    """Keep a whole decision if it is the best."""
    value = value_of(t, w, x, v.modes, coupons)
    if 0 <= value < v.state[VALUE]:
        v.state[VALUE] = value
        v.state[BEST_SET] = coupons
        for u in range(t.sizes[UNITS]):
            v.best[u] = v.modes[u]


@inner
def is_used_up(t: Tables, v: Walk, m: int) -> bool:
    """Does a mode pay by a price offer that as many units pay by as may?"""
    price = t.mode_price[m]
    limit = NONE if price == NONE else t.price_limit[price]
    return limit != NONE and v.prices_used[price] >= limit


@fast
def scout(
    t: Tables,
    p: Plan,
    s: Sums,
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
    width = len(lines.slope)
    for place in range(first, until):
        plan = q.order[place]
        coupons = q.sets[q.set_of[plan]]
        if least_value(q.bounds[plan], w) >= v.state[VALUE]:
            continue
        take_up(t, p, lines, q, plan)
        look_around(t, p, s, lines, w, v.modes, coupons, v.state[VALUE])
        payable = improve(
            t, p, s, lines, w, v.pull, v.better, v.modes, 0, coupons, _FIRST_STEPS, v.state[VALUE]
        )
        q.bounds[plan] = max(q.bounds[plan], payable)
        for i in range(width):
            q.slopes[plan * width + i] = lines.slope[i]
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
        settle(t, w, x, v, coupons)
    for i in range(len(v.prices_used)):
        v.prices_used[i] = 0


@inlined
def least_from(
    t: Tables, p: Plan, s: Sums, lines: Lines, w: Wanted, v: Walk, coupons: int, k: int
) -> float:
    """The least that can be paid going on from `k` decided units. Slopes that are good for what is decided are sought at the first
    depths; those below keep them, as the last node that was opened above."""
    width = len(lines.slope)
    if k > v.state[SOUGHT]:
        return bound(t, p, s, lines, v.modes, k, coupons)
    if k > 0:
        for i in range(width):
            lines.slope[i] = v.slopes[(k - 1) * width + i]
        weigh(t, p, lines, coupons)
    payable = improve(
        t, p, s, lines, w, v.pull, v.better, v.modes, k, coupons, _STEPS, v.state[VALUE]
    )
    for i in range(width):
        v.slopes[k * width + i] = lines.slope[i]
    return payable


@inlined
def is_idle(t: Tables, p: Plan, lines: Lines, m: int, coupons: int) -> bool:
    """Does a mode join what has no effect in this plan, and the same without it counts for the same coupons? Then it is
    the same decision once more."""
    groups = t.sizes[GROUPS]
    own = t.count_bits[t.mode_count[m]] & coupons
    found = False
    if p.without_piece[m] != m:
        found = t.count_bits[t.mode_count[p.without_piece[m]]] & coupons == own
    for g in range(groups):
        a = t.join_act[t.mode_join[m] * groups + g]
        if a != NONE and lines.high[a] < t.tier_at[t.tier_from[a]]:
            other = p.without[m * groups + g]
            found = found or t.count_bits[t.mode_count[other]] & coupons == own
    return found


@inlined
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
        settle(t, w, x, v, coupons)
        return False
    least = least_from(t, p, s, lines, w, v, coupons, k)
    if least == IMPOSSIBLE or least_value(least, w) >= v.state[VALUE]:
        return False
    own = t.unit_class[k]
    first = t.mode_from[own]
    if k > 0 and t.unit_class[k - 1] == own:
        first = v.modes[k - 1]
    alike = 0
    while k + alike < units and t.unit_class[k + alike] == own:
        alike += 1
    least -= lines.cheapest[first] * alike
    # Identical units stand in the order of their modes, so another mode may change who gets an odd fen.
    is_alone = (k == 0 or t.unit_class[k - 1] != own) and (
        k + 1 == units or t.unit_class[k + 1] != own
    )
    count, row = 0, k * width
    for m in range(first, t.mode_until[own]):
        if is_used_up(t, v, m):
            continue
        if is_alone and is_idle(t, p, lines, m, coupons):
            continue
        own_cost = least + lines.mode_cost[m] + lines.cheapest[m] * (alike - 1)
        if least_value(own_cost, w) >= v.state[VALUE]:
            continue
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


@inlined
def walk(
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
) -> int:
    """Go on with a plan for `nodes_max` nodes; returns how many. The depth is `NONE` when it is done."""
    nodes = 0
    k = v.state[DEPTH]
    is_new = v.state[IS_NEW] != 0
    while k >= 0:
        if is_new:
            if nodes >= nodes_max:
                break
            nodes += 1 + _STEPS if k <= v.state[SOUGHT] else 1
            is_new = False
            if not open_node(t, p, s, lines, w, x, v, coupons, width, k):
                k -= 1
                continue
        else:
            m = v.modes[k]
            add(t, p, s, k, m, -1)
            if t.mode_price[m] != NONE:
                v.prices_used[t.mode_price[m]] -= 1
        if v.tried[k] == v.counts[k] or (
            least_value(v.costs[k * width + v.tried[k]], w) >= v.state[VALUE]
        ):
            k -= 1
            continue
        m = v.children[k * width + v.tried[k]]
        v.tried[k] += 1
        v.modes[k] = m
        add(t, p, s, k, m, 1)
        if t.mode_price[m] != NONE:
            v.prices_used[t.mode_price[m]] += 1
        k += 1
        is_new = True
    v.state[DEPTH] = k
    v.state[IS_NEW] = 1 if is_new else 0
    return nodes


@fast
def search(
    t: Tables,
    p: Plan,
    s: Sums,
    lines: Lines,
    w: Wanted,
    x: Scratch,
    q: Plans,
    v: Walk,
    width: int,
    count: int,
    nodes_max: int,
) -> bool:
    """Go on for about `nodes_max` nodes; True when none of the `count` plans can be better than the best any more."""
    nodes = 0
    while v.state[PLACE] < count:
        plan = q.order[v.state[PLACE]]
        coupons = q.sets[q.set_of[plan]]
        if v.state[DEPTH] == NONE:
            if nodes >= nodes_max:
                break
            if least_value(q.bounds[plan], w) >= v.state[VALUE]:
                v.state[PLACE] += 1
                continue
            take_up(t, p, lines, q, plan)
            v.state[DEPTH] = 0
            v.state[IS_NEW] = 1
        nodes += walk(t, p, s, lines, w, x, v, coupons, width, nodes_max - nodes)
        if v.state[DEPTH] != NONE:
            break
        v.state[PLACE] += 1
    v.state[NODES] += nodes
    return v.state[PLACE] >= count
