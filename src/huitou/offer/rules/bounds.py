"""No way to go on from here costs less than this (`lines` says why). Pure; compiled as the kernel is."""

from huitou.base.compiling import inlined, inner
from huitou.offer.rules.grouping import join, leave, less_off, most_off
from huitou.offer.rules.kernel import FULL_BP, coupon_off
from huitou.offer.rules.lines import (
    FAR,
    IMPOSSIBLE,
    LATER,
    SLACK,
    Lines,
    Plan,
    Sums,
)
from huitou.offer.rules.tables import (
    ACTS,
    AMOUNT,
    COUNT,
    COUPONS,
    ENTRY_AMOUNT,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    ONE_OFF,
    ORDER_OFF,
    PIECES,
    SHIPPING,
    SHIPPING_OFF,
    SHIPS_FREE,
    UNITS,
    Ints,
    Tables,
)


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
def line_flat(
    part: float, cap: float, begin: float, stop: float, slope: float
) -> tuple[float, float]:
    """The most of min(part × S, cap) − slope × S for S from `begin` to `stop`, and at what S. Slopes are not below zero."""
    where = begin
    if slope < part:
        where = min(stop, max(begin, cap / part))
    return min(part * where, cap) - slope * where, where


@inner
def tier_flat(
    t: Tables, a: int, i: int, times: int, begin: int, stop: int, slope: float
) -> tuple[float, float]:
    """The most of D(S) − slope × S for S from `begin` to `stop` in a tier that counts so often, and at what S."""
    part, cap = 0.0, float(FAR)
    if t.act_cap[a] != NONE:
        cap = float(t.act_cap[a])
    if t.tier_off[i] != NONE:
        part, cap = 1.0, min(cap, float(t.tier_off[i] * times))
    elif t.tier_pay_bp[i] != NONE:
        part = (FULL_BP - t.tier_pay_bp[i]) / FULL_BP
    return line_flat(part, cap, float(begin), float(stop), slope)


@inner
def act_range(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int) -> tuple[int, int]:
    """From where to where what it looks at may be."""
    at = a * (t.sizes[UNITS] + 1) + k
    low, high = s.act_sure[a], s.act_fen[a] + p.act_fen[at]
    if t.act_measure[a] == COUNT:
        low, high = s.act_count[a], s.act_count[a] + p.act_count[at]
    elif t.act_measure[a] == LIST_AMOUNT:
        low, high = s.act_list[a], s.act_list[a] + p.act_list[at]
    return max(low, lines.low[a]), min(high, lines.high[a])


@inner
def nth_times(t: Tables, a: int, i: int, first: int, last: int, n: int) -> int:
    """How often a tier counts, of the times between which what it takes off grows evenly: the first two, the
    last that fits the cap, the one after it, the last."""
    if n == 0 or t.act_repeats[a] == NONE:
        return first
    fits = last
    if t.act_cap[a] != NONE and t.tier_off[i] != NONE:
        fits = t.act_cap[a] // t.tier_off[i]
    times = first + 1 if n == 1 else fits if n == 2 else fits + 1 if n == 3 else last
    return max(first, min(last, times))


@inner
def act_flat(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int) -> bool:
    """Finds its line's flat part, `IMPOSSIBLE` if its region cannot be met, and says whether it may free the shipping."""
    at = a * (t.sizes[UNITS] + 1) + k
    slope = lines.slope[a]
    sure, most = s.act_sure[a], s.act_fen[a] + p.act_fen[at]
    is_by_amount = t.act_measure[a] != COUNT and t.act_measure[a] != LIST_AMOUNT
    low, high = act_range(t, p, s, lines, a, k)
    lines.flat[a], lines.where[a] = IMPOSSIBLE, 0.0
    if low > high:
        return False
    lines.flat[a] = 0.0
    if s.act_count[a] + p.act_count[at] == 0:
        return False
    frees = False
    begin = low if is_by_amount else sure
    flat, where = 0.0 - slope * begin, float(begin)
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
        for n in range(1 if first == last else 5):
            times = nth_times(t, a, i, first, last, n)
            begin, stop = sure, most
            if is_by_amount:
                begin, stop = max(start, t.tier_at[i] * times if n else 0), end
            found, there = tier_flat(t, a, i, times, begin, stop, slope)
            if found > flat:
                flat, where = found, there
    lines.flat[a], lines.where[a] = flat, where
    return frees


@inner
def is_inside(t: Tables, p: Plan, a: int, c: int) -> bool:
    """Does a coupon count everybody who can join an activity?"""
    for i in range(len(p.pair_act)):
        if p.pair_act[i] == a and not t.count_bits[p.pair_count[i]] >> c & 1:
            return False
    return True


@inner
def is_within(t: Tables, one: int, other: int) -> bool:
    """Does a coupon count everybody whom another counts?"""
    for row in range(len(t.count_bits)):
        if t.count_bits[row] >> other & 1 and not t.count_bits[row] >> one & 1:
            return False
    return True


@inner
def sure_off(t: Tables, lines: Lines, a: int) -> int:
    """What an activity takes off at least wherever in its region it is. Known where that is an amount."""
    first, low = t.tier_from[a], lines.low[a]
    if t.act_measure[a] == COUNT or t.act_measure[a] == LIST_AMOUNT or low <= 0:
        return 0
    least = FAR
    for i in range(first, t.tier_until[a]):
        if t.tier_at[i] > lines.high[a]:
            break
        if i + 1 < t.tier_until[a] and t.tier_at[i + 1] <= low:
            continue
        off = max(0, t.tier_off[i])
        if t.act_repeats[a] != NONE:
            off *= min(low // t.tier_at[i], t.act_repeats[a])
        least = min(least, off)
    if low < t.tier_at[first] or least == FAR:
        return 0
    if t.act_cap[a] != NONE:
        least = min(least, t.act_cap[a])
    return min(least, low)


@inner
def make_sure(t: Tables, p: Plan, lines: Lines, coupons: int) -> None:
    """What is taken off for certain, in a plan, before each of its coupons of those that it counts."""
    for c in range(t.sizes[COUPONS]):
        lines.sure[c] = 0
        if not coupons >> c & 1:
            continue
        for a in range(t.sizes[ACTS]):
            if is_inside(t, p, a, c):
                lines.sure[c] += sure_off(t, lines, a)
        if t.coupon_measure[c] == ENTRY_AMOUNT:
            continue
        for earlier in range(c):
            if not coupons >> earlier & 1 or t.coupon_kind[earlier] != ORDER_OFF:
                continue
            if t.coupon_measure[earlier] == AMOUNT and is_within(t, c, earlier):
                lines.sure[c] += coupon_off(t, earlier, t.coupon_threshold[earlier])


@inner
def coupon_flat(t: Tables, p: Plan, s: Sums, lines: Lines, c: int, k: int) -> float:
    """Finds its line's flat part, `IMPOSSIBLE` if its threshold cannot be reached, and says what it takes off the shipping."""
    at, i = c * (t.sizes[UNITS] + 1) + k, t.sizes[ACTS] + c
    most = s.coupon_fen[c] + p.coupon_fen[at] - lines.sure[c]
    threshold, measure = t.coupon_threshold[c], t.coupon_measure[c]
    reach, begin = most, float(threshold)
    if measure == COUNT:
        reach, begin = s.coupon_count[c] + p.coupon_count[at], 0.0
    elif measure == LIST_AMOUNT:
        reach, begin = s.coupon_list[c] + p.coupon_list[at], 0.0
    lines.flat[i], lines.where[i] = IMPOSSIBLE, 0.0
    if s.coupon_count[c] + p.coupon_count[at] == 0 or reach < threshold:
        return 0.0
    lines.flat[i] = 0.0
    kind = t.coupon_kind[c]
    if kind == SHIPPING_OFF:
        off = t.sizes[SHIPPING]
        return float(off if t.coupon_off[c] == NONE else min(off, t.coupon_off[c]))
    part, cap = 1.0, float(FAR)
    if kind == ONE_OFF:
        off = p.dearest[c] - t.coupon_pay[c]
        if t.coupon_off[c] != NONE:
            off = min(t.coupon_off[c], p.dearest[c])
        cap = max(0.0, float(off))
    else:
        if t.coupon_cap[c] != NONE:
            cap = float(t.coupon_cap[c])
        if t.coupon_off[c] != NONE:
            cap = min(cap, float(t.coupon_off[c]))
        else:
            part = (FULL_BP - t.coupon_pay_bp[c]) / FULL_BP
    lines.flat[i], lines.where[i] = line_flat(part, cap, begin, float(most), lines.slope[i])
    return 0.0


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
def pair_most(t: Tables, p: Plan, s: Sums, i: int, k: int) -> int:
    """What those in a pair cost together at most."""
    x = p.pair_limited[i]
    if x != NONE and s.paying[x] >= t.price_limit[x]:
        return s.pair_fen[i]
    return s.pair_fen[i] + p.pair_rest[i * (t.sizes[UNITS] + 1) + k]


@inner
def mean_left(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int, sign: float) -> float:
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
                    more += pair_most(t, p, s, i, k) - s.pair_sure[i]
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
def flat_left(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int) -> float:
    """How much coupons leave of the flat part of an activity: the most, or the least where it is below zero."""
    most, least = lines.most_weight[a], lines.least_weight[a]
    if lines.flat[a] > 0.0:
        return most if most <= least else min(most, mean_left(t, p, s, lines, a, k, 1.0))
    if lines.flat[a] < 0.0 and least < most:
        least = max(least, -mean_left(t, p, s, lines, a, k, -1.0))
    return least * lines.fixed[LATER]


@inner
def bound(t: Tables, p: Plan, s: Sums, lines: Lines, modes: Ints, k: int, coupons: int) -> float:
    """The least that can be paid if the first `k` units stay as they are in `modes`; `IMPOSSIBLE` if the regions and
    thresholds cannot be met. `weigh` was called for the slopes."""
    total = 0.0
    acts, units = t.sizes[ACTS], t.sizes[UNITS]
    shipping = 0.0 if t.sizes[SHIPS_FREE] else float(t.sizes[SHIPPING])
    for a in range(acts):
        frees = act_flat(t, p, s, lines, a, k)
        flat = lines.flat[a]
        if flat == IMPOSSIBLE:
            return IMPOSSIBLE
        lines.flat_weight[a] = flat_left(t, p, s, lines, a, k)
        total -= flat * lines.flat_weight[a]
        if frees:
            shipping = 0.0
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            shipping -= coupon_flat(t, p, s, lines, c, k)
            flat = lines.flat[acts + c]
            if flat == IMPOSSIBLE:
                return IMPOSSIBLE
            total -= flat * (lines.later_most[c] if flat > 0.0 else lines.later_least[c])
    total += max(0.0, shipping)
    most, at = lines.most_weight[acts], acts + t.sizes[COUPONS]
    for x in range(t.sizes[PIECES]):
        off, less = float(most_off(t, p, s, x, k)), less_off(t, p, s, x, k)
        lines.piece_off[x], lines.piece_less[x] = off, less
        before = (1.0 - lines.slope[at + x]) * most
        total += less * max(0.0, lines.piece_least[x] - before) - off * before
    at += t.sizes[PIECES]
    for x in range(len(t.price_limit)):
        total -= lines.slope[at + x] * p.toll_most[x] * paying_most(t, p, s, x, k)
    for u in range(k):
        total += lines.mode_cost[modes[u]]
    after = is_after(t, s)
    total += (lines.rest_after[k] if after else lines.rest[k]) - lines.fixed[SLACK]
    # Units like the last one only take modes from its own on.
    u = k
    while 0 < u < units and t.unit_class[u] == t.unit_class[k - 1]:
        own = t.unit_class[u]
        total += cheapest_from(lines, modes[k - 1], after)
        total -= cheapest_from(lines, t.mode_from[own], after)
        u += 1
    return total
