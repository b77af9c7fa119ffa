"""The lines of activities: how much each can look at from here on, and take off. Pure; compiled as the kernel is."""

from huitou.base.compiling import inner
from huitou.offer.rules.kernel import FULL_BP, tier_off
from huitou.offer.rules.lines import FAR, IMPOSSIBLE, Lines, Plan, Sums
from huitou.offer.rules.tables import COUNT, LIST_AMOUNT, NONE, UNITS, Tables


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
def act_flat(t: Tables, p: Plan, s: Sums, lines: Lines, a: int, k: int, before: int) -> bool:
    """Finds its line's flat part, `IMPOSSIBLE` if its region cannot be met, and the most and least that it takes off; says whether it may
    free the shipping. `before`: what is taken off at most before it, but for what is settled."""
    at = a * (t.sizes[UNITS] + 1) + k
    slope, measure = lines.slope[a], t.act_measure[a]
    fen = s.act_fen[a] - s.act_settled[a]
    sure, most = max(s.act_sure[a], fen - before), fen + p.act_fen[at]
    is_by_amount = measure != COUNT and measure != LIST_AMOUNT
    low, high = sure, most
    if measure == COUNT:
        low, high = s.act_count[a], s.act_count[a] + p.act_count[at]
    elif measure == LIST_AMOUNT:
        low, high = s.act_list[a], s.act_list[a] + p.act_list[at]
    low, high = max(low, lines.low[a]), min(high, lines.high[a])
    lines.flat[a], lines.where[a] = IMPOSSIBLE, 0.0
    lines.off_most[a], lines.off_least[a] = 0, 0
    if low > high:
        return False
    lines.flat[a] = 0.0
    if s.act_count[a] + p.act_count[at] == 0:
        return False
    frees = False
    begin = low if is_by_amount else sure
    flat, where = 0.0 - slope * begin, float(begin)
    first_at = t.tier_at[t.tier_from[a]]
    off_most, off_least = 0, 0
    if low >= first_at and (first_at > 0 or s.act_count[a] > 0):
        flat, off_least = -IMPOSSIBLE, FAR  # it is reached for sure
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
        begin, stop = sure, most
        if is_by_amount:
            begin, stop = start, end
        off_most = max(off_most, tier_off(t, a, i, last, stop))
        off_least = min(off_least, tier_off(t, a, i, first, begin))
        for n in range(1 if first == last else 5):
            times = nth_times(t, a, i, first, last, n)
            if is_by_amount:
                begin = max(start, t.tier_at[i] * times if n else 0)
            found, there = tier_flat(t, a, i, times, begin, stop, slope)
            if found > flat:
                flat, where = found, there
    lines.flat[a], lines.where[a] = flat, where
    lines.off_most[a], lines.off_least[a] = off_most, off_least
    return frees
