"""The lines of activities: how much each can look at from here on, and take off. Pure; compiled as the kernel is."""

from huitou.base.compiling import inner
from huitou.offer.rules.kernel import FULL_BP, tier_off
from huitou.offer.rules.lines import (
    FAR,
    IMPOSSIBLE,
    PARTS_A_TIER,
    SHIPPING_LEFT,
    Lines,
    Plan,
    Reach,
    Sums,
)
from huitou.offer.rules.tables import COUNT, LIST_AMOUNT, NONE, UNITS, Tables
from huitou.offer.rules.weighing import is_out


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
def add_part(t: Tables, r: Reach, a: int, i: int, times: int, begin: int, stop: int) -> None:
    """What a tier that counts so often takes off for S from `begin` to `stop`."""
    part, cap = 0.0, float(FAR)
    if t.act_cap[a] != NONE:
        cap = float(t.act_cap[a])
    if t.tier_off[i] != NONE:
        part, cap = 1.0, min(cap, float(t.tier_off[i] * times))
    elif t.tier_pay_bp[i] != NONE:
        part = (FULL_BP - t.tier_pay_bp[i]) / FULL_BP
    at = t.tier_from[a] * PARTS_A_TIER + r.parts[a]
    r.part[at], r.cap[at] = part, cap
    r.start[at], r.stop[at] = float(begin), float(stop)
    r.parts[a] += 1


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
def pair_most(t: Tables, p: Plan, s: Sums, i: int, k: int) -> int:
    """What those in a pair cost together at most."""
    x = p.pair_limited[i]
    if x != NONE and s.paying[x] >= t.price_limit[x]:
        return s.pair_fen[i]
    return s.pair_fen[i] + p.pair_rest[i * (t.sizes[UNITS] + 1) + k]


@inner
def look_at_act(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, a: int, k: int, before: int
) -> bool:
    """What an activity can look at; False if its region cannot be met. `before`: what is taken off at most before it, but for what
    is settled."""
    at = a * (t.sizes[UNITS] + 1) + k
    measure = t.act_measure[a]
    fen = s.act_fen[a] - s.act_settled[a]
    sure, most = max(s.act_sure[a], fen - before), fen + p.act_fen[at]
    is_by_amount = measure != COUNT and measure != LIST_AMOUNT
    low, high = sure, most
    if measure == COUNT:
        low, high = s.act_count[a], s.act_count[a] + p.act_count[at]
    elif measure == LIST_AMOUNT:
        low, high = s.act_list[a], s.act_list[a] + p.act_list[at]
    low, high = max(low, lines.low[a]), min(high, lines.high[a])
    r.parts[a], r.begin[a], r.off_most[a], r.off_least[a] = 0, 0.0, 0, 0
    if low > high:
        return False
    if s.act_count[a] + p.act_count[at] == 0:
        return True
    r.begin[a] = float(low if is_by_amount else sure)
    first_at = t.tier_at[t.tier_from[a]]
    off_most, off_least = 0, 0
    if low >= first_at and (first_at > 0 or s.act_count[a] > 0):
        r.begin[a], off_least = float(NONE), FAR  # it is reached for sure
    for i in range(t.tier_from[a], t.tier_until[a]):
        start, end = max(low, t.tier_at[i]), high
        if i + 1 < t.tier_until[a]:
            end = min(end, t.tier_at[i + 1] - 1)
        if start > end:
            continue
        if t.tier_ships[i]:
            r.state[SHIPPING_LEFT] = 0
        first, last = 1, 1
        if t.act_repeats[a] != NONE:
            first = min(start // t.tier_at[i], t.act_repeats[a])
            last = min(end // t.tier_at[i], t.act_repeats[a])
        begin, stop = sure, most
        if is_by_amount:
            begin, stop = start, end
        off_most = max(off_most, tier_off(t, a, i, last, stop))
        off_least = min(off_least, tier_off(t, a, i, first, begin))
        for n in range(1 if first == last else PARTS_A_TIER):
            times = nth_times(t, a, i, first, last, n)
            if is_by_amount:
                begin = max(start, t.tier_at[i] * times if n else 0)
            add_part(t, r, a, i, times, begin, stop)
    r.off_most[a], r.off_least[a] = off_most, off_least
    return True


@inner
def act_flat(t: Tables, r: Reach, lines: Lines, a: int) -> None:
    """Finds its line's flat part, and at what S."""
    slope = 0.0 if is_out(t, lines, a) else lines.slope[a]
    flat, where = -IMPOSSIBLE, 0.0
    if r.begin[a] >= 0.0:
        flat, where = 0.0 - slope * r.begin[a], r.begin[a]
    first = t.tier_from[a] * PARTS_A_TIER
    for i in range(first, first + r.parts[a]):
        found, there = line_flat(r.part[i], r.cap[i], r.start[i], r.stop[i], slope)
        if found > flat:
            flat, where = found, there
    lines.flat[a], lines.where[a] = flat, where
