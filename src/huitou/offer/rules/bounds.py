"""No way to go on from here costs less than this. Pure; compiled as the kernel is.

What an instrument takes off is a function D of what those who take part cost, S. For any slope it lies under a line:
D(S) ≤ flat + slope × S, with flat = max over the S that are possible of D(S) − slope × S. Under such lines each unit
can be decided by itself: it costs its price less the slopes of what it joins and of the coupons that count it.
Any slopes give a bound (Lagrangian relaxation; flat is D's conjugate), good slopes a good one. How far S can
reach is narrowed by regions: an activity in a certain tier, a coupon that reaches its threshold.

Two more things have a line of each of two sorts, by a bit of `level`: a piece offer takes off a part of what
its units cost, or at most what all whole groups can give; a price offer with a limit holds for every unit, or each pays
the next price and the greatest savings are taken off at once.

Rounding: the shares of a step deviate from exact ones by a quarter of a fen a unit in any set of units.
"""

from typing import NamedTuple

from huitou.base.compiling import fast, inlined
from huitou.offer.rules.kernel import FULL_BP
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
    SHIPPING,
    SHIPPING_OFF,
    SHIPS_FREE,
    UNITS,
    Floats,
    Ints,
    Tables,
)

IMPOSSIBLE = 1e18
FAR = 1 << 60
"""A region without an end."""


class Plan(NamedTuple):
    """What is known of a cart beforehand.

    `mode_*`: a unit in that mode costs `weight × keep − back` at least, where the weight is what activities and coupons leave, or its part
    of a bundle (`bundle`, below zero where it joins none); without its piece offer `fen`. `next_fen` is its class's least
    price without limit, where its own has one.
    `act_*` and `coupon_*` (a row each, `units + 1` columns): what units from here on can add at most, in fen,
    by list price, in pieces. `dearest` a coupon: the most a unit that it may count costs. `piece_most` a piece offer: the most it can take off.
    `without` (a column a group): the same mode without its activity, or itself; `without_piece`: without a piece offer that
    can never have a group, or itself.
    `pair_act` with `pair_count`: which activities (or none) go with which rows of `count_bits` in a mode.
    `saving` (a row a price offer, `units + 1` columns): the most it can save on units from here on.
    """

    mode_keep: Floats
    mode_back: Floats
    mode_bundle: Floats
    next_fen: Floats
    act_fen: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints
    dearest: Ints
    piece_most: Ints
    saving: Ints
    pair_act: Ints
    pair_count: Ints
    without: Ints
    without_piece: Ints


class Sums(NamedTuple):
    """Of the units decided so far. `act_sure` counts only what no earlier step can make cheaper."""

    act_fen: Ints
    act_sure: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints
    saved: Ints


class Lines(NamedTuple):
    """Slopes an activity, a coupon; regions of what activities look at (`low` to `high`); what the slopes leave
    of a row of `join_act`, of `count_bits` (what entered the coupons is taken off in `entered` first); the most that coupons leave of
    who joins an activity, and (last) of anybody; the most and least that later coupons leave of what one takes off; what a mode
    costs under them; what units from each on do at least."""

    act_slope: Floats
    coupon_slope: Floats
    low: Ints
    high: Ints
    join_weight: Floats
    count_weight: Floats
    entered: Floats
    most_weight: Floats
    later_most: Floats
    later_least: Floats
    mode_cost: Floats
    rest: Floats
    fixed: Floats


LEAST, SLACK = range(2)
"""Of `fixed`: the least weight there is, and what rounding can take off."""


@inlined
def add(t: Tables, p: Plan, s: Sums, u: int, m: int, sign: int) -> None:
    """A unit is decided, or not any more."""
    groups = t.sizes[GROUPS]
    fen = t.mode_fen[m]
    is_sure = t.mode_piece[m] == NONE
    for g in range(groups):
        a = t.join_act[t.mode_join[m] * groups + g]
        if a != NONE:
            s.act_fen[a] += sign * fen
            s.act_list[a] += sign * t.list_fen[u]
            s.act_count[a] += sign
            if is_sure:
                s.act_sure[a] += sign * fen
            is_sure = False
    bits = t.count_bits[t.mode_count[m]]
    for c in range(t.sizes[COUPONS]):
        if bits >> c & 1:
            s.coupon_fen[c] += sign * fen
            s.coupon_list[c] += sign * t.list_fen[u]
            s.coupon_count[c] += sign
    price = t.mode_price[m]
    if price != NONE and t.price_limit[price] != NONE and p.next_fen[m] > fen:
        s.saved[price] += sign * int(p.next_fen[m] - fen)


@fast
def weigh(t: Tables, p: Plan, lines: Lines, coupons: int, level: int) -> None:
    """Everything that hangs on the slopes alone: what is left of a unit by what it joins, and by the coupons that count
    it; what each mode costs under the lines, and units from each on at least."""
    groups = t.sizes[GROUPS]
    for row in range(len(lines.join_weight)):
        keeps = 1.0
        for g in range(groups):
            a = t.join_act[row * groups + g] if groups else NONE
            if a != NONE:
                keeps *= 1.0 - lines.act_slope[a]
        lines.join_weight[row] = keeps
    rows = len(lines.count_weight)
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
        slope = lines.coupon_slope[c]
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
    acts = t.sizes[ACTS]
    for a in range(acts + 1):
        lines.most_weight[a] = 0.0
    for i in range(len(p.pair_act)):
        keeps = lines.count_weight[p.pair_count[i]]
        lines.most_weight[acts] = max(lines.most_weight[acts], keeps)
        if p.pair_act[i] != NONE:
            lines.most_weight[p.pair_act[i]] = max(lines.most_weight[p.pair_act[i]], keeps)
    left, steep = 1.0, 0.0
    for row in range(rows):
        left = min(left, lines.count_weight[row])
    for a in range(acts):
        steep = max(steep, lines.act_slope[a])
    steep = min(1.0, steep * groups)
    least = left * (1.0 - steep) if left > 0.0 else left
    lines.fixed[LEAST] = least
    lines.fixed[SLACK] = slack(t, lines, coupons, left, steep)
    for m in range(len(t.mode_fen)):
        lines.mode_cost[m] = cost(t, p, lines, m, least, level)
    units = t.sizes[UNITS]
    lines.rest[units] = 0.0
    last, cheapest = NONE, 0.0
    for u in range(units - 1, -1, -1):
        own = t.unit_class[u]
        if own != last:
            last, cheapest = own, IMPOSSIBLE
            for m in range(t.mode_from[own], t.mode_until[own]):
                cheapest = min(cheapest, lines.mode_cost[m])
        lines.rest[u] = lines.rest[u + 1] + cheapest


@fast
def bound(
    t: Tables, p: Plan, s: Sums, lines: Lines, modes: Ints, k: int, coupons: int, level: int
) -> float:
    """The least that can be paid if the first `k` units stay as they are in `modes`; `IMPOSSIBLE` if the regions and
    thresholds cannot be met. `weigh` was called for the slopes and the level."""
    total = 0.0
    shipping = 0.0 if t.sizes[SHIPS_FREE] else float(t.sizes[SHIPPING])
    least = lines.fixed[LEAST]
    for a in range(t.sizes[ACTS]):
        flat, frees = act_flat(t, p, s, lines, a, k)
        if flat == IMPOSSIBLE:
            return IMPOSSIBLE
        total -= flat * (lines.most_weight[a] if flat > 0.0 else least)
        if frees:
            shipping = 0.0
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            flat, ships = coupon_flat(t, p, s, lines, c, k)
            if flat == IMPOSSIBLE:
                return IMPOSSIBLE
            total -= flat * (lines.later_most[c] if flat > 0.0 else lines.later_least[c])
            shipping -= ships
    total += max(0.0, shipping)
    most = lines.most_weight[t.sizes[ACTS]]
    for x in range(t.sizes[PIECES]):
        if level >> x & 1:
            total -= p.piece_most[x] * most
    for x in range(len(t.price_limit)):
        if level >> (t.sizes[PIECES] + x) & 1:
            total -= (s.saved[x] + p.saving[x * (t.sizes[UNITS] + 1) + k]) * most
    for u in range(k):
        total += lines.mode_cost[modes[u]]
    return total + lines.rest[k] - lines.fixed[SLACK]


@inlined
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


@inlined
def cost(t: Tables, p: Plan, lines: Lines, m: int, least: float, level: int) -> float:
    """Of a unit in a mode, under the lines."""
    weight = lines.count_weight[t.mode_count[m]]
    if weight < 0.0:  # more than all is taken off, so of the most that it can cost
        return weight * t.mode_fen[m]
    weight *= lines.join_weight[t.mode_join[m]]
    price, piece = t.mode_price[m], t.mode_piece[m]
    is_next = (
        price != NONE
        and t.price_limit[price] != NONE
        and level >> (t.sizes[PIECES] + price) & 1 != 0
        and p.next_fen[m] > t.mode_fen[m]
    )
    if piece == NONE or level >> piece & 1:
        return weight * (p.next_fen[m] if is_next else float(t.mode_fen[m]))
    if is_next:
        # Its part of the piece offer hangs on its own price, which is the lower one.
        extra = (p.next_fen[m] - t.mode_fen[m]) * weight
    else:
        extra = 0.0
    if p.mode_bundle[m] >= 0.0:
        return min(weight * p.mode_keep[m], max(0.0, least) * p.mode_bundle[m]) + extra
    return weight * p.mode_keep[m] - p.mode_back[m] + extra


@inlined
def act_flat(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int) -> tuple[float, bool]:
    """Its line's flat part, `IMPOSSIBLE` if its region cannot be met, and whether it may free the shipping."""
    at = a * (t.sizes[UNITS] + 1) + k
    slope = lines.act_slope[a]
    sure, most = s.act_sure[a], s.act_fen[a] + p.act_fen[at]
    measure = t.act_measure[a]
    is_by_amount = measure != COUNT and measure != LIST_AMOUNT
    low, high = sure, most
    if measure == COUNT:
        low, high = s.act_count[a], s.act_count[a] + p.act_count[at]
    elif measure == LIST_AMOUNT:
        low, high = s.act_list[a], s.act_list[a] + p.act_list[at]
    low, high = max(low, lines.low[a]), min(high, lines.high[a])
    if low > high:
        return IMPOSSIBLE, False
    if s.act_count[a] + p.act_count[at] == 0:
        return 0.0, False
    frees = False
    flat = 0.0 - slope * (low if is_by_amount else sure)
    first_at = t.tier_at[t.tier_from[a]]
    if low >= first_at and (first_at > 0 or s.act_count[a] > 0):
        flat = -IMPOSSIBLE  # it is reached for sure
    for i in range(t.tier_from[a], t.tier_until[a]):
        start, end = max(low, t.tier_at[i]), high
        if i + 1 < t.tier_until[a]:
            end = min(end, t.tier_at[i + 1] - 1)
        if start > end:
            continue
        frees = frees or t.tier_ships[i] != 0
        first, last = 1, 1
        if t.act_repeats[a] != NONE:
            first = min(start // t.tier_at[i], t.act_repeats[a])
            last = min(end // t.tier_at[i], t.act_repeats[a])
        begin, stop = (start, end) if is_by_amount else (sure, most)
        flat = max(flat, tier_flat(t, a, i, first, begin, stop, slope))
        if first < last and is_by_amount:
            begin = max(start, t.tier_at[i] * (first + 1))
            flat = max(flat, tier_flat(t, a, i, first + 1, begin, stop, slope))
            if t.act_cap[a] != NONE and t.tier_off[i] != NONE:
                # What more is taken off than fits the cap ends in between.
                last = max(first + 1, min(last, t.act_cap[a] // t.tier_off[i] + 1))
                begin = max(start, t.tier_at[i] * (last - 1))
                flat = max(flat, tier_flat(t, a, i, last - 1, begin, stop, slope))
            begin = max(start, t.tier_at[i] * last)
            flat = max(flat, tier_flat(t, a, i, last, begin, stop, slope))
        elif first < last:
            flat = max(flat, tier_flat(t, a, i, last, begin, stop, slope))
    return flat, frees


@inlined
def tier_flat(t: Tables, a: int, i: int, times: int, begin: int, stop: int, slope: float) -> float:
    """The most of D(S) − slope × S for S from `begin` to `stop` in a tier."""
    cap = float(FAR)
    if t.act_cap[a] != NONE:
        cap = float(t.act_cap[a])
    if t.tier_off[i] != NONE:
        return line_flat(1.0, min(cap, float(t.tier_off[i] * times)), begin, stop, slope)
    if t.tier_pay_bp[i] != NONE:
        part = (FULL_BP - t.tier_pay_bp[i]) / FULL_BP
        return line_flat(part, cap, begin, stop, slope)
    return -slope * begin


@inlined
def line_flat(part: float, cap: float, begin: int, stop: int, slope: float) -> float:
    """The most of min(part × S, cap) − slope × S for S from `begin` to `stop`."""
    flat = min(part * begin, cap) - slope * begin
    flat = max(flat, min(part * stop, cap) - slope * stop)
    if part > 0.0:
        knee = cap / part
        if begin < knee < stop:
            flat = max(flat, cap - slope * knee)
    return flat


@inlined
def coupon_flat(t: Tables, p: Plan, s: Sums, lines: Lines, c: int, k: int) -> tuple[float, float]:
    """Its line's flat part, `IMPOSSIBLE` if its threshold cannot be reached, and what it takes off the shipping."""
    at = c * (t.sizes[UNITS] + 1) + k
    slope = lines.coupon_slope[c]
    most = s.coupon_fen[c] + p.coupon_fen[at]
    threshold, measure = t.coupon_threshold[c], t.coupon_measure[c]
    reach, begin = most, threshold
    if measure == COUNT:
        reach, begin = s.coupon_count[c] + p.coupon_count[at], 0
    elif measure == LIST_AMOUNT:
        reach, begin = s.coupon_list[c] + p.coupon_list[at], 0
    if s.coupon_count[c] + p.coupon_count[at] == 0 or reach < threshold:
        return IMPOSSIBLE, 0.0
    kind = t.coupon_kind[c]
    if kind == SHIPPING_OFF:
        off = t.sizes[SHIPPING]
        return 0.0, float(off if t.coupon_off[c] == NONE else min(off, t.coupon_off[c]))
    if kind == ONE_OFF:
        off = p.dearest[c] - t.coupon_pay[c]
        if t.coupon_off[c] != NONE:
            off = min(t.coupon_off[c], p.dearest[c])
        return line_flat(1.0, max(0.0, float(off)), begin, most, slope), 0.0
    cap = float(FAR)
    if t.coupon_cap[c] != NONE:
        cap = float(t.coupon_cap[c])
    if t.coupon_off[c] != NONE:
        return line_flat(1.0, min(cap, float(t.coupon_off[c])), begin, most, slope), 0.0
    part = (FULL_BP - t.coupon_pay_bp[c]) / FULL_BP
    return line_flat(part, cap, begin, most, slope), 0.0
