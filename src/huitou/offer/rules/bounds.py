"""No way to go on from here costs less than this (`lines` says why). Pure; compiled as the kernel is."""

from huitou.base.compiling import inlined, inner
from huitou.offer.rules.activity_lines import act_flat, look_at_act, pair_most
from huitou.offer.rules.coupon_lines import coupon_flat, look_at_coupon
from huitou.offer.rules.grouping import join, leave, less_off, most_off, settle
from huitou.offer.rules.lines import (
    IMPOSSIBLE,
    IS_AFTER,
    LATER,
    SHIPPING_LEFT,
    SLACK,
    Lines,
    Plan,
    Reach,
    Sums,
)
from huitou.offer.rules.tables import (
    ACTS,
    COUNT,
    COUPONS,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    PIECES,
    SHIPPING,
    SHIPS_FREE,
    UNITS,
    Ints,
    Tables,
)
from huitou.offer.rules.weighing import toll


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
            pair = p.mode_pair[m * groups + g]
            s.pair_fen[pair] += sign * fen
            if is_sure:
                s.act_sure[a] += sign * fen
                s.pair_sure[pair] += sign * fen
            is_sure = False
    bits = t.count_bits[t.mode_count[m]]
    for c in range(t.sizes[COUPONS]):
        if bits >> c & 1:
            s.coupon_fen[c] += sign * fen
            s.coupon_list[c] += sign * t.list_fen[u]
            s.coupon_count[c] += sign
    price = t.mode_price[m]
    if price != NONE and t.price_limit[price] != NONE:
        s.paying[price] += sign
    piece, units = t.mode_piece[m], t.sizes[UNITS]
    if piece != NONE and not t.mode_is_get[m]:
        if sign > 0:
            join(s.joined, s.joined_count, piece, piece * units, fen)
        else:
            leave(s.joined, s.joined_count, piece, piece * units, fen)


@inner
def paying_most(t: Tables, p: Plan, s: Sums, x: int, k: int) -> int:
    """How many pay by a price offer with a limit at most."""
    if t.price_limit[x] == NONE:
        return 0
    return min(t.price_limit[x], s.paying[x] + p.price_count[x * (t.sizes[UNITS] + 1) + k])


@inner
def is_after(t: Tables, s: Sums) -> bool:
    """Are all price offers with a limit used up?"""
    for x in range(len(t.price_limit)):
        if t.price_limit[x] != NONE and s.paying[x] < t.price_limit[x]:
            return False
    return True


@inner
def cheapest_from(lines: Lines, m: int, after: bool) -> float:
    """The least that a unit costs in this mode or a later one."""
    return lines.cheapest_after[m] if after else lines.cheapest[m]


@inner
def mean_left(t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, a: int, sign: float) -> float:
    """How much coupons leave of all who join an activity together, by what they cost: the most, or for a `sign` below zero the least (below
    zero). Those of whom most is left are all that can be, others as few as must be. O(pairs²)."""
    low = float(s.act_sure[a])
    if t.act_measure[a] != COUNT and t.act_measure[a] != LIST_AMOUNT:
        low = max(low, float(lines.low[a]))
    left, fen = 0.0, 0.0
    for i in range(p.pair_from[a], p.pair_from[a + 1]):
        left += sign * max(0.0, lines.count_weight[p.pair_count[i]]) * s.pair_sure[i]
        fen += s.pair_sure[i]
    last = IMPOSSIBLE
    for _ in range(p.pair_from[a], p.pair_from[a + 1]):
        best, more = -IMPOSSIBLE, 0.0
        for i in range(p.pair_from[a], p.pair_from[a + 1]):
            weight = sign * max(0.0, lines.count_weight[p.pair_count[i]])
            if weight < last:
                if weight > best:
                    best, more = weight, 0.0
                if weight == best:
                    more += r.pair_most[i] - s.pair_sure[i]
        if best == -IMPOSSIBLE:
            break
        if fen > 0.0 and best * fen <= left:
            more = min(more, max(0.0, low - fen))
        left += best * more
        fen += more
        last = best
    if fen <= 0.0:
        return sign * (lines.most_weight[a] if sign > 0.0 else lines.least_weight[a])
    return left / fen


@inner
def flat_left(t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, a: int) -> float:
    """How much coupons leave of the flat part of an activity: the most, or the least where it is below zero."""
    most, least = lines.most_weight[a], lines.least_weight[a]
    if lines.flat[a] > 0.0:
        return most if most <= least else min(most, mean_left(t, p, s, r, lines, a, 1.0))
    if lines.flat[a] < 0.0 and least < most:
        least = max(least, -mean_left(t, p, s, r, lines, a, -1.0))
    return least * lines.fixed[LATER]


@inner
def sum_settled(t: Tables, s: Sums, modes: Ints, k: int) -> None:
    """What piece offers take off those units for certain who join each activity, and whom each coupon counts."""
    groups = t.sizes[GROUPS]
    for a in range(t.sizes[ACTS]):
        s.act_settled[a] = 0
    for c in range(t.sizes[COUPONS]):
        s.coupon_settled[c] = 0
    for u in range(k):
        if not s.is_settled[u]:
            continue
        m = modes[u]
        off = t.mode_fen[m] - s.amounts[u]
        for g in range(groups):
            a = t.join_act[t.mode_join[m] * groups + g]
            if a != NONE:
                s.act_settled[a] += off
        for c in range(t.sizes[COUPONS]):
            if t.count_bits[t.mode_count[m]] >> c & 1:
                s.coupon_settled[c] += off


@inner
def unit_cost(t: Tables, p: Plan, s: Sums, lines: Lines, m: int, u: int) -> float:
    """What a decided unit costs under the lines."""
    if not s.is_settled[u]:
        return lines.mode_cost[m]
    weight = lines.count_weight[t.mode_count[m]]
    if weight >= 0.0:
        weight *= lines.join_weight[t.mode_join[m]]
    return weight * s.amounts[u] + toll(t, p, lines, m)


@inner
def look(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, modes: Ints, k: int, coupons: int
) -> bool:
    """What can still be taken off if the first `k` units stay as they are in `modes`, whatever slopes there are; False if the regions and thresholds
    of the plan that `lines` are of cannot be met."""
    acts = t.sizes[ACTS]
    r.state[IS_AFTER] = is_after(t, s)
    r.state[SHIPPING_LEFT] = 0 if t.sizes[SHIPS_FREE] else t.sizes[SHIPPING]
    for i in range(p.pair_from[acts]):
        r.pair_most[i] = pair_most(t, p, s, i, k)
    for u in range(k):
        s.is_settled[u] = 0
    before = 0
    for x in range(t.sizes[PIECES]):
        settled, kept = settle(t, p, s, modes, x, k)
        off, less = 0, 0.0
        if k < p.piece_end[x]:
            off = most_off(t, p, s, x, k) - settled
            less = less_off(t, p, s, x, k)
            less = max(0.0, less - kept) if less > 0.0 else 0.0
        r.piece_off[x], r.piece_less[x] = float(off), less
        before += off
    sum_settled(t, s, modes, k)
    pieces_off = before
    for a in range(acts):
        if not look_at_act(t, p, s, r, lines, a, k, before):
            return False
        if a + 1 < acts and p.act_group[a + 1] != p.act_group[a]:
            before = pieces_off
            for earlier in range(a + 1):
                before += r.off_most[earlier]
    before = pieces_off
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            if not look_at_coupon(t, p, s, r, lines, c, k, coupons, before):
                return False
            before += r.off_most[acts + c]
    return True


@inner
def least_paid(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, modes: Ints, k: int, coupons: int
) -> float:
    """The least that can be paid as far as `look` has just seen. `weigh` was called for the slopes."""
    acts, units, at = t.sizes[ACTS], t.sizes[UNITS], t.sizes[ACTS] + t.sizes[COUPONS]
    most, total = lines.most_weight[acts], 0.0
    for x in range(t.sizes[PIECES]):
        part = (1.0 - lines.slope[at + x]) * most
        total += r.piece_less[x] * max(0.0, lines.piece_least[x] - part) - r.piece_off[x] * part
    for a in range(acts):
        act_flat(t, r, lines, a)
        lines.flat_weight[a] = flat_left(t, p, s, r, lines, a)
        total -= lines.flat[a] * lines.flat_weight[a]
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            coupon_flat(t, r, lines, c)
            flat = lines.flat[acts + c]
            total -= flat * (lines.later_most[c] if flat > 0.0 else lines.later_least[c])
    total += max(0, r.state[SHIPPING_LEFT])
    at += t.sizes[PIECES]
    for x in range(len(t.price_limit)):
        total -= lines.slope[at + x] * p.toll_most[x] * paying_most(t, p, s, x, k)
    for u in range(k):
        total += unit_cost(t, p, s, lines, modes[u], u)
    after = r.state[IS_AFTER] != 0
    total += (lines.rest_after[k] if after else lines.rest[k]) - lines.fixed[SLACK]
    # Units like the last one only take modes from its own on.
    u = k
    while 0 < u < units and t.unit_class[u] == t.unit_class[k - 1]:
        own = t.unit_class[u]
        total += cheapest_from(lines, modes[k - 1], after)
        total -= cheapest_from(lines, t.mode_from[own], after)
        u += 1
    return total


@inner
def bound(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, modes: Ints, k: int, coupons: int
) -> float:
    """The least that can be paid if the first `k` units stay as they are in `modes`; `IMPOSSIBLE` if the regions and
    thresholds cannot be met. `weigh` was called for the slopes."""
    if not look(t, p, s, r, lines, modes, k, coupons):
        return IMPOSSIBLE
    return least_paid(t, p, s, r, lines, modes, k, coupons)
