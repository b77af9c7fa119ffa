"""A cart, ready to be searched: what is known beforehand, and the plans there are. Pure."""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from huitou.base.compiling import floats, ints, zero_floats, zero_ints
from huitou.offer.rules import floors
from huitou.offer.rules import tables as at
from huitou.offer.rules.counting import coupon_least, coupon_left, groups_of, meets, within
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
    t = table.plain
    keep, back, bundle = [], [], []
    even = [even_fen(table, p) for p in range(len(table.pieces))]
    for m, mode in enumerate(table.modes):
        fen, p = float(t.mode_fen[m]), mode.piece
        keep.append(fen)
        back.append(0.0)
        bundle.append(-1.0)
        if p == NONE:
            continue
        part = (FULL_BP - t.piece_pay_bp[p]) / FULL_BP
        if t.piece_kind[p] == at.BUNDLE:
            bundle[-1] = t.piece_fen[p] / t.piece_buy[p]
        elif t.piece_kind[p] == at.ADD_ON:
            keep[-1] = min(fen, float(t.piece_fen[p]))
        elif not t.piece_is_split[p]:
            keep[-1] = fen * (1.0 - group_part(table, p, fen, even[p]))
        elif mode.slot == "get":
            back[-1] = fen * part

    def joins(a: int) -> Callable[[int], bool]:
        return lambda m: a in table.modes[m].activities

    def counts(c: int) -> Callable[[int], bool]:
        return lambda m: bool(t.count_bits[t.mode_count[m]] >> c & 1)

    def pays_by(x: int) -> Callable[[int], bool]:
        return lambda m: table.modes[m].price == x

    act_fen, act_list, act_count = _rows(
        [_suffixes(table, joins(a)) for a in range(len(table.activities))]
    )
    coupon_fen, coupon_list, coupon_count = _rows(
        [_suffixes(table, counts(c)) for c in range(len(table.coupons))]
    )
    _, _, price_count = _rows([_suffixes(table, pays_by(x)) for x in range(len(table.prices))])
    dearest = [
        max(
            (t.mode_fen[m] for m in range(len(table.modes)) if counts(c)(m)),
            default=0,
        )
        for c in range(len(table.coupons))
    ]
    pairs_of = _pairs(table)
    pairs = list(pairs_of)
    places = {pair: n for n, pair in enumerate(pairs)}
    pair_rests = [pair.rest(table) for pair in pairs_of.values()]
    return Plan(
        floats(keep), floats(back), floats(bundle), _limited(table),
        act_fen, act_list, act_count, coupon_fen, coupon_list, coupon_count,
        coupon_least(table), coupon_left(table), within(table), ints(dearest),
        ints([piece_most(table, p) for p in range(len(table.pieces))]),
        ints(even),
        ints([piece_end(table, p) for p in range(len(table.pieces))]),
        *rests(table),
        floats([_toll_most(table, x) for x in range(len(table.prices))] or [0.0]),
        price_count,
        ints([row for _, row in pairs]),
        ints([rest[0] for rest in pair_rests]),
        ints([bisect_left(pairs, (a, NONE)) for a in range(len(table.activities) + 1)]),
        ints([fen for rest in pair_rests for fen in rest]),
        ints([pair.limited(table) for pair in pairs_of.values()]),
        ints([
            NONE if a == NONE else places[a, t.mode_count[m]]
            for m, mode in enumerate(table.modes)
            for a in mode.activities
        ]),
        ints(groups_of(table)),
        ints(meets(table, pairs)),
        ints([each for m in range(len(table.modes)) for each in _without(table, m)]),
        ints([_without_piece(table, m) for m in range(len(table.modes))]),
    )  # fmt: skip


@dataclass(slots=True)
class _Pair:
    """Who can join an activity while such coupons count them: the most that a unit of each class costs then, and the price offers that they
    pay by."""

    fens: dict[int, int] = field(default_factory=dict)
    prices: set[int] = field(default_factory=set)

    def limited(self, table: Tabled) -> int:
        """The price offer with a limit that all of them pay by."""
        (price,) = self.prices if len(self.prices) == 1 else (NONE,)
        return price if price != NONE and table.plain.price_limit[price] != NONE else NONE

    def rest(self, table: Tabled) -> list[int]:
        """What all units from each on may cost that can be so."""
        limited = self.limited(table)
        most = len(table.units) if limited == NONE else table.plain.price_limit[limited]
        dearest: list[int] = []
        found = [0]
        for own in reversed(table.classes):
            insort(dearest, -self.fens.get(own, 0))
            found.append(-sum(dearest[:most]))
        return found[::-1]


def _pairs(table: Tabled) -> dict[tuple[int, int], _Pair]:
    """Each activity with each row of coupons, in their order."""
    found: dict[tuple[int, int], _Pair] = {}
    t = table.plain
    for own, span in enumerate(table.spans):
        for m in range(*span):
            for a in table.modes[m].activities:
                if a != NONE:
                    pair = found.setdefault((a, t.mode_count[m]), _Pair())
                    pair.fens[own] = max(pair.fens.get(own, 0), t.mode_fen[m])
                    pair.prices.add(table.modes[m].price)
    return dict(sorted(found.items()))


def _without(table: Tabled, mode: int) -> list[int]:
    """The same mode without its activity of each group; itself where it has none."""
    said = table.modes[mode]
    found = []
    for g, activity in enumerate(said.activities):
        fewer = (*said.activities[:g], NONE, *said.activities[g + 1 :])
        found.append(mode if activity == NONE else _mode_like(table, mode, activities=fewer))
    return found


def _without_piece(table: Tabled, mode: int) -> int:
    """The same mode without a piece offer that can take nothing off."""
    piece = table.modes[mode].piece
    if piece == NONE or piece_most(table, piece):
        return mode
    return _mode_like(table, mode, piece=NONE, slot="buy")


def _mode_like(table: Tabled, mode: int, **changed: Any) -> int:
    """The mode of the same class that differs in this only. What may be used together may be used without one."""
    wanted = table.modes[mode]._replace(**changed)
    (span,) = [span for span in table.spans if span[0] <= mode < span[1]]
    return next(m for m in range(*span) if table.modes[m] == wanted)


def _limited(table: Tabled) -> at.Ints:
    limits = table.plain.price_limit
    prices = (mode.price for mode in table.modes)
    return ints([x if x != NONE and limits[x] != NONE else NONE for x in prices])


def _toll_most(table: Tabled, price: int) -> float:
    """The most that a price offer with a limit saves a unit: no toll needs to be more."""
    t = table.plain
    if t.price_limit[price] == NONE:
        return 0.0
    savings = []
    for span in table.spans:
        own = [t.mode_fen[m] for m in range(*span)]
        paid = [t.mode_fen[m] for m in range(*span) if table.modes[m].price == price]
        savings.append(max(own) - min(paid) if paid else 0)
    return float(max(savings, default=0))


def _rows(found: Sequence[list[list[int]]]) -> tuple[at.Ints, at.Ints, at.Ints]:
    """Three tables, each with a row an instrument."""
    one, two, three = (ints([value for rows in found for value in rows[n]]) for n in range(3))
    return one, two, three


def _suffixes(table: Tabled, takes_part: Callable[[int], bool]) -> list[list[int]]:
    """What the units from each on can add at most: fen, list prices, pieces."""
    most = [
        max(
            (table.plain.mode_fen[m] for m in range(first, until) if takes_part(m)),
            default=NONE,
        )
        for first, until in table.spans
    ]
    sums = [[0], [0], [0]]
    for unit, own in zip(reversed(table.units), reversed(table.classes), strict=True):
        can = most[own] != NONE
        sums[0].append(sums[0][-1] + (most[own] if can else 0))
        sums[1].append(sums[1][-1] + (unit.list_fen if can else 0))
        sums[2].append(sums[2][-1] + int(can))
    return [list(reversed(each)) for each in sums]
