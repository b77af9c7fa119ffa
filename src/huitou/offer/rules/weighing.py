"""What lines leave of a unit and what it then costs, whoever else joins what. Pure; compiled as the kernel is."""

from huitou.base.compiling import inner
from huitou.offer.rules.lines import IMPOSSIBLE, LATER, LEAST, SLACK, Lines, Plan
from huitou.offer.rules.tables import (
    ACTS,
    COUNT,
    COUPONS,
    ENTRY_AMOUNT,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    ONE_OFF,
    PIECES,
    UNITS,
    Tables,
)


@inner
def is_out(t: Tables, lines: Lines, a: int) -> bool:
    """Does an activity take nothing off in a plan, because it stays below its first tier?"""
    return lines.high[a] < t.tier_at[t.tier_from[a]]


@inner
def toll(t: Tables, p: Plan, lines: Lines, m: int) -> float:
    """What a unit pays more in a mode whose price offer has a limit."""
    price = p.limited[m]
    if price == NONE:
        return 0.0
    slope = lines.slope[t.sizes[ACTS] + t.sizes[COUPONS] + t.sizes[PIECES] + price]
    return slope * p.toll_most[price]


@inner
def shared(t: Tables, p: Plan, lines: Lines, m: int) -> float:
    """What a unit that is given brings those of its group, itself among them, under the line of its piece offer."""
    if t.mode_piece[m] == NONE:
        return 0.0
    return lines.slope[t.sizes[ACTS] + t.sizes[COUPONS] + t.mode_piece[m]] * p.mode_back[m]


@inner
def pieced(t: Tables, p: Plan, lines: Lines, m: int, weight: float) -> float:
    """What a piece offer takes off a unit that joins it, under its line.

    All it takes off is `piece_most` at most. `bound` took 1 − slope of that off beforehand, at the weight of whoever is left most of it; a
    unit's own part is what it weighs more than that.
    """
    slope = lines.slope[t.sizes[ACTS] + t.sizes[COUPONS] + t.mode_piece[m]]
    fen = float(t.mode_fen[m])
    if p.mode_bundle[m] >= 0.0:
        bundled = max(0.0, lines.fixed[LEAST]) * p.mode_bundle[m]
        return slope * (weight * fen - min(weight * p.mode_keep[m], bundled))
    before = (1.0 - slope) * lines.most_weight[t.sizes[ACTS]]
    return shared(t, p, lines, m) + max(0.0, weight - before) * (fen - p.mode_keep[m])


@inner
def cost(t: Tables, p: Plan, lines: Lines, m: int) -> float:
    """Of a unit in a mode, under the lines."""
    weight = lines.count_weight[t.mode_count[m]]
    if weight < 0.0:
        # More than all is taken off, so of the most that it can cost; others have their part of its group all the same.
        return weight * t.mode_fen[m] - shared(t, p, lines, m) + toll(t, p, lines, m)
    weight *= lines.join_weight[t.mode_join[m]]
    own = weight * t.mode_fen[m] + toll(t, p, lines, m)
    if t.mode_piece[m] == NONE:
        return own
    return own - pieced(t, p, lines, m, weight)


@inner
def weigh_coupons(t: Tables, lines: Lines, coupons: int) -> None:
    """What coupons leave of a unit by which of them count it."""
    acts, rows = t.sizes[ACTS], len(lines.count_weight)
    for row in range(rows):
        lines.count_weight[row] = 1.0
        lines.entered[row] = 0.0
    for c in range(t.sizes[COUPONS] - 1, -1, -1):
        if not coupons >> c & 1:
            continue
        most, least = 0.0, 1.0
        for row in range(rows):
            if t.count_bits[row] >> c & 1:
                most = max(most, lines.count_weight[row])
                least = min(least, lines.count_weight[row])
        lines.later_most[c], lines.later_least[c] = most, least
        slope = lines.slope[acts + c]
        # Shared among all it counts by what they cost, or not: then it may be where least is taken off later.
        is_even = t.coupon_measure[c] != ENTRY_AMOUNT and t.coupon_kind[c] != ONE_OFF
        for row in range(rows):
            if t.count_bits[row] >> c & 1:
                if is_even:
                    lines.count_weight[row] *= 1.0 - slope
                else:
                    lines.entered[row] += most * slope
    for row in range(rows):
        lines.count_weight[row] -= lines.entered[row]


@inner
def most_left(t: Tables, p: Plan, lines: Lines, a: int) -> float:
    """The most that coupons leave of what those cost together who join an activity. Of whom they leave more than of others there are
    only so many, which is little beside what all cost if that is much for sure."""
    measure, first, until = t.act_measure[a], p.pair_from[a], p.pair_from[a + 1]
    most = 0.0
    for i in range(first, until):
        most = max(most, lines.count_weight[p.pair_count[i]])
    if lines.low[a] <= 0 or measure in (COUNT, LIST_AMOUNT):
        return most
    found = most
    for j in range(first, until):
        usual = max(0.0, lines.count_weight[p.pair_count[j]])
        more = 0.0
        for i in range(first, until):
            more += max(0.0, lines.count_weight[p.pair_count[i]] - usual) * p.pair_fen[i]
        found = min(found, usual + more / lines.low[a])
    return found


@inner
def least_left(p: Plan, lines: Lines, a: int) -> float:
    """The least that coupons leave of anybody who joins an activity."""
    least = 1.0
    for i in range(p.pair_from[a], p.pair_from[a + 1]):
        least = min(least, max(0.0, lines.count_weight[p.pair_count[i]]))
    return least


@inner
def weigh_joins(t: Tables, p: Plan, lines: Lines) -> None:
    """What activities leave of a unit by which it joins, and what is the most and least that coupons leave of who joins one."""
    groups, acts = t.sizes[GROUPS], t.sizes[ACTS]
    for row in range(len(lines.join_weight)):
        keeps = 1.0
        for g in range(groups):
            a = t.join_act[row * groups + g]
            if a != NONE and not is_out(t, lines, a):
                keeps *= 1.0 - lines.slope[a]
        lines.join_weight[row] = keeps
    for a in range(acts):
        lines.most_weight[a] = most_left(t, p, lines, a)
        lines.least_weight[a] = least_left(p, lines, a)
    lines.most_weight[acts] = 0.0
    for row in range(len(lines.count_weight)):
        lines.most_weight[acts] = max(lines.most_weight[acts], lines.count_weight[row])


@inner
def slack(t: Tables, lines: Lines, coupons: int, left: float, steep: float) -> float:
    """What rounding in a step can take off, in fen: what later steps leave differs from unit to unit."""
    steps = t.sizes[GROUPS] + (1 if t.sizes[PIECES] else 0)
    off = (lines.most_weight[t.sizes[ACTS]] - left) * steps
    if steps > 1:
        off += steep * (steps - 1)
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            off += lines.later_most[c] - lines.later_least[c]
    return off * 0.25 * t.sizes[UNITS]


@inner
def find_like(t: Tables, p: Plan, lines: Lines, coupons: int) -> None:
    """Which modes join what has no effect in a plan, and count for the same coupons without it: they cost as much as the same without it (the
    last of those, where there are several)."""
    groups = t.sizes[GROUPS]
    for m in range(len(t.mode_fen)):
        found = NONE
        counted = t.count_bits[t.mode_count[m]] & coupons
        for g in range(groups):
            a, other = t.join_act[t.mode_join[m] * groups + g], p.without[m * groups + g]
            is_same = t.count_bits[t.mode_count[other]] & coupons == counted
            if a != NONE and is_out(t, lines, a) and other < m and is_same:
                found = max(found, other)
        lines.like[m] = m if found == NONE else found


@inner
def weigh(t: Tables, p: Plan, lines: Lines, coupons: int) -> None:
    """Everything that hangs on the slopes alone."""
    groups = t.sizes[GROUPS]
    weigh_coupons(t, lines, coupons)
    weigh_joins(t, p, lines)
    left, steep = 1.0, 0.0
    for row in range(len(lines.count_weight)):
        left = min(left, lines.count_weight[row])
    for a in range(t.sizes[ACTS]):
        if not is_out(t, lines, a):
            steep = max(steep, lines.slope[a])
    lines.fixed[LEAST] = left * (1.0 - min(1.0, steep * groups)) if left > 0.0 else left
    # Of what an activity takes off only later groups take a part.
    lines.fixed[LATER] = 1.0 - min(1.0, steep * max(0, groups - 1))
    lines.fixed[SLACK] = slack(t, lines, coupons, left, min(1.0, steep * groups))
    for x in range(t.sizes[PIECES]):
        lines.piece_least[x] = 1.0
    for m in range(len(t.mode_fen)):
        if lines.like[m] < m:
            lines.mode_cost[m] = lines.mode_cost[lines.like[m]]
            continue
        lines.mode_cost[m] = cost(t, p, lines, m)
        x = t.mode_piece[m]
        if x != NONE:
            weight = lines.count_weight[t.mode_count[m]] * lines.join_weight[t.mode_join[m]]
            lines.piece_least[x] = min(lines.piece_least[x], weight)
    for own in range(len(t.mode_from)):
        least, after = IMPOSSIBLE, IMPOSSIBLE
        for m in range(t.mode_until[own] - 1, t.mode_from[own] - 1, -1):
            least = min(least, lines.mode_cost[m])
            lines.cheapest[m] = least
            if p.limited[m] == NONE:
                after = min(after, lines.mode_cost[m])
            lines.cheapest_after[m] = least if after == IMPOSSIBLE else after
    units = t.sizes[UNITS]
    lines.rest[units], lines.rest_after[units] = 0.0, 0.0
    for u in range(units - 1, -1, -1):
        first = t.mode_from[t.unit_class[u]]
        lines.rest[u] = lines.rest[u + 1] + lines.cheapest[first]
        lines.rest_after[u] = lines.rest_after[u + 1] + lines.cheapest_after[first]
