"""Slopes that give a better bound. Pure; compiled as the kernel is."""

from huitou.base.compiling import fast
from huitou.offer.rules.bounds import Lines, Plan, Sums, bound, weigh
from huitou.offer.rules.tables import ACTS, COUPONS, Ints, Tables
from huitou.offer.rules.valuing import Wanted, least_value

_SLOPES = (0.0, 0.02, 0.05, 0.08, 0.12, 0.18, 0.3, 0.5, 1.0)
_PASSES = 2
_NEAR = 3


@fast
def improve(
    t: Tables,
    p: Plan,
    s: Sums,
    lines: Lines,
    w: Wanted,
    modes: Ints,
    k: int,
    coupons: int,
    level: int,
    bits: int,
    enough: int,
) -> tuple[float, int]:
    """Better slopes from here on, one changed at a time; the bound and the level; left as soon as the value is `enough`."""
    found = bound(t, p, s, lines, modes, k, coupons, level)
    for _ in range(_PASSES if k == 0 else 1):
        before = found
        for i in range(t.sizes[ACTS] + t.sizes[COUPONS]):
            c = i - t.sizes[ACTS]
            if c >= 0 and not coupons >> c & 1:
                continue
            now = lines.act_slope[i] if c < 0 else lines.coupon_slope[c]
            best = now
            for n in range(len(_SLOPES) if k == 0 else _NEAR):
                slope = _SLOPES[n] if k == 0 else near(now, n)
                if slope == now:
                    continue
                if c < 0:
                    lines.act_slope[i] = slope
                else:
                    lines.coupon_slope[c] = slope
                weigh(t, p, lines, coupons, level)
                other = bound(t, p, s, lines, modes, k, coupons, level)
                if other > found:
                    found, best = other, slope
            if c < 0:
                lines.act_slope[i] = best
            else:
                lines.coupon_slope[c] = best
            weigh(t, p, lines, coupons, level)
            if least_value(found, w) >= enough:
                return found, level
        for i in range(bits):
            weigh(t, p, lines, coupons, level ^ (1 << i))
            other = bound(t, p, s, lines, modes, k, coupons, level ^ (1 << i))
            if other > found:
                found, level = other, level ^ (1 << i)
        weigh(t, p, lines, coupons, level)
        if least_value(found, w) >= enough or found < before + 1.0:
            break
    return found, level


@fast
def near(slope: float, n: int) -> float:
    """Slopes to try next to one."""
    if n == 0:
        return 0.0
    if n == 1:
        return slope * 0.7
    return min(1.0, slope * 1.4) if slope > 0.0 else 0.05
