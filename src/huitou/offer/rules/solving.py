"""The cheapest way to buy a cart, and whether that is proven. Pure but for the clock that it is given.

Every legal set of coupons has a bound; the sets are searched in the order of their bounds until none can be
better than what was found (`searching`). A start is found by changing one thing at a time. Anytime: when time is
over the best so far is the answer, with how much cheaper anything else could be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate

from huitou.base.compiling import floats, ints
from huitou.offer.rules import bounds, searching
from huitou.offer.rules import tables as at
from huitou.offer.rules.kernel import FULL_BP, STEP_COLUMNS
from huitou.offer.rules.pricing import check, legal_coupons, proof_of
from huitou.offer.rules.searching import NODES, VALUE, Scratch, Walk, Wanted
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Mode, Tabled, tabled
from huitou.offer.types.carts import Best, Cart, Rules
from huitou.offer.types.documents import Activity
from huitou.offer.types.refusals import CannotUse

Clock = Callable[[], float]
"""Seconds, from anywhere."""

_SLICE = 500
_SETS_MAX = 4_096
_TRIED_MAX = 256
_NEVER = datetime.max.replace(tzinfo=UTC)
_TOP = 2**62


@dataclass(slots=True)
class _Problem:
    """Everything the compiled search works on."""

    table: Tabled
    plan: bounds.Plan
    sums: bounds.Sums
    lines: bounds.Lines
    wanted: Wanted
    scratch: Scratch
    walk: Walk
    width: int
    nodes: int = 0


def best(
    cart: Cart,
    rules: Rules,
    *,
    clock: Clock,
    budget_ms: int = 50,
    pinned: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Best:
    """The cheapest decision found within the budget; ties as docs/offers.md says.

    `pinned` offers and coupons have to have an effect (coupons: be given), `refused` ones are not used. Refuses
    `BadCart`, `CartTooLarge`, `CannotUse`.
    """
    check(cart)
    ends_at = clock() + budget_ms / 1_000
    table = tabled(cart, _without(rules, refused))
    problem = _problem(table, pinned)
    sets, is_whole = _coupon_sets(table, rules, pinned)
    modes, coupons, value = _start(problem, sets)
    problem.walk.state[VALUE] = _TOP if value < 0 else value
    floor = _TOP if is_whole else _root(problem, _all(table))
    roots = sorted((_root(problem, each), n) for n, each in enumerate(sets))
    for root, n in roots:
        if root >= problem.walk.state[VALUE]:
            break
        before = problem.walk.state[VALUE]
        is_over = _search(problem, sets[n], clock, ends_at)
        if problem.walk.state[VALUE] < before:
            modes, coupons = [int(m) for m in problem.walk.best], sets[n]
        if not is_over:
            floor = min(floor, root)
            break
    value = int(problem.walk.state[VALUE])
    if value >= _TOP:
        raise CannotUse()
    scale = problem.wanted.scale
    is_proven = floor // scale >= value // scale
    if is_proven:
        waiting = [sets[n] for n in sorted(n for root, n in roots if root <= value)]
        modes, coupons = _preferred(problem, waiting, modes, coupons, clock, ends_at)
    gap = 0 if is_proven else value // scale - floor // scale
    return Best(proof_of(table, modes, coupons), is_proven, gap, problem.nodes)


def _without(rules: Rules, refused: Sequence[str]) -> Rules:
    if not refused:
        return rules
    return replace(
        rules,
        offers=tuple(offer for offer in rules.offers if offer.id not in refused),
        coupons=tuple(coupon for coupon in rules.coupons if coupon.id not in refused),
    )


def _coupon_sets(table: Tabled, rules: Rules, pinned: Sequence[str]) -> tuple[list[int], bool]:
    """The legal sets as bits, those that are preferred first, and whether they are all."""
    places = {coupon.id: c for c, coupon in enumerate(table.coupons)}
    must = [places[id_] for id_ in pinned if id_ in places]
    found: list[tuple[int, ...]] = []
    waiting = [tuple(sorted(must))]
    if legal_coupons(rules, [table.coupons[c] for c in must]) is not None:
        raise CannotUse()
    is_whole = True
    while waiting:
        found += waiting
        if len(found) > _SETS_MAX:
            is_whole = False
            break
        grown = {
            tuple(sorted((*each, c)))
            for each in waiting
            for c in range(len(table.coupons))
            if c not in each and (not set(each) - set(must) or c > max(set(each) - set(must)))
        }
        waiting = [
            each
            for each in sorted(grown)
            if legal_coupons(rules, [table.coupons[c] for c in each]) is None
        ]

    def key(each: tuple[int, ...]) -> tuple[int, list[datetime], list[str]]:
        used = [table.coupons[c] for c in each]
        ends = sorted(coupon.expires_at or _NEVER for coupon in used)
        return len(used), ends, sorted(coupon.id for coupon in used)

    return [sum(1 << c for c in each) for each in sorted(found, key=key)], is_whole


def _all(table: Tabled) -> int:
    return (1 << len(table.coupons)) - 1


def _problem(table: Tabled, pinned: Sequence[str]) -> _Problem:
    t = table.tables
    units, acts, coupons = len(table.units), len(table.activities), len(table.coupons)
    steps = len(table.pieces) + acts + coupons
    width = max([until - first for first, until in table.spans], default=1)
    gifts_max = _gifts_max(table)

    def zeros(count: int) -> at.Ints:
        return ints([0] * max(1, count))

    offers = [offer.id for offer in (*table.pieces, *table.activities)]
    prices = [offer.id for offer in table.prices]
    ids = {*offers, *prices, *(coupon.id for coupon in table.coupons)}
    if not ids.issuperset(pinned):
        raise CannotUse()
    return _Problem(
        table=table,
        plan=_plan(table),
        sums=bounds.Sums(*(zeros(acts) for _ in range(4)), *(zeros(coupons) for _ in range(3))),
        lines=_lines(table),
        wanted=Wanted(
            gifts_max + 1,
            gifts_max,
            ints([offers.index(id_) for id_ in pinned if id_ in offers]),
            ints([prices.index(id_) for id_ in pinned if id_ in prices]),
        ),
        scratch=Scratch(
            zeros(units), zeros(5 * units), zeros(steps * units), zeros(steps * STEP_COLUMNS),
            ints([]),
        ),
        walk=Walk(
            zeros(units), zeros(units), zeros(units + 1), zeros(units * width),
            floats([0.0] * max(1, units * width)), zeros(units + 1), zeros(units + 1),
            zeros(len(t.price_limit)), zeros(4),
        ),
        width=width,
    )  # fmt: skip


def _lines(table: Tabled) -> bounds.Lines:
    def zeros(count: int) -> at.Floats:
        return floats([0.0] * max(1, count))

    acts, coupons = len(table.activities), len(table.coupons)
    joins = len({mode.activities for mode in table.modes})
    return bounds.Lines(
        zeros(acts), zeros(acts), zeros(coupons), zeros(coupons),
        zeros(joins), zeros(len(table.tables.count_bits)),
    )  # fmt: skip


def _gifts_max(table: Tabled) -> int:
    """The most that all gifts together can be worth."""
    listed = sum(unit.list_fen for unit in table.units)
    total = 0
    for offer in table.activities:
        activity = offer.terms
        assert isinstance(activity, Activity)
        measured = len(table.units) if activity.measure == "count" else listed
        most = 0
        for tier in activity.tiers:
            worth = sum(gift.count * gift.worth_fen for gift in tier.gifts)
            times = 1
            if activity.repeats:
                times = min(measured // tier.at_least, activity.times_max or measured)
            most = max(most, worth * times)
        total += most
    return total


def _plan(table: Tabled) -> bounds.Plan:
    t = table.tables
    keep, back, bundle = [], [], []
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
            keep[-1] = fen * (1.0 - part * t.piece_get[p] / (t.piece_buy[p] + t.piece_get[p]))
        elif mode.slot == "get":
            back[-1] = fen * part

    def joins(a: int) -> Callable[[int], bool]:
        return lambda m: a in table.modes[m].activities

    def counts(c: int) -> Callable[[int], bool]:
        return lambda m: bool(int(t.count_bits[t.mode_count[m]]) >> c & 1)

    acts = _rows([_suffixes(table, joins(a)) for a in range(len(table.activities))])
    coupons = _rows([_suffixes(table, counts(c)) for c in range(len(table.coupons))])
    dearest = [
        max(
            (int(t.mode_fen[m]) for m in range(len(table.modes)) if counts(c)(m)),
            default=0,
        )
        for c in range(len(table.coupons))
    ]
    few = [_few(table, keep, back, bundle, *span) for span in table.spans]
    ends = list(accumulate(len(each) for each in few))
    return bounds.Plan(
        floats(keep), floats(back), floats(bundle),
        ints([m for each in few for m in each]), ints([0, *ends][:-1]), ints(ends),
        *acts, *coupons, ints(dearest),
    )  # fmt: skip


def _few(
    table: Tabled,
    keep: Sequence[float],
    back: Sequence[float],
    bundle: Sequence[float],
    first: int,
    until: int,
) -> list[int]:
    """Of the modes of a class that join and count alike, the one that keeps least, and those of which that
    is not all."""
    t = table.tables
    least: dict[tuple[int, int], int] = {}
    others = []
    for m in range(first, until):
        key = int(t.mode_join[m]), int(t.mode_count[m])
        if back[m] or bundle[m] >= 0:
            others.append(m)
        elif key not in least or keep[m] < keep[least[key]]:
            least[key] = m
    return [*least.values(), *others]


def _rows(found: Sequence[list[list[int]]]) -> tuple[at.Ints, at.Ints, at.Ints]:
    """Three tables, each with a row an instrument."""
    one, two, three = (ints([value for rows in found for value in rows[n]]) for n in range(3))
    return one, two, three


def _suffixes(table: Tabled, takes_part: Callable[[int], bool]) -> list[list[int]]:
    """What the units from each on can add at most: fen, list prices, pieces."""
    most = [
        max(
            (int(table.tables.mode_fen[m]) for m in range(first, until) if takes_part(m)),
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


def _start(problem: _Problem, sets: Sequence[int]) -> tuple[list[int], int, int]:
    """A good decision, found by changing one thing at a time from several sides."""
    found: tuple[list[int], int, int] = [], 0, NONE
    for begin in _beginnings(problem.table):
        modes, coupons = begin, sets[0]
        value = NONE
        while True:
            coupons, _ = _best_set(problem, modes, sets, coupons)
            working = ints(modes)
            after = searching.descend(
                problem.table.tables, problem.wanted, problem.scratch, working,
                ints([0] * max(1, len(modes))), coupons,
            )  # fmt: skip
            modes = [int(m) for m in working]
            if after < 0 or (value >= 0 and after >= value):
                break
            value = after
        if value >= 0 and (found[2] < 0 or value < found[2]):
            found = modes, coupons, value
    return found


def _beginnings(table: Tabled) -> list[list[int]]:
    """Everybody alone at the least price; everybody who can in one offer, at the least price."""

    def cheapest(own: int, takes_part: Callable[[int], bool]) -> int:
        first, until = table.spans[own]
        wanted = [m for m in range(first, until) if takes_part(m)] or list(range(first, until))
        return min(wanted, key=lambda m: (int(table.tables.mode_fen[m]), m))

    def everybody(takes_part: Callable[[int], bool]) -> list[int]:
        by_class = [cheapest(own, takes_part) for own in range(len(table.spans))]
        return [by_class[own] for own in table.classes]

    modes = table.modes
    found = [
        everybody(lambda m: modes[m].piece == NONE and set(modes[m].activities) <= {NONE}),
        [table.spans[own][0] for own in table.classes],
    ]
    found += [everybody(partial(_joins_alone, modes, a)) for a in range(len(table.activities))]
    found += [everybody(partial(_is_in_piece, modes, p)) for p in range(len(table.pieces))]
    return found


def _joins_alone(modes: Sequence[Mode], a: int, m: int) -> bool:
    return a in modes[m].activities and modes[m].piece == NONE


def _is_in_piece(modes: Sequence[Mode], p: int, m: int) -> bool:
    return modes[m].piece == p


def _best_set(
    problem: _Problem, modes: Sequence[int], sets: Sequence[int], now: int
) -> tuple[int, int]:
    """Which coupons make these modes cheapest."""
    working = ints(modes)
    found, least = now, NONE
    for each in sets[:_TRIED_MAX]:
        value = searching.legal_value(
            problem.table.tables, problem.wanted, problem.scratch, working, each
        )
        if value >= 0 and (least < 0 or value < least):
            found, least = each, value
    return found, least


def _root(problem: _Problem, coupons: int) -> int:
    """The least value that any decision with these coupons can have."""
    payable, _ = searching.tighten(
        problem.table.tables, problem.plan, problem.sums, problem.lines, problem.wanted,
        problem.walk.modes, 0, coupons, 0, problem.walk.state[VALUE],
    )  # fmt: skip
    return int(searching.least_value(payable, problem.wanted))


def _search(problem: _Problem, coupons: int, clock: Clock, ends_at: float) -> bool:
    """Search a set to its end; False when time was over before."""
    walk = problem.walk
    walk.state[searching.DEPTH], walk.state[searching.IS_NEW] = 0, 1
    for column in (*problem.sums, walk.prices_used):
        for n in range(len(column)):
            column[n] = 0
    while True:
        before = walk.state[NODES]
        is_over = searching.search(
            problem.table.tables, problem.plan, problem.sums, problem.lines, problem.wanted,
            problem.scratch, walk, coupons, problem.width, _SLICE,
        )  # fmt: skip
        problem.nodes += int(walk.state[NODES] - before)
        if is_over or clock() >= ends_at:
            for column in problem.sums:
                for n in range(len(column)):
                    column[n] = 0
            return bool(is_over)


def _preferred(
    problem: _Problem,
    sets: Sequence[int],
    modes: list[int],
    coupons: int,
    clock: Clock,
    ends_at: float,
) -> tuple[list[int], int]:
    """Of the sets that may be as cheap, which are given in the order of preference, the first that is."""
    value = int(problem.walk.state[VALUE])
    for each in sets:
        if each == coupons:
            break
        problem.walk.state[VALUE] = value + 1
        is_over = _search(problem, each, clock, ends_at)
        if problem.walk.state[VALUE] == value:
            return [int(m) for m in problem.walk.best], each
        if not is_over:
            break
    return modes, coupons
