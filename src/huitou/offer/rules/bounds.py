"""No way to go on from here costs less than this. Pure; compiled as the kernel is.

What an activity takes off its members is a function of what they cost that lies under straight lines
`flat + slope × cost`: one from what is sure of it already (steep), one that gives the most it can reach outright
(level). Under any choice of lines each unit can be decided by itself: it costs its price less the slopes of
what it joins and of the coupons that count it. A choice of lines is a bit an activity and a coupon; which is
better hangs on whether they compete for the same units. Source: the hull bound of branch and bound for separable
concave costs (Falk and Soland 1969), with a line an offer.

Rounding: the shares of a step deviate from exact ones by a quarter of a fen a unit in any set of units.
"""

from typing import NamedTuple

from huitou.base.compiling import fast
from huitou.offer.rules.kernel import FULL_BP, tier_off
from huitou.offer.rules.tables import (
    ACTS,
    COUNT,
    COUPONS,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    ONE_OFF,
    PIECES,
    SHIPPING,
    SHIPPING_OFF,
    SHIPS_FREE,
    UNITS,
    Floats,
    Ints,
    Tables,
)


class Plan(NamedTuple):
    """What is known of a cart beforehand.

    `mode_*`: a unit in that mode costs `weight × keep − back` at least, where the weight is what activities and coupons leave, or its part
    of a bundle (`bundle`, below zero where it joins none). `few` are modes that are enough to look at for the least of a class (from, until). `act_*` and `coupon_*` (a row each, `units + 1` columns):
    what units from here on can add at most, in fen, by list price, in pieces. `dearest` a coupon: the most a unit that it may count costs.
    """

    mode_keep: Floats
    mode_back: Floats
    mode_bundle: Floats
    few: Ints
    few_from: Ints
    few_until: Ints
    act_fen: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints
    dearest: Ints


class Sums(NamedTuple):
    """Of the units decided so far. `act_sure` counts only what no earlier step can make cheaper."""

    act_fen: Ints
    act_sure: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints


class Lines(NamedTuple):
    """One an activity, one a coupon; and what they leave of a row of `join_act`, of `count_bits`."""

    act_slope: Floats
    act_flat: Floats
    coupon_slope: Floats
    coupon_flat: Floats
    join_weight: Floats
    count_weight: Floats


@fast
def add(t: Tables, s: Sums, u: int, m: int, sign: int) -> None:
    """A unit is decided, or not any more."""
    groups = t.sizes[GROUPS]
    is_sure = t.mode_piece[m] == NONE
    for g in range(groups):
        a = t.join_act[t.mode_join[m] * groups + g]
        if a != NONE:
            s.act_fen[a] += sign * t.mode_fen[m]
            s.act_list[a] += sign * t.list_fen[u]
            s.act_count[a] += sign
            if is_sure:
                s.act_sure[a] += sign * t.mode_fen[m]
            is_sure = False
    bits = t.count_bits[t.mode_count[m]]
    for c in range(t.sizes[COUPONS]):
        if bits >> c & 1:
            s.coupon_fen[c] += sign * t.mode_fen[m]
            s.coupon_list[c] += sign * t.list_fen[u]
            s.coupon_count[c] += sign


@fast
def bound(
    t: Tables, p: Plan, s: Sums, lines: Lines, modes: Ints, k: int, coupons: int, level: int
) -> float:
    """The least that can be paid if the first `k` units stay as they are in `modes`."""
    acts, units = t.sizes[ACTS], t.sizes[UNITS]
    shipping = 0.0 if t.sizes[SHIPS_FREE] else float(t.sizes[SHIPPING])
    slopes = 0.0
    for a in range(acts):
        frees = draw_activity(t, p, s, lines, a, k, level >> a & 1)
        if frees:
            shipping = 0.0
        slopes = max(slopes, lines.act_slope[a])
    slopes = min(1.0, slopes * t.sizes[GROUPS])
    taken, given = 0.0, 0
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            shipping -= draw_coupon(t, p, s, lines, c, k, level >> (acts + c) & 1)
            taken += lines.coupon_slope[c]
            given += 1
        else:
            lines.coupon_slope[c] = 0.0
            lines.coupon_flat[c] = 0.0
    least = (1.0 - slopes) * max(0.0, 1.0 - taken)
    total = max(0.0, shipping)
    for a in range(acts):
        flat = lines.act_flat[a]
        total -= flat if flat > 0.0 else flat * least
    for c in range(t.sizes[COUPONS]):
        total -= lines.coupon_flat[c]
    weigh(t, lines, coupons)
    for u in range(k):
        total += cost(t, p, lines, modes[u], least)
    last, cheapest = NONE, 0.0
    for u in range(k, units):
        if t.unit_class[u] != last:
            last = t.unit_class[u]
            cheapest = cost(t, p, lines, p.few[p.few_from[last]], least)
            for i in range(p.few_from[last] + 1, p.few_until[last]):
                cheapest = min(cheapest, cost(t, p, lines, p.few[i], least))
        total += cheapest
    return total - slack(t, taken, slopes, given)


@fast
def slack(t: Tables, taken: float, slopes: float, given: int) -> float:
    """What rounding in earlier steps can take off later ones, in fen."""
    steps = t.sizes[GROUPS] + given - 1
    if t.sizes[PIECES]:
        steps += 1
    off = taken * steps
    if t.sizes[PIECES] or t.sizes[GROUPS] > 1:
        off += slopes * steps
    return off * 0.25 * t.sizes[UNITS]


@fast
def weigh(t: Tables, lines: Lines, coupons: int) -> None:
    """What is left of a unit by what it joins, and by the coupons that count it."""
    groups = t.sizes[GROUPS]
    for row in range(len(lines.join_weight)):
        keeps = 1.0
        for g in range(groups):
            a = t.join_act[row * groups + g]
            if a != NONE:
                keeps -= lines.act_slope[a]
        lines.join_weight[row] = max(0.0, keeps)
    for row in range(len(lines.count_weight)):
        bits = t.count_bits[row] & coupons
        keeps = 1.0
        for c in range(t.sizes[COUPONS]):
            if bits >> c & 1:
                keeps -= lines.coupon_slope[c]
        lines.count_weight[row] = max(0.0, keeps)


@fast
def cost(t: Tables, p: Plan, lines: Lines, m: int, least: float) -> float:
    """Of a unit in a mode, under the lines."""
    weight = lines.join_weight[t.mode_join[m]] * lines.count_weight[t.mode_count[m]]
    if p.mode_bundle[m] >= 0.0:
        return min(weight * p.mode_keep[m], least * p.mode_bundle[m])
    return weight * p.mode_keep[m] - p.mode_back[m]


@fast
def draw_activity(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int, level: int) -> bool:
    """Its line; returns whether it may free the shipping."""
    lines.act_slope[a] = 0.0
    lines.act_flat[a] = 0.0
    at = a * (t.sizes[UNITS] + 1) + k
    most = s.act_fen[a] + p.act_fen[at]
    measure = t.act_measure[a]
    reach = most
    if measure == COUNT:
        reach = s.act_count[a] + p.act_count[at]
    elif measure == LIST_AMOUNT:
        reach = s.act_list[a] + p.act_list[at]
    if s.act_count[a] + p.act_count[at] == 0 or reach < t.tier_at[t.tier_from[a]]:
        return False
    is_by_amount = measure != COUNT and measure != LIST_AMOUNT
    frees = False
    top, part = 0.0, 0.0
    for i in range(t.tier_from[a], t.tier_until[a]):
        if reach < t.tier_at[i]:
            break
        frees = frees or t.tier_ships[i] != 0
        times = 1
        if t.act_repeats[a] != NONE:
            times = min(reach // t.tier_at[i], t.act_repeats[a])
        if t.tier_pay_bp[i] != NONE and is_by_amount:
            cost_then = most
            if i + 1 < t.tier_until[a]:
                cost_then = min(most, t.tier_at[i + 1] - 1)
            top = max(top, float(tier_off(t, a, i, times, cost_then)))
        else:
            top = max(top, float(tier_off(t, a, i, times, most)))
        if t.tier_pay_bp[i] != NONE:
            part = max(part, (FULL_BP - t.tier_pay_bp[i]) / FULL_BP)
    if level:
        lines.act_flat[a] = top
    elif is_by_amount:
        draw_steep(t, lines, a, s.act_sure[a], reach, part)
    else:
        lines.act_slope[a] = part  # at most all that they cost
        for i in range(t.tier_from[a], t.tier_until[a]):
            if reach >= t.tier_at[i] and t.tier_off[i] != NONE:
                lines.act_slope[a] = 1.0
    return frees


@fast
def draw_steep(t: Tables, lines: Lines, a: int, sure: int, reach: int, part: float) -> None:
    """The line through what is taken off at `sure` that lies over all that is taken off up to `reach`."""
    now, slope = 0.0, 0.0
    for i in range(t.tier_from[a], t.tier_until[a]):
        if sure >= t.tier_at[i] and sure > 0:
            times = 1
            if t.act_repeats[a] != NONE:
                times = min(sure // t.tier_at[i], t.act_repeats[a])
            now = float(tier_off(t, a, i, times, sure))
            takes_all = t.tier_off[i] != NONE and tier_off(t, a, i, times, reach) > sure
            slope = 1.0 if takes_all else 0.0
            if t.tier_pay_bp[i] != NONE:  # the fraction that is dropped now may count later
                now = sure * (FULL_BP - t.tier_pay_bp[i]) / FULL_BP
                if t.act_cap[a] != NONE:
                    now = min(now, float(t.act_cap[a]))
    for i in range(t.tier_from[a], t.tier_until[a]):
        start, times = t.tier_at[i], 1
        if t.act_repeats[a] != NONE:
            times = min(sure // t.tier_at[i] + 1, t.act_repeats[a])
            start = t.tier_at[i] * times
        start = max(start, 1)
        if start > sure and start <= reach:
            slope = max(slope, (tier_off(t, a, i, times, start) - now) / (start - sure))
            if t.tier_off[i] != NONE and tier_off(t, a, i, times, reach) > start:
                slope = max(slope, 1.0)
        if t.tier_pay_bp[i] != NONE and reach >= t.tier_at[i]:
            slope = max(slope, part)
    lines.act_slope[a] = slope
    lines.act_flat[a] = now - slope * sure


@fast
def draw_coupon(t: Tables, p: Plan, s: Sums, lines: Lines, c: int, k: int, level: int) -> float:
    """Its line; returns what it may take off the shipping."""
    lines.coupon_slope[c] = 0.0
    lines.coupon_flat[c] = 0.0
    at = c * (t.sizes[UNITS] + 1) + k
    most = s.coupon_fen[c] + p.coupon_fen[at]
    measure = t.coupon_measure[c]
    reach = most
    if measure == COUNT:
        reach = s.coupon_count[c] + p.coupon_count[at]
    elif measure == LIST_AMOUNT:
        reach = s.coupon_list[c] + p.coupon_list[at]
    if s.coupon_count[c] + p.coupon_count[at] == 0 or reach < t.coupon_threshold[c]:
        return 0.0
    kind = t.coupon_kind[c]
    if kind == SHIPPING_OFF:
        off = t.sizes[SHIPPING]
        return float(off if t.coupon_off[c] == NONE else min(off, t.coupon_off[c]))
    if kind == ONE_OFF:
        dearest = p.dearest[c]
        if level:
            lines.coupon_slope[c] = 1.0
        elif t.coupon_off[c] != NONE:
            lines.coupon_flat[c] = float(min(t.coupon_off[c], dearest))
        else:
            lines.coupon_flat[c] = float(max(0, dearest - t.coupon_pay[c]))
        return 0.0
    if t.coupon_off[c] != NONE:
        off = min(t.coupon_off[c], most)
        if t.coupon_cap[c] != NONE:
            off = min(off, t.coupon_cap[c])
        is_by_amount = measure != COUNT and measure != LIST_AMOUNT
        if level:
            lines.coupon_slope[c] = 1.0  # at most all that they cost
            if is_by_amount and t.coupon_threshold[c] > off:
                lines.coupon_slope[c] = off / t.coupon_threshold[c]
        else:
            lines.coupon_flat[c] = float(off)
        return 0.0
    part = (FULL_BP - t.coupon_pay_bp[c]) / FULL_BP
    if level == 0 and t.coupon_cap[c] != NONE:
        lines.coupon_flat[c] = float(min(t.coupon_cap[c], most))
    else:
        lines.coupon_slope[c] = part
    return 0.0
