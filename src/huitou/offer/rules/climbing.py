"""Slopes for plans that are hard to settle: from the best of many places, each slope a little up or down as long as that helps
(R. Hooke, T. A. Jeeves, "Direct search" solution of numerical and statistical problems, 1961). Pure; compiled as the kernel is.

How a bound hangs on its slopes is not concave: weights multiply, and what is taken off counts at the most that can be left of
it. So steps (`improving`) end on the hill they began on, and better ones are found by looking at many.
"""

from huitou.base.compiling import inner
from huitou.offer.rules.bounds import least_paid
from huitou.offer.rules.lines import IMPOSSIBLE, STEEPEST, Lines, Plan, Reach, Sums
from huitou.offer.rules.tables import ACTS, COUPONS, PIECES, Floats, Ints, Tables
from huitou.offer.rules.valuing import Wanted, least_value
from huitou.offer.rules.weighing import weigh

_TOP = 0.999
_ACTS, _COUPONS, _PIECES, _TOLLS = (5, 0.05), (5, 0.08), (4, 0.25), (2, 0.5)
"""How many places, and how far apart."""
_LEAST_PIECE = 0.15
_FIRST, _LEAST, _MOST = 0.05, 0.0005, 0.5
"""How far a slope goes at first, at least and at most."""
_GROWS, _SHRINKS = 1.5, 0.5


@inner
def moves(t: Tables, p: Plan, coupons: int, i: int) -> bool:
    """Does a bound hang on a slope at all?"""
    acts, pieces = t.sizes[ACTS], t.sizes[ACTS] + t.sizes[COUPONS]
    prices = pieces + t.sizes[PIECES]
    if i < acts:
        return True
    if i < pieces:
        return coupons >> (i - acts) & 1 == 1
    if i < prices:
        return p.piece_most[i - pieces] > 0
    return p.toll_most[i - prices] > 0.0


@inner
def top_of(t: Tables, lines: Lines, i: int) -> float:
    """How steep a line may be."""
    is_coupon = t.sizes[ACTS] <= i < t.sizes[ACTS] + t.sizes[COUPONS]
    return lines.fixed[STEEPEST] if is_coupon else _TOP


@inner
def climb(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    reach: Floats,
    modes: Ints,
    coupons: int,
    turns: int,
    enough: int,
) -> float:
    """The best bound that changing one slope at a time arrives at, in so many turns; left as soon as the value is `enough`. Slopes
    that it is of stay. No unit is decided."""
    best = least_paid(t, p, s, r, lines, modes, 0, coupons)
    for i in range(len(reach)):
        reach[i] = _FIRST
    for _ in range(turns):
        if least_value(best, w) >= enough:
            break
        farthest = 0.0
        for i in range(len(lines.slope)):
            if not moves(t, p, coupons, i):
                continue
            own, is_better = lines.slope[i], False
            for _side in range(2):
                to = min(top_of(t, lines, i), max(0.0, own + reach[i]))
                if to != own:
                    lines.slope[i] = to
                    weigh(t, p, lines, coupons)
                    found = least_paid(t, p, s, r, lines, modes, 0, coupons)
                    is_better = found > best
                if is_better:
                    best = found
                    break
                lines.slope[i] = own
                reach[i] = -reach[i]
            reach[i] *= _GROWS if is_better else _SHRINKS
            reach[i] = min(_MOST, max(-_MOST, reach[i]))
            farthest = max(farthest, abs(reach[i]))
        if farthest < _LEAST:
            break
    weigh(t, p, lines, coupons)
    return best


@inner
def stand(
    t: Tables, lines: Lines, acts_at: float, coupons_at: float, pieces_at: float, tolls_at: float
) -> None:
    """All slopes of a kind the same; none of an activity that need not reach anything."""
    acts, pieces = t.sizes[ACTS], t.sizes[ACTS] + t.sizes[COUPONS]
    prices = pieces + t.sizes[PIECES]
    for i in range(len(lines.slope)):
        if i < acts:
            lines.slope[i] = acts_at if lines.low[i] > 0 else 0.0
        elif i < pieces:
            lines.slope[i] = coupons_at
        else:
            lines.slope[i] = min(_TOP, pieces_at if i < prices else tolls_at)


@inner
def look_far(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    better: Floats,
    modes: Ints,
    coupons: int,
    shift: float,
) -> None:
    """The best of places side by side is then in the slopes. They may be shifted, to look between them another time."""
    best = -IMPOSSIBLE
    for act in range(_ACTS[0]):
        for coupon in range(_COUPONS[0]):
            for piece in range(_PIECES[0]):
                for price in range(_TOLLS[0]):
                    stand(
                        t, lines, (act + shift) * _ACTS[1], (coupon + shift) * _COUPONS[1],
                        _LEAST_PIECE + (piece + shift) * _PIECES[1], (price + shift) * _TOLLS[1],
                    )  # fmt: skip
                    weigh(t, p, lines, coupons)
                    found = least_paid(t, p, s, r, lines, modes, 0, coupons)
                    if found > best:
                        best = found
                        for i in range(len(better)):
                            better[i] = lines.slope[i]
    for i in range(len(better)):
        lines.slope[i] = better[i]
    weigh(t, p, lines, coupons)
