"""What `best` takes for proven, beside every decision there is: bounds at every depth under any slopes, and floors."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.base.offer_carts import random_case
from bench.base.shop_carts import shop_case
from huitou.base.compiling import ints
from huitou.offer.rules import floors
from huitou.offer.rules.bounds import add, bound
from huitou.offer.rules.coupon_sets import coupon_sets as coupon_sets_of
from huitou.offer.rules.coupon_sets import dominated
from huitou.offer.rules.grouping import less_off, most_off
from huitou.offer.rules.kernel import BASE, STEP_COLUMNS, evaluate
from huitou.offer.rules.planning import Problem, problem_of
from huitou.offer.rules.pricing import legal_coupons
from huitou.offer.rules.scouting import begin, take_up
from huitou.offer.rules.searching import is_idle, is_in_reach
from huitou.offer.rules.tables import ACTS, COUPONS, NONE, PIECES
from huitou.offer.rules.tabling import Tabled, tabled
from huitou.offer.rules.weighing import weigh
from huitou.offer.types.carts import Cart, CartLine, Rules, UsableCoupon, UsableOffer
from huitou.offer.types.documents import (
    Activity,
    Bundle,
    BuyGet,
    Goods,
    OneOff,
    OrderOff,
    PriceOffer,
    Tier,
)
from tests.rooms.offer.compare import solve

seeds = st.integers(0, 2**40)


def decisions(table: Tabled) -> Iterator[list[int]]:
    """Every legal one, as modes of the units in their order."""
    counts = Counter(table.classes)
    ways = [
        combinations_with_replacement(range(*table.spans[own]), counts[own])
        for own in range(len(table.spans))
    ]
    limits = [int(limit) for limit in table.tables.price_limit]
    for chosen in product(*ways):
        modes = [m for each in chosen for m in each]
        used = Counter(table.modes[m].price for m in modes)
        if all(limit == NONE or used[n] <= limit for n, limit in enumerate(limits)):
            yield modes


def priced(table: Tabled, modes: list[int], coupons: int) -> tuple[int, list[int]]:
    """Payable, and what each step looked at."""
    t, units = table.tables, len(table.units)
    steps = len(table.pieces) + len(table.activities) + len(table.coupons)
    notes = ints([0] * max(1, steps * STEP_COLUMNS))
    payable, _ = evaluate(
        t, ints(modes), coupons, ints([0] * units), ints([0] * (5 * units)),
        ints([0] * max(1, steps * units)), notes,
    )  # fmt: skip
    return payable, [int(notes[n * STEP_COLUMNS + BASE]) for n in range(steps)]


def all_reached(table: Tabled, bases: list[int], modes: list[int], coupons: int) -> bool:
    """Does every coupon count somebody, and enough?"""
    t, first = table.tables, len(table.pieces) + len(table.activities)
    return all(
        any(t.count_bits[t.mode_count[m]] >> c & 1 for m in modes)
        and bases[first + c] >= t.coupon_threshold[c]
        for c in range(len(table.coupons))
        if coupons >> c & 1
    )


def coupon_sets(table: Tabled, rules: Rules) -> list[int]:
    return [
        bits
        for bits in range(1 << len(table.coupons))
        if legal_coupons(rules, [x for c, x in enumerate(table.coupons) if bits >> c & 1]) is None
    ]


def lay(dice: Random, problem: Problem, n: int, bases: Sequence[int] | None = None) -> int:
    """Plan 0 becomes one at random, or that of who looks at so much, with slopes at random, often at their ends; returns its
    coupons."""
    t, q, lines = problem.table.tables, problem.plans, problem.lines
    q.set_of[0] = n
    for a in range(t.sizes[ACTS]):
        regions = range(q.region_from[a], q.region_until[a])
        q.regions[a] = dice.choice(regions)
        if bases is not None:
            base = bases[t.sizes[PIECES] + a]
            q.regions[a] = next(r for r in regions if q.region_low[r] <= base <= q.region_high[r])
    begin(t, lines, q, 0)
    if dice.random() < 0.8:
        for i in range(len(lines.slope)):
            q.slopes[i] = dice.choice((0.0, 0.1, 0.5, 0.9, 0.999, dice.random()))
    take_up(t, problem.plan, lines, q, 0)
    weigh(t, problem.plan, lines, q.sets[n])
    return q.sets[n]


def is_in_plan(problem: Problem, bases: list[int]) -> bool:
    lines, first = problem.lines, len(problem.table.pieces)
    return all(
        lines.low[a] <= bases[first + a] <= lines.high[a]
        for a in range(len(problem.table.activities))
    )


def check(problem: Problem, modes: list[int], coupons: int, payable: int) -> None:
    """No bound on the way to a decision is more than it costs, and none of its modes looks out of reach."""
    t, plan, sums, working = problem.table.tables, problem.plan, problem.sums, ints(modes)
    for k in range(len(modes) + 1):
        least = bound(t, plan, sums, problem.reach, problem.lines, working, k, coupons)
        assert least <= payable + 1e-6, (modes, k)
        if k < len(modes):
            assert is_in_reach(t, plan, sums, problem.reach, problem.lines, modes[k], k, coupons), (
                modes,
                k,
            )
            add(t, plan, sums, k, modes[k], 1)
    for k, m in enumerate(modes):
        add(t, plan, sums, k, m, -1)


@given(seeds)
@settings(max_examples=120, deadline=None)
def test_no_decision_of_a_plan_costs_less_than_a_bound(seed: int) -> None:
    """Whatever the slopes, and at every depth on the way to it."""
    dice = Random(seed)
    cart, rules = random_case(dice, decisions_max=300)
    table = tabled(cart, rules)
    problem = problem_of(table, coupon_sets(table, rules), ())
    every = list(decisions(table))
    for _ in range(6):
        coupons = lay(dice, problem, dice.randrange(len(problem.plans.sets)))
        for modes in dice.sample(every, min(40, len(every))):
            payable, bases = priced(table, modes, coupons)
            if not is_in_plan(problem, bases) or not all_reached(table, bases, modes, coupons):
                continue
            check(problem, modes, coupons, payable)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_nor_does_one_in_a_shop(seed: int) -> None:
    """With many coupons at once, each in the plan that it belongs to."""
    dice = Random(seed)
    cart, rules = shop_case(dice, lines=dice.randint(1, 5), coupons=6)
    table = tabled(cart, rules)
    sets = coupon_sets(table, rules)
    problem = problem_of(table, sets, ())
    for _ in range(40):
        chosen = [(own, dice.randrange(*table.spans[own])) for own in table.classes]
        modes = [m for _, m in sorted(chosen)]
        used = Counter(table.modes[m].price for m in modes)
        limits = [int(limit) for limit in table.tables.price_limit]
        if any(limit != NONE and used[n] > limit for n, limit in enumerate(limits)):
            continue
        for n in dice.sample(range(len(sets)), min(8, len(sets))):
            payable, bases = priced(table, modes, sets[n])
            if all_reached(table, bases, modes, sets[n]):
                lay(dice, problem, n, bases)
                check(problem, modes, sets[n], payable)


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_groups_never_take_off_more_than_is_said(seed: int) -> None:
    """Also of a few decided units, and what each of them could get for itself less what they lose together."""
    dice = Random(seed)
    kind = dice.choice(("buy_get", "bundle"))
    most = dice.choice((None, 1, 2))
    fens = [dice.choice((1, 7, 990, 3_900, dice.randint(1, 20_000))) for _ in range(5)]
    terms: BuyGet | Bundle = Bundle(kind="bundle", count=2, price_fen=fens[0], groups_max=most)
    if kind == "buy_get":
        sizes = dice.choice(((1, 1), (2, 1), (1, 2)))
        pay_bp = dice.choice((0, 5_000))
        terms = BuyGet(kind="buy_get", buy=sizes[0], get=sizes[1], pay_bp=pay_bp, groups_max=most)
    cheaper = PriceOffer(kind="price", pay_bp=dice.choice((9_000, 3_000)))
    cart = Cart(tuple(CartLine(n, f"s{n}", "A", 1, fen) for n, fen in enumerate(fens)))
    table = tabled(cart, Rules((UsableOffer("p", cheaper), UsableOffer("x", terms))))
    problem = problem_of(table, [0], ())
    t, plan, sums = table.tables, problem.plan, problem.sums
    for modes in dice.choices(list(decisions(table)), k=60):
        off = sum(int(t.mode_fen[m]) for m in modes) - priced(table, modes, 0)[0]
        alone = 0.0
        for k in range(len(modes) + 1):
            assert off <= most_off(t, plan, sums, 0, k)
            rest = sum(t.mode_fen[m] - plan.mode_keep[m] for m in modes[k:])
            if kind == "buy_get":
                assert off <= alone + rest - less_off(t, plan, sums, 0, k) + 1e-6
            if k < len(modes):
                add(t, plan, sums, k, modes[k], 1)
                alone += t.mode_fen[modes[k]] - plan.mode_keep[modes[k]]
        for k, m in enumerate(modes):
            add(t, plan, sums, k, m, -1)
        assert not any(sums.joined_count)


def test_of_three_alike_one_gives_nothing() -> None:
    """The second at half price: 6400 of two at 12800, and of a third at most what a cheaper one leaves."""
    cart = Cart((CartLine(1, "a", "A", 3, 12_800), CartLine(2, "b", "B", 1, 3_900)))
    second = BuyGet(kind="buy_get", buy=1, pay_bp=5_000)
    table = tabled(cart, Rules((UsableOffer("x", second),)))
    problem = problem_of(table, [0], ())
    t, plan, sums = table.tables, problem.plan, problem.sums
    alone, joins = 0, 1
    assert [mode.piece for mode in table.modes[:2]] == [NONE, 0]
    for k in range(3):
        add(t, plan, sums, k, joins, 1)
    assert most_off(t, plan, sums, 0, 3) == 6_400 + 1_950
    assert less_off(t, plan, sums, 0, 3) == (12_800 - 3_900) / 4
    add(t, plan, sums, 3, t.mode_from[1] + alone, 1)
    assert most_off(t, plan, sums, 0, 4) == 6_400
    assert less_off(t, plan, sums, 0, 4) == 12_800 / 4


@pytest.mark.parametrize(
    ("price", "slope", "left"),
    [
        ("flash", 0.0, [0.8, 0.8, 0.8, 10 / 14]),
        ("flash", 0.5, [0.5, 10 / 14, 10 / 14, 10 / 14]),
        (None, 0.0, [0.8, 0.5, 0.5, 0.5]),
        (None, 0.5, [0.5, 0.5, 0.5, 0.5]),
    ],
)
def test_what_coupons_leave_of_an_activity_hangs_on_who_joins_it(
    price: str | None, slope: float, left: list[float]
) -> None:
    """A half of everybody but one who pays 60 by flash: of 20 off from 100 on, the most they leave if its line is flat, the least if
    that is steep. Before anybody is decided 60 of 100 may be flash, or nothing; then it is known by and by."""
    cart = Cart((CartLine(1, "a", "A", 1, 10_000), CartLine(2, "b", "B", 2, 4_000)))
    flash = PriceOffer(kind="price", prices_fen={"a": 6_000}, limit=1)
    steps = Activity(kind="activity", tiers=(Tier(at_least=10_000, off_fen=2_000),))
    offers = (
        UsableOffer("flash", flash, allows=("price", "piece", "activity")),
        UsableOffer("steps", steps),
    )
    half = UsableCoupon("c", OrderOff(kind="order_off", pay_bp=5_000))
    table = tabled(cart, Rules(offers, (half,)))
    problem = problem_of(table, [1], ())
    t, q, lines = table.tables, problem.plans, problem.lines
    q.regions[0] = q.region_from[0] + 1
    begin(t, lines, q, 0)
    q.slopes[0] = slope
    take_up(t, problem.plan, lines, q, 0)
    wanted = NONE if price is None else 0
    modes = [
        next(m for m in range(*table.spans[0]) if table.modes[m][0::3] == (wanted, (0,))),
        *[next(m for m in range(*table.spans[1]) if table.modes[m].activities == (0,))] * 2,
    ]
    found = []
    for k in range(4):
        bound(t, problem.plan, problem.sums, problem.reach, lines, ints(modes), k, 1)
        found.append(float(lines.flat_weight[0]))
        if k < 3:
            add(t, problem.plan, problem.sums, k, modes[k], 1)
    assert found == pytest.approx(left)


@given(seeds)
@settings(max_examples=80, deadline=None)
def test_no_decision_costs_less_than_what_its_coupons_leave(seed: int) -> None:
    dice = Random(seed)
    cart, rules = random_case(dice, decisions_max=150)
    table = tabled(cart, rules)
    sets = coupon_sets(table, rules)
    plan = problem_of(table, sets, ()).plan
    for coupons in sets:
        floor = floors.floor_of(table.tables, plan, coupons)
        for modes in decisions(table):
            payable, bases = priced(table, modes, coupons)
            assert floor <= payable or not all_reached(table, bases, modes, coupons)


def test_what_coupons_leave_one_after_the_other() -> None:
    """满 269 减 33 leaves 236, 5 % off the rest of it 224.20; what is paid for one piece less is 20 less."""
    cart = Cart((CartLine(1, "a", "A", 3, 10_000),), 600)
    coupons = (
        UsableCoupon("c0", OrderOff(kind="order_off", off_fen=3_300), threshold_fen=26_900, rank=1),
        UsableCoupon("c1", OrderOff(kind="order_off", pay_bp=9_500), rank=2),
        UsableCoupon("c2", OneOff(kind="one_off", off_fen=2_000), rank=3),
    )
    table = tabled(cart, Rules(coupons=coupons))
    assert table.tables.sizes[COUPONS] == 3
    plan = problem_of(table, [0b111], ()).plan
    found = [floors.floor_of(table.tables, plan, bits) for bits in (0, 0b001, 0b011, 0b111)]
    assert found == [600, 24_200, 22_420 + 600, 20_420 + 600]


@pytest.mark.parametrize("seed", range(40))
def test_pieces_that_are_alike_beside_every_decision(seed: int) -> None:
    """Many of few products, with activities that a few of them never reach: where joining in vain only
    decides who gets an odd fen."""
    dice = Random(seed)
    cart, rules = random_case(dice, lines_max=2, coupons_max=2)
    lines = tuple(CartLine(n, x.sku, x.category, 3, x.list_fen) for n, x in enumerate(cart.lines))
    cart = Cart(lines, cart.shipping_fen)
    table = tabled(cart, rules)
    sets = coupon_sets(table, rules)
    least = None
    for modes in decisions(table):
        found = min(priced(table, modes, coupons)[0] for coupons in sets)
        least = found if least is None else min(least, found)
    best = solve(cart, rules)
    assert best.proven
    assert best.proof.payable_fen == least


def test_joining_in_vain_is_passed_over_only_where_not_joining_is_open() -> None:
    """Not for a piece whose identical one before it has joined what lies between the two: in another order another piece
    would get the odd fen."""
    near = Activity(kind="activity", tiers=(Tier(at_least=100, off_fen=1),))
    far = Activity(kind="activity", tiers=(Tier(at_least=500_000, off_fen=1),))
    rules = Rules((UsableOffer("near", near), UsableOffer("vain", far)))
    table = tabled(Cart((CartLine(1, "a", "A", 3, 1_000),)), rules)
    problem = problem_of(table, [0], ())
    q, lines = problem.plans, problem.lines
    q.regions[0] = q.region_from[0] + 1
    q.regions[1] = q.region_from[1]
    take_up(table.tables, problem.plan, lines, q, 0)
    alone, joins, vain = range(3)
    assert [table.modes[m].activities for m in range(3)] == [(NONE,), (0,), (1,)]
    found = [
        is_idle(table.tables, problem.plan, lines, m, first, 0)
        for m, first in ((vain, alone), (vain, joins), (vain, vain), (joins, alone))
    ]
    assert found == [True, False, False, False]


def coupon(name: str, ends: int | None, **fields: Any) -> UsableCoupon:
    """3 off from 20 on."""
    at = None if ends is None else datetime(2026, 12, ends, tzinfo=UTC)
    terms = OrderOff(kind="order_off", off_fen=300)
    return UsableCoupon(name, terms, threshold_fen=2_000, expires_at=at, **fields)


def test_of_coupons_that_do_the_same_one_is_looked_at() -> None:
    """The one that ends first, as long as none of them is pinned."""
    cart = Cart((CartLine(1, "a", "A", 3, 1_000), CartLine(2, "b", "B", 1, 500)))
    narrow = coupon("n", 1, goods=Goods(skus=("a",)))
    alike = (coupon("x", 3), coupon("y", 2), coupon("z", None, category="platform"))
    rules = Rules(coupons=(*alike, narrow), coupon_limits=(("store", 1),))
    table = tabled(cart, rules)
    names = [x.id for x in table.coupons]

    def found(*pinned: str) -> list[set[str]]:
        sets, is_whole = coupon_sets_of(table, rules, pinned)
        assert is_whole
        return [{x for c, x in enumerate(names) if bits >> c & 1} for bits in sets]

    assert found() == [set(), {"n"}, {"y"}, {"n", "z"}, {"y", "z"}]
    assert found("x") == [{"x"}, {"x", "z"}]
    assert solve(cart, rules).proof.decision.coupons == ("n", "z")
    assert solve(cart, rules, pinned=["x"]).proof.decision.coupons == ("x", "z")


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_set_left_out_is_never_cheaper(seed: int) -> None:
    """Whatever is decided, one of those that stay costs as little: also where thresholds are not reached."""
    cart, rules = random_case(Random(seed), decisions_max=150)
    table = tabled(cart, rules)
    sets, _ = coupon_sets_of(table, rules, ())
    out = dominated(table, sets)
    every = coupon_sets(table, rules)
    for modes in decisions(table):
        stay = min(priced(table, modes, bits)[0] for n, bits in enumerate(sets) if n not in out)
        assert stay <= min(priced(table, modes, bits)[0] for bits in every)


def test_a_set_is_left_out_for_a_better_last_coupon() -> None:
    """15 % off rather than 5 % off or 10 % off of the same; not where another comes after it, nor with less at most."""
    cart = Cart((CartLine(1, "a", "A", 3, 10_000),))

    def part(name: str, pay_bp: int, cap_fen: int | None = None, **fields: Any) -> UsableCoupon:
        terms = OrderOff(kind="order_off", pay_bp=pay_bp, cap_fen=cap_fen)
        return UsableCoupon(name, terms, threshold_fen=1_000, **fields)

    later = part("c3", 9_000, category="platform", rank=2)
    coupons = (part("c0", 9_500), part("c1", 8_500), part("c2", 8_000, 100), later)
    rules = Rules(coupons=coupons, coupon_limits=(("store", 1),))
    table = tabled(cart, rules)
    sets, _ = coupon_sets_of(table, rules, ())
    names = [x.id for x in table.coupons]
    out = [{x for c, x in enumerate(names) if sets[n] >> c & 1} for n in dominated(table, sets)]
    assert len(sets) == 8
    assert out == [{"c0"}, {"c3"}]
