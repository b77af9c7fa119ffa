"""The lines of coupons: how much each can look at from here on, and take off. Pure; compiled as the kernel is."""

from huitou.base.compiling import inner
from huitou.offer.rules.activity_lines import line_flat
from huitou.offer.rules.kernel import FULL_BP, coupon_off
from huitou.offer.rules.lines import FAR, PARTS_A_TIER, SHIPPING_LEFT, Lines, Plan, Reach, Sums
from huitou.offer.rules.tables import (
    ACTS,
    AMOUNT,
    COUNT,
    COUPONS,
    ENTRY_AMOUNT,
    LIST_AMOUNT,
    NONE,
    ONE_OFF,
    ORDER_OFF,
    SHIPPING,
    SHIPPING_OFF,
    UNITS,
    Tables,
)


@inner
def counts_all(t: Tables, p: Plan, c: int, other: int) -> bool:
    """Does a coupon count everybody whom another counts?"""
    return p.within[c * t.sizes[COUPONS] + other] != 0


@inner
def is_first(t: Tables, coupons: int, c: int) -> bool:
    """Does no earlier coupon of a plan count anybody whom a coupon can count?"""
    for row in range(len(t.count_bits)):
        bits = t.count_bits[row]
        if bits >> c & 1 and bits & coupons & ((1 << c) - 1):
            return False
    return True


@inner
def make_sure(t: Tables, p: Plan, lines: Lines, coupons: int) -> None:
    """What each earlier coupon of a plan takes off for certain of those that a coupon counts."""
    count = t.sizes[COUPONS]
    for c in range(count):
        for earlier in range(c):
            at, kind = c * count + earlier, t.coupon_kind[earlier]
            lines.sure[at] = 0
            if not coupons >> earlier & 1 or not counts_all(t, p, c, earlier):
                continue
            if kind == ORDER_OFF and t.coupon_measure[earlier] == AMOUNT:
                lines.sure[at] = coupon_off(t, earlier, t.coupon_threshold[earlier])
            elif kind == ONE_OFF and is_first(t, coupons, earlier):
                lines.sure[at] = coupon_off(t, earlier, p.coupon_left[earlier])


@inner
def acts_off(t: Tables, p: Plan, s: Sums, r: Reach, c: int) -> tuple[int, int]:
    """What activities take off at most and at least of those whom a coupon counts, as far as `look` found out: their part by what they
    cost, and rounding. O(pairs)."""
    coupons, units = t.sizes[COUPONS], t.sizes[UNITS]
    most, least = 0, 0
    for a in range(t.sizes[ACTS]):
        off_most, off_least = r.off_most[a], r.off_least[a]
        if p.meets[a * coupons + c] == 1 and off_most > 0:
            in_most, in_least, out_most, out_least = 0, 0, 0, 0
            for i in range(p.pair_from[a], p.pair_from[a + 1]):
                if t.count_bits[p.pair_count[i]] >> c & 1:
                    in_most += r.pair_most[i]
                    in_least += s.pair_sure[i]
                else:
                    out_most += r.pair_most[i]
                    out_least += s.pair_sure[i]
            if out_least > 0:
                off_most = min(off_most, off_most * in_most // (in_most + out_least) + units)
            if out_most > 0:
                part = off_least * in_least // (in_least + out_most) - units
                off_least = max(0, part, off_least - out_most)
        if p.meets[a * coupons + c] != 0:
            most += off_most
            least += off_least
    return most, least


@inner
def left_before(t: Tables, p: Plan, r: Reach, lines: Lines, c: int, coupons: int, most: int) -> int:
    """What earlier coupons of a plan leave of `most` that a coupon counts, at most: one after the other takes off what is certain, or, if it
    counts all of it, its part but for rounding. Finds what they leave of a fen more, too."""
    r.keeps[c] = 1.0
    if t.coupon_measure[c] == ENTRY_AMOUNT:
        return most
    for earlier in range(c):
        if not coupons >> earlier & 1:
            continue
        if t.coupon_kind[earlier] == ORDER_OFF and counts_all(t, p, earlier, c):
            at = len(t.tier_at) * PARTS_A_TIER + earlier
            part = min(r.part[at], r.cap[at] / max(1.0, r.stop[at]))
            most -= max(0, int(part * most) - t.sizes[UNITS] - 1)
            r.keeps[c] *= 1.0 - part
        else:
            most -= lines.sure[c * t.sizes[COUPONS] + earlier]
    return most


@inner
def look_at_coupon(
    t: Tables, p: Plan, s: Sums, r: Reach, lines: Lines, c: int, k: int, coupons: int, before: int
) -> bool:
    """What a coupon can look at; False if its threshold cannot be reached. `before`: what piece offers that are not settled and
    earlier coupons take off at most."""
    at, i = c * (t.sizes[UNITS] + 1) + k, t.sizes[ACTS] + c
    off_most, off_least = acts_off(t, p, s, r, c)
    fen = s.coupon_fen[c] - s.coupon_settled[c]
    most = left_before(t, p, r, lines, c, coupons, fen + p.coupon_fen[at] - off_least)
    least = fen + p.coupon_least[at] - before - off_most
    threshold, measure = t.coupon_threshold[c], t.coupon_measure[c]
    reach, begin = most, threshold
    if measure == COUNT:
        reach, begin = s.coupon_count[c] + p.coupon_count[at], 0
    elif measure == LIST_AMOUNT:
        reach, begin = s.coupon_list[c] + p.coupon_list[at], 0
    r.parts[i], r.off_most[i] = 0, 0
    if s.coupon_count[c] + p.coupon_count[at] == 0 or reach < threshold:
        return False
    kind = t.coupon_kind[c]
    if kind == SHIPPING_OFF:
        off = t.sizes[SHIPPING]
        r.state[SHIPPING_LEFT] -= off if t.coupon_off[c] == NONE else min(off, t.coupon_off[c])
        return True
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
    piece = len(t.tier_at) * PARTS_A_TIER + c
    r.part[piece], r.cap[piece] = part, cap
    r.start[piece], r.stop[piece] = float(max(begin, least)), float(most)
    r.parts[i], r.off_most[i] = 1, int(min(part * most, cap))
    return True


@inner
def coupon_flat(t: Tables, r: Reach, lines: Lines, c: int) -> None:
    """Finds its line's flat part, and at what S."""
    i, piece = t.sizes[ACTS] + c, len(t.tier_at) * PARTS_A_TIER + c
    lines.flat[i], lines.where[i] = 0.0, 0.0
    if r.parts[i]:
        lines.flat[i], lines.where[i] = line_flat(
            r.part[piece], r.cap[piece], r.start[piece], r.stop[piece], lines.slope[i]
        )
