"""A cart, ready to be searched: what is known beforehand, and the plans there are. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from huitou.base.compiling import floats, ints, zero_floats, zero_ints
from huitou.offer.rules import floors
from huitou.offer.rules import tables as at
from huitou.offer.rules.counting import (
    coupon_least,
    coupon_left,
    groups_of,
    meets,
    pairs_of,
    within,
)
from huitou.offer.rules.dearest import Dearest, Row, dearest_of, sums_of
from huitou.offer.rules.kernel import FULL_BP, STEP_COLUMNS
from huitou.offer.rules.lines import (
    FAR,
    FIXED_SIZE,
    PARTS_A_TIER,
    REACH_STATE_SIZE,
    Lines,
    Plan,
    Reach,
    Sums,
)
from huitou.offer.rules.piecing import even_fen, group_part, piece_end, piece_most, rests
from huitou.offer.rules.scouting import SOUGHT, STATE_SIZE, Plans, Walk
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.rules.valuing import Scratch, Wanted, gifts_max_of
from huitou.offer.types.refusals import CannotUse

_PLANS_MAX = 20_000
_TIMES_MAX = 6
_STEEPEST = 0.999
"""Where slopes begin at most: at 1 there is no telling how much more would be left with less."""
_SOUGHT = 3
"""Depths of the search at which better slopes are sought."""


@dataclass(slots=True)
class Problem:
    """Everything the compiled search works on."""

    table: Tabled
    plan: Plan
    sums: Sums
    reach: Reach
    lines: Lines
    steep: Lines
    wanted: Wanted
    scratch: Scratch
    plans: Plans
    walk: Walk
    width: int


def problem_of(table: Tabled, sets: Sequence[int], pinned: Sequence[str]) -> Problem:
    t = table.plain
    units, acts, coupons = len(table.units), len(table.activities), len(table.coupons)
    steps = len(table.pieces) + acts + coupons
    slopes = steps + len(table.prices)
    width = max([until - first for first, until in table.spans], default=1)
    gifts_max = gifts_max_of(table)

    stepped = [offer.id for offer in (*table.pieces, *table.activities)]
    stepped += [coupon.id for coupon in table.coupons]
    prices = [offer.id for offer in table.prices]
    if not {*stepped, *prices}.issuperset(pinned):
        raise CannotUse()
    walk = Walk(
        zero_ints(units), zero_ints(units), zero_ints(units * width), zero_floats(units * width),
        zero_ints(units + 1), zero_ints(units + 1), zero_ints(len(t.price_limit)),
        zero_floats((units + 1) * slopes + 1), zero_floats(slopes), zero_floats(slopes),
        zero_ints(STATE_SIZE),
    )  # fmt: skip
    walk.state[SOUGHT] = _SOUGHT
    plan = _plan(table)
    return Problem(
        table=table,
        plan=plan,
        sums=Sums(
            zero_ints(acts), zero_ints(acts), zero_ints(acts), zero_ints(acts),
            zero_ints(coupons), zero_ints(coupons), zero_ints(coupons), zero_ints(len(prices)),
            zero_ints(units * len(table.pieces)), zero_ints(len(table.pieces)),
            zero_ints(len(plan.pair_count)), zero_ints(len(plan.pair_count)),
            zero_ints(units), zero_ints(units), zero_ints(acts), zero_ints(coupons), zero_ints(5 * units), ints([]),
        ),
        reach=_reach(table, plan),
        lines=_lines(table),
        steep=_lines(table),
        wanted=Wanted(
            gifts_max + 1,
            gifts_max,
            ints([stepped.index(id_) for id_ in pinned if id_ in stepped]),
            ints([prices.index(id_) for id_ in pinned if id_ in prices]),
        ),
        scratch=Scratch(
            zero_ints(units), zero_ints(5 * units), zero_ints(steps * units), zero_ints(steps * STEP_COLUMNS),
            ints([]),
        ),
        plans=_plans(table, plan, sets),
        walk=walk,
        width=width,
    )  # fmt: skip


def _reach(table: Tabled, plan: Plan) -> Reach:
    acts, coupons, pieces = len(table.activities), len(table.coupons), len(table.pieces)
    parts = len(table.tables.tier_at) * PARTS_A_TIER + coupons
    return Reach(
        zero_floats(pieces), zero_floats(pieces), zero_ints(len(plan.pair_count)), zero_ints(acts + coupons),
        zero_ints(acts), zero_floats(coupons), zero_floats(acts), zero_ints(acts + coupons), zero_floats(parts), zero_floats(parts),
        zero_floats(parts), zero_floats(parts), zero_ints(REACH_STATE_SIZE),
    )  # fmt: skip


def _lines(table: Tabled) -> Lines:
    acts, coupons = len(table.activities), len(table.coupons)
    slopes = acts + coupons + len(table.pieces) + len(table.prices)
    joins = len({mode.activities for mode in table.modes})
    return Lines(
        zero_floats(slopes), zero_floats(acts + coupons), zero_floats(acts + coupons),
        zero_ints(acts), zero_ints(acts),
        zero_floats(joins), zero_floats(len(table.plain.count_bits)),
        zero_floats(len(table.plain.count_bits)),
        zero_floats(acts + 1), zero_floats(acts), zero_floats(acts),
        zero_floats(coupons),
        zero_floats(coupons),
        zero_floats(len(table.pieces)),
        zero_ints(coupons * coupons),
        zero_ints(len(table.modes)),
        zero_floats(len(table.modes)),
        zero_floats(len(table.modes)),
        zero_floats(len(table.units) + 1),
        zero_floats(len(table.modes)),
        zero_floats(len(table.units) + 1),
        zero_floats(FIXED_SIZE),
    )  # fmt: skip


def _plans(table: Tabled, plan: Plan, sets: Sequence[int]) -> Plans:
    """Room for the plans: activities are told apart into regions, the finest last, as long as there are not too many."""
    acts = len(table.activities)
    regions = [[(0, FAR, _steepest(table, a))] for a in range(acts)]
    split = {a: _regions(table, a) for a in range(acts)}
    count = len(sets)
    for a in sorted(split, key=lambda a: len(split[a])):
        if count * len(split[a]) <= _PLANS_MAX:
            regions[a] = split[a]
            count *= len(split[a])
    ends = list(accumulate(len(each) for each in regions))
    all_regions = [region for each in regions for region in each]
    t = table.plain
    parts = [0.0 if pay_bp == NONE else _slope(pay_bp) for pay_bp in t.coupon_pay_bp]
    slopes = acts + len(table.coupons) + len(table.pieces) + len(table.prices)
    return Plans(
        ints(sets),
        _floors(table, plan, sets),
        ints([0, *ends][:-1]),
        ints(ends),
        ints([low for low, _, _ in all_regions]),
        ints([high for _, high, _ in all_regions]),
        floats([slope for _, _, slope in all_regions]),
        floats(parts),
        zero_ints(count),
        zero_ints((count + 1) * max(1, acts)),
        zero_floats(count),
        zero_floats((count + 1) * slopes),
        zero_ints(count),
    )


def _floors(table: Tabled, plan: Plan, sets: Sequence[int]) -> at.Ints:
    found = zero_ints(len(sets))
    floors.lay_floors(table.tables, plan, ints(sets), found)
    return found


def _regions(table: Tabled, a: int) -> list[tuple[int, int, float]]:
    """Below the first tier, and each tier (each time it counts, where it repeats), with a slope to begin with."""
    t = table.plain
    first, until = t.tier_from[a], t.tier_until[a]
    starts = [(t.tier_at[i], i) for i in range(first, until)]
    if t.act_repeats[a] != NONE:
        times = min(t.act_repeats[a], _TIMES_MAX)
        starts = [(n * t.tier_at[first], first) for n in range(1, times + 1)]
    found = [(0, starts[0][0] - 1, 0.0)] if starts[0][0] > 0 else []
    for n, (start, i) in enumerate(starts):
        end = starts[n + 1][0] - 1 if n + 1 < len(starts) else FAR
        pay_bp = t.tier_pay_bp[i]
        found.append((start, end, 0.0 if pay_bp == NONE else _slope(pay_bp)))
    return found


def _slope(pay_bp: int) -> float:
    return min(_STEEPEST, (FULL_BP - int(pay_bp)) / FULL_BP)


def _steepest(table: Tabled, a: int) -> float:
    """The most that is taken off in parts of what is looked at."""
    t = table.plain
    parts = [0.0]
    for i in range(t.tier_from[a], t.tier_until[a]):
        if t.tier_pay_bp[i] != NONE:
            parts.append((FULL_BP - t.tier_pay_bp[i]) / FULL_BP)
        elif t.tier_off[i] != NONE and t.act_measure[a] in (at.AMOUNT, at.ENTRY_AMOUNT):
            parts.append(min(1.0, t.tier_off[i] / max(1, t.tier_at[i])))
    return min(_STEEPEST, max(parts))


def _plan(table: Tabled) -> Plan:
    t, by = table.plain, dearest_of(table)
    pieces, acts = range(len(table.pieces)), range(len(table.activities) + 1)
    even = [even_fen(table, by, p) for p in pieces]
    most = [piece_most(table, by, p) for p in pieces]
    pairs_by = pairs_of(table)
    pairs = list(pairs_by)
    places = {pair: n for n, pair in enumerate(pairs)}
    pair_rests = [pair.rest(table) for pair in pairs_by.values()]
    return Plan(
        *_parts(table, even),
        _limited(table),
        *_suffixes(table, by.activities),
        *_suffixes(table, by.coupons),
        coupon_least(table), coupon_left(table), within(table),
        ints([max([0, *row]) for row in by.coupons]),
        ints(most),
        ints(even),
        ints([piece_end(table, by, p) for p in pieces]),
        *rests(table, by),
        floats([_toll_most(table, by, x) for x in range(len(table.prices))] or [0.0]),
        ints([n for row in by.prices for n in sums_of(table, [fen != NONE for fen in row])]),
        ints([row for _, row in pairs]),
        ints([rest[0] for rest in pair_rests]),
        ints([bisect_left(pairs, (a, NONE)) for a in acts]),
        ints([fen for rest in pair_rests for fen in rest]),
        ints([pair.limited(table) for pair in pairs_by.values()]),
        ints([
            NONE if a == NONE else places[a, count]
            for mode, count in zip(table.modes, t.mode_count, strict=True)
            for a in mode.activities
        ]),
        ints(groups_of(table)),
        ints(meets(table, pairs)),
        *_fewer(table, most),
    )  # fmt: skip


def _parts(table: Tabled, even: Sequence[int]) -> tuple[at.Floats, at.Floats, at.Floats]:
    """What a unit in each mode keeps of its price, gets back, and is of a bundle."""
    t = table.plain
    keep = [float(fen) for fen in t.mode_fen]
    back, bundle = [0.0] * len(keep), [-1.0] * len(keep)
    for m, p in enumerate(t.mode_piece):
        if p == NONE:
            continue
        if t.piece_kind[p] == at.BUNDLE:
            bundle[m] = t.piece_fen[p] / t.piece_buy[p]
        elif t.piece_kind[p] == at.ADD_ON:
            keep[m] = min(keep[m], float(t.piece_fen[p]))
        elif not t.piece_is_split[p]:
            keep[m] *= 1.0 - group_part(table, p, keep[m], even[p])
        elif t.mode_is_get[m]:
            back[m] = keep[m] * ((FULL_BP - t.piece_pay_bp[p]) / FULL_BP)
    return floats(keep), floats(back), floats(bundle)


def _fewer(table: Tabled, most: Sequence[int]) -> tuple[at.Ints, at.Ints]:
    """Each mode without its activity of each group, and without a piece offer that can take nothing off; itself where it has none.
    What may be used together may be used without one."""
    without: list[int] = []
    without_piece: list[int] = []
    for span in table.spans:
        places: dict[tuple[int, int, str, tuple[int, ...]], int]
        places = {table.modes[m]: m for m in range(*span)}
        for m in range(*span):
            price, piece, slot, acts = table.modes[m]
            for g, a in enumerate(acts):
                fewer = (*acts[:g], NONE, *acts[g + 1 :])
                without.append(m if a == NONE else places[price, piece, slot, fewer])
            is_needed = piece == NONE or most[piece]
            without_piece.append(m if is_needed else places[price, NONE, "buy", acts])
    return ints(without), ints(without_piece)


def _limited(table: Tabled) -> at.Ints:
    limits = [*table.plain.price_limit, NONE]
    return ints([x if limits[x] != NONE else NONE for x in table.plain.mode_price])


def _toll_most(table: Tabled, by: Dearest, price: int) -> float:
    """The most that a price offer with a limit saves a unit: no toll needs to be more."""
    if table.plain.price_limit[price] == NONE:
        return 0.0
    paid = zip(_listed(table), by.prices[price], strict=True)
    return float(max((listed - fen for listed, fen in paid if fen != NONE), default=0))


def _suffixes(table: Tabled, rows: Sequence[Row]) -> tuple[at.Ints, at.Ints, at.Ints]:
    """What the units from each on can add at most, a row an instrument: fen, list prices, pieces."""
    listed = _listed(table)
    fens: list[int] = []
    lists: list[int] = []
    counts: list[int] = []
    for row in rows:
        can = [fen != NONE for fen in row]
        fens += sums_of(table, [max(0, fen) for fen in row])
        lists += sums_of(table, list(map(mul, listed, can)))
        counts += sums_of(table, can)
    return ints(fens), ints(lists), ints(counts)


def _listed(table: Tabled) -> list[int]:
    """The list price of each class: who does nothing pays it."""
    return [table.plain.mode_fen[first] for first, _ in table.spans]
