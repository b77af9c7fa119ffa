"""The cheapest modes and coupons: branch and bound over plans, then over units. Pure; compiled as the kernel is.

Plans (`scouting`) are gone through in the order of their bounds; one that
cannot be dismissed gets better slopes, and is then searched depth first: units in their order, so the dearest
first; identical ones take their modes in order, so that what differs only by who is who is seen once. The search
can be left after any number of nodes and taken up again.
"""

from huitou.base.compiling import fast, inlined, inner
from huitou.offer.rules.bounds import add, cheapest_from, least_paid, look
from huitou.offer.rules.improving import improve
from huitou.offer.rules.lines import IMPOSSIBLE, IS_AFTER, PARTS_A_TIER, Lines, Plan, Reach, Sums
from huitou.offer.rules.scouting import (
    ASIDE,
    DEPTH,
    IS_NEW,
    MORE_STEPS,
    NODES,
    PLACE,
    SOUGHT,
    SPENT,
    STARTS,
    VALUE,
    Plans,
    Walk,
    enough_for,
    is_used_up,
    make_better,
    make_ready,
    make_steep,
    settle,
    take_up,
)
from huitou.offer.rules.tables import (
    ACTS,
    COUNT,
    COUPONS,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    UNITS,
    Tables,
)
from huitou.offer.rules.valuing import EPSILON, Scratch, Wanted, least_value
from huitou.offer.rules.weighing import weigh

_STEPS = 4
"""Towards better slopes, at a node."""


@inlined
def least_from(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, w: Wanted, v: Walk, coupons: int, k: int
) -> float:
    """The least that can be paid going on from `k` decided units. Slopes that are good for what is decided are sought at the first
    depths; those below keep them, as the last node that was opened above."""
    width = len(lines.slope)
    if k > v.state[SOUGHT]:
        return least_paid(t, p, s, r, lines, v.modes, k, coupons)
    if k > 0:
        for i in range(width):
            lines.slope[i] = v.slopes[(k - 1) * width + i]
        weigh(t, p, lines, coupons)
    payable = improve(
        t, p, s, r, lines, w, v.pull, v.better, v.modes, k, coupons, _STEPS, v.state[VALUE]
    )
    for i in range(width):
        v.slopes[k * width + i] = lines.slope[i]
    return payable


@inlined
def is_idle(t: Tables, p: Plan, lines: Lines, m: int, first: int, coupons: int) -> bool:
    """Does a mode join what has no effect in this plan, and the same without it counts for the same coupons? Then it is
    the same decision once more, if that is open to the unit too: identical units stand in the order of their modes, in
    which the one before it may have gone on already to what lies between the two."""
    other = p.without_piece[m]
    found = first <= lines.like[m] < m
    if first <= other < m:
        own = t.count_bits[t.mode_count[m]] & coupons
        found = found or t.count_bits[t.mode_count[other]] & coupons == own
    return found


@inner
def is_in_reach(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, m: int, k: int, coupons: int
) -> bool:
    """Can activities' regions and coupons' thresholds still be met if the next unit takes a mode? As far as `look` saw from before it."""
    acts, groups = t.sizes[ACTS], t.sizes[GROUPS]
    fen, listed = t.mode_fen[m], t.list_fen[k]
    for a in range(acts):
        at, joins = a * (t.sizes[UNITS] + 1) + k, 0
        for g in range(groups):
            if t.join_act[t.mode_join[m] * groups + g] == a:
                joins = 1
        if t.act_measure[a] == COUNT:
            sure = s.act_count[a] + joins
            most = sure + p.act_count[at + 1]
        elif t.act_measure[a] == LIST_AMOUNT:
            sure = s.act_list[a] + joins * listed
            most = sure + p.act_list[at + 1]
        else:
            sure = 0
            most = s.act_fen[a] - s.act_settled[a] + joins * fen + p.act_fen[at + 1]
        if most < lines.low[a] or sure > lines.high[a]:
            return False
    for c in range(t.sizes[COUPONS]):
        if not coupons >> c & 1 or r.parts[acts + c] == 0:
            continue
        at, counts = c * (t.sizes[UNITS] + 1) + k, t.count_bits[t.mode_count[m]] >> c & 1
        if t.coupon_measure[c] == COUNT:
            reach = float(s.coupon_count[c] + counts + p.coupon_count[at + 1])
        elif t.coupon_measure[c] == LIST_AMOUNT:
            reach = float(s.coupon_list[c] + counts * listed + p.coupon_list[at + 1])
        else:
            less = p.coupon_fen[at] - p.coupon_fen[at + 1] - counts * fen
            reach = r.stop[len(t.tier_at) * PARTS_A_TIER + c] - less * r.keeps[c] + EPSILON
        if reach < t.coupon_threshold[c]:
            return False
    return True


@inlined
def open_node(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    steep: Lines,
    w: Wanted,
    x: Scratch,
    v: Walk,
    coupons: int,
    own_set: int,
    floor: int,
    width: int,
    k: int,
) -> bool:
    """Are there ways to go on from `k` decided units? Then they are laid out, the most promising first."""
    units = t.sizes[UNITS]
    enough = enough_for(v, own_set)
    if least_value(floor, w) >= enough:
        return False
    if k == units:
        settle(t, w, x, v, coupons, own_set)
        return False
    if not look(t, p, s, r, lines, v.modes, k, coupons):
        return False
    least_steep = least_paid(t, p, s, r, steep, v.modes, k, coupons)
    if least_value(least_steep, w) >= enough:
        return False
    least = least_from(t, p, s, r, lines, w, v, coupons, k)
    if least_value(least, w) >= enough:
        return False
    own = t.unit_class[k]
    first = t.mode_from[own]
    if k > 0 and t.unit_class[k - 1] == own:
        first = v.modes[k - 1]
    alike = 0
    while k + alike < units and t.unit_class[k + alike] == own:
        alike += 1
    after = r.state[IS_AFTER] != 0
    least -= cheapest_from(lines, first, after) * alike
    least_steep -= cheapest_from(steep, first, after) * alike
    count, row = 0, k * width
    for m in range(first, t.mode_until[own]):
        if is_used_up(t, v, m):
            continue
        if is_idle(t, p, lines, m, first, coupons):
            continue
        own_cost = max(
            least + lines.mode_cost[m] + cheapest_from(lines, m, after) * (alike - 1),
            least_steep + steep.mode_cost[m] + cheapest_from(steep, m, after) * (alike - 1),
        )
        if least_value(own_cost, w) >= enough:
            continue
        if not is_in_reach(t, p, s, r, lines, m, k, coupons):
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
    r: Reach,
    lines: Lines,
    steep: Lines,
    w: Wanted,
    x: Scratch,
    v: Walk,
    coupons: int,
    own_set: int,
    floor: int,
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
            if not open_node(t, p, s, r, lines, steep, w, x, v, coupons, own_set, floor, width, k):
                k -= 1
                continue
        else:
            m = v.modes[k]
            add(t, p, s, k, m, -1)
            if t.mode_price[m] != NONE:
                v.prices_used[t.mode_price[m]] -= 1
        if v.tried[k] == v.counts[k] or (
            least_value(v.costs[k * width + v.tried[k]], w) >= enough_for(v, own_set)
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
def leave(t: Tables, p: Plan, s: Sums, v: Walk) -> None:
    """No unit is decided any more."""
    for k in range(v.state[DEPTH]):
        add(t, p, s, k, v.modes[k], -1)
    for i in range(len(v.prices_used)):
        v.prices_used[i] = 0
    v.state[DEPTH] = NONE


@inlined
def put_aside(t: Tables, p: Plan, s: Sums, q: Plans, v: Walk) -> None:
    """Leave a plan for later, from its beginning."""
    leave(t, p, s, v)
    q.order[v.state[ASIDE]] = q.order[v.state[PLACE]]
    v.state[ASIDE] += 1


@fast
def search(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    steep: Lines,
    w: Wanted,
    x: Scratch,
    q: Plans,
    v: Walk,
    width: int,
    count: int,
    nodes_max: int,
    each_max: int,
    turn: int,
) -> bool:
    """Go on for about `nodes_max` nodes; True when none of the `count` plans can be better than the best any more (one that was
    gone through is `IMPOSSIBLE`), but for those that took `each_max` nodes already and were put aside. In the first `turn` plans are made ready, in others better."""
    nodes = 0
    while v.state[PLACE] < count:
        plan = q.order[v.state[PLACE]]
        own = q.set_of[plan]
        coupons = q.sets[own]
        if v.state[DEPTH] == NONE:
            if nodes >= nodes_max:
                break
            if least_value(q.bounds[plan], w) >= v.state[VALUE]:
                v.state[PLACE] += 1
                continue
            take_up(t, p, lines, q, plan)
            take_up(t, p, steep, q, plan)
            look(t, p, s, r, lines, v.modes, 0, coupons)
            if turn == 0:
                nodes += MORE_STEPS * len(STARTS)
                if not make_ready(t, p, s, r, lines, w, q, v, plan):
                    v.state[PLACE] += 1
                    continue
            elif not make_better(t, p, s, r, lines, w, q, v, plan, turn):
                v.state[PLACE] += 1
                continue
            if not make_steep(t, p, s, r, steep, w, q, v, plan):
                v.state[PLACE] += 1
                continue
            v.state[DEPTH] = 0
            v.state[IS_NEW] = 1
            v.state[SPENT] = 0
        floor = q.floors[own]
        most = min(nodes_max - nodes, each_max - v.state[SPENT])
        spent = walk(t, p, s, r, lines, steep, w, x, v, coupons, own, floor, width, most)
        nodes += spent
        v.state[SPENT] += spent
        if v.state[DEPTH] != NONE:
            if v.state[SPENT] < each_max:
                break
            put_aside(t, p, s, q, v)
        else:
            q.bounds[plan] = IMPOSSIBLE
        v.state[PLACE] += 1
    v.state[NODES] += nodes
    return v.state[PLACE] >= count
