"""Slopes that give a better bound: subgradient steps of Polyak's length, towards the value that is to be proven
(B. T. Polyak, Minimization of unsmooth functionals, 1969). Pure; compiled as the kernel is."""

from huitou.base.compiling import inner
from huitou.offer.rules.bounds import least_paid, paying_most
from huitou.offer.rules.lines import IS_AFTER, STEEPEST, Lines, Plan, Reach, Sums
from huitou.offer.rules.tables import (
    ACTS,
    COUPONS,
    GROUPS,
    NONE,
    PIECES,
    UNITS,
    Floats,
    Ints,
    Tables,
)
from huitou.offer.rules.valuing import Wanted, least_value
from huitou.offer.rules.weighing import is_out, pieced, toll, weigh

_STEEPEST = 0.999
_SMALL = 1e-6
TOLL_START = 0.5
_SLOPES = (0.0, 0.03, 0.06, 0.1, 0.2, 0.5, 0.999)


@inner
def cheapest_of(p: Plan, lines: Lines, first: int, until: int, after: bool) -> int:
    """The mode that costs least under the lines."""
    best = first
    for m in range(first + 1, until):
        if after and p.limited[m] != NONE:
            continue
        if lines.mode_cost[m] < lines.mode_cost[best]:
            best = m
    return best


@inner
def pull_mode(t: Tables, p: Plan, lines: Lines, pull: Floats, m: int, coupons: int) -> None:
    """How the cost of a unit in a mode changes with each slope."""
    groups, acts = t.sizes[GROUPS], t.sizes[ACTS]
    at = acts + t.sizes[COUPONS]
    piece = t.mode_piece[m]
    weight = lines.count_weight[t.mode_count[m]]
    leaves = weight * lines.join_weight[t.mode_join[m]]
    own = lines.mode_cost[m] - toll(t, p, lines, m)
    if p.limited[m] != NONE:
        pull[at + t.sizes[PIECES] + p.limited[m]] += p.toll_most[p.limited[m]]
    if weight >= 0.0 and piece != NONE:
        if p.mode_bundle[m] >= 0.0:
            pull[at + piece] -= pieced(t, p, lines, m, leaves) / max(
                _SMALL, lines.slope[at + piece]
            )
        else:
            most, part = lines.most_weight[acts], t.mode_fen[m] - p.mode_keep[m]
            before = (1.0 - lines.slope[at + piece]) * most
            pull[at + piece] -= p.mode_back[m]
            if leaves > before:
                pull[at + piece] -= most * part
                own -= before * part
    bits = t.count_bits[t.mode_count[m]] & coupons
    for c in range(t.sizes[COUPONS]):
        if bits >> c & 1:
            pull[acts + c] -= own / (1.0 - lines.slope[acts + c])
    if weight < 0.0:
        return
    for g in range(groups):
        a = t.join_act[t.mode_join[m] * groups + g]
        if a != NONE and not is_out(t, lines, a):
            pull[a] -= own / (1.0 - lines.slope[a])


@inner
def pull_of(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    pull: Floats,
    modes: Ints,
    k: int,
    coupons: int,
) -> None:
    """How the bound that was just found changes with each slope, roughly: any direction gives a bound."""
    acts, units = t.sizes[ACTS], t.sizes[UNITS]
    for i in range(len(pull)):
        pull[i] = 0.0
    last, best, after = NONE, NONE, r.state[IS_AFTER] != 0
    for u in range(units):
        m = modes[u] if u < k else best
        if u >= k and (t.unit_class[u] != last or u == k):
            last = t.unit_class[u]
            first = t.mode_from[last]
            if u > 0 and t.unit_class[u - 1] == last:
                first = modes[u - 1]
            best = cheapest_of(p, lines, first, t.mode_until[last], after)
            m = best
        pull_mode(t, p, lines, pull, m, coupons)
    for a in range(acts):
        flat = lines.flat[a]
        weight = lines.flat_weight[a]
        pull[a] += lines.where[a] * weight
        for c in range(t.sizes[COUPONS]):
            if coupons >> c & 1 and weight < 1.0:
                pull[acts + c] += flat * weight / (1.0 - lines.slope[acts + c])
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1:
            weight = lines.later_most[c] if lines.flat[acts + c] > 0.0 else lines.later_least[c]
            pull[acts + c] += lines.where[acts + c] * weight
    most, at = lines.most_weight[acts], acts + t.sizes[COUPONS]
    for x in range(t.sizes[PIECES]):
        pull[at + x] += r.piece_off[x] * most
        if lines.piece_least[x] > (1.0 - lines.slope[at + x]) * most:
            pull[at + x] += r.piece_less[x] * most
    at += t.sizes[PIECES]
    for x in range(len(t.price_limit)):
        pull[at + x] -= p.toll_most[x] * paying_most(t, p, s, x, k)


@inner
def step(t: Tables, lines: Lines, pull: Floats, length: float) -> bool:
    """Go on by a length; False where there is nowhere to go."""
    size = 0.0
    acts, pieces = t.sizes[ACTS], t.sizes[ACTS] + t.sizes[COUPONS]
    for i in range(len(pull)):
        steepest = lines.fixed[STEEPEST] if acts <= i < pieces else _STEEPEST
        at_end = (pull[i] > 0.0 and lines.slope[i] >= steepest) or (
            pull[i] < 0.0 and lines.slope[i] <= 0.0
        )
        if at_end:
            pull[i] = 0.0
        size += pull[i] * pull[i]
    if size == 0.0:
        return False
    for i in range(len(pull)):
        steepest = lines.fixed[STEEPEST] if acts <= i < pieces else _STEEPEST
        lines.slope[i] = min(steepest, max(0.0, lines.slope[i] + length / size * pull[i]))
    return True


@inner
def look_around(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    modes: Ints,
    coupons: int,
    enough: int,
) -> None:
    """Slopes to begin with when no unit is decided: each in turn is what it is or one of some others; left as soon
    as the value is `enough`. Steps from a bad place lead nowhere."""
    acts = t.sizes[ACTS]
    pieces = acts + t.sizes[COUPONS]
    prices = pieces + t.sizes[PIECES]
    best = least_paid(t, p, s, r, lines, modes, 0, coupons)
    for i in range(len(lines.slope)):
        if acts <= i < pieces and not coupons >> (i - acts) & 1:
            continue
        if i >= prices and t.price_limit[i - prices] == NONE:
            continue
        own = lines.slope[i]
        for other in _SLOPES:
            lines.slope[i] = other
            weigh(t, p, lines, coupons)
            found = least_paid(t, p, s, r, lines, modes, 0, coupons)
            if found > best:
                best, own = found, other
        lines.slope[i] = own
        if least_value(best, w) >= enough:
            break
    weigh(t, p, lines, coupons)


@inner
def flatten(t: Tables, p: Plan, lines: Lines, coupons: int) -> None:
    """No line of a coupon steeper than may be."""
    for i in range(t.sizes[ACTS], t.sizes[ACTS] + t.sizes[COUPONS]):
        lines.slope[i] = min(lines.slope[i], lines.fixed[STEEPEST])
    weigh(t, p, lines, coupons)


@inner
def begin_again(
    t: Tables, p: Plan, lines: Lines, acts_slope: float, pieces_slope: float, coupons: int
) -> None:
    """Slopes of another place to start from: coupons at 0. Next to 1 they leave so little of a unit that no other slope counts
    for anything, and steps lead nowhere."""
    acts, pieces = t.sizes[ACTS], t.sizes[ACTS] + t.sizes[COUPONS]
    tolls = pieces + t.sizes[PIECES]
    for i in range(len(lines.slope)):
        lines.slope[i] = acts_slope if i < acts else 0.0 if i < pieces else pieces_slope
        if i >= tolls:
            lines.slope[i] = TOLL_START
    weigh(t, p, lines, coupons)


@inner
def improve(
    t: Tables,
    p: Plan,
    s: Sums,
    r: Reach,
    lines: Lines,
    w: Wanted,
    pull: Floats,
    better: Floats,
    modes: Ints,
    k: int,
    coupons: int,
    steps: int,
    enough: int,
) -> float:
    """The best bound in so many steps, left as soon as the value is `enough`; the slopes it is of stay. `look` was called."""
    best = least_paid(t, p, s, r, lines, modes, k, coupons)
    for i in range(len(better)):
        better[i] = lines.slope[i]
    found, target, share = best, enough / w.scale, 1.0
    for _ in range(steps):
        if least_value(best, w) >= enough:
            return best
        pull_of(t, p, s, r, lines, pull, modes, k, coupons)
        if not step(t, lines, pull, share * (target - found)):
            break
        weigh(t, p, lines, coupons)
        found = least_paid(t, p, s, r, lines, modes, k, coupons)
        if found > best:
            best = found
            for i in range(len(better)):
                better[i] = lines.slope[i]
        else:
            share *= 0.7
    if found < best:
        for i in range(len(better)):
            lines.slope[i] = better[i]
        weigh(t, p, lines, coupons)
    return best
