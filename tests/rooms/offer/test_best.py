"""`price` and `best` beside the oracle of docs/offers.md, and what holds for every cart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.base.offer_carts import random_case
from huitou.kernel.errors import Refusal
from huitou.offer.rules.pricing import price
from huitou.offer.types.carts import (
    Best,
    Cart,
    CartLine,
    Choice,
    Decision,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.documents import OrderOff, PriceOffer
from huitou.offer.types.refusals import CannotUse, TooManyCoupons
from tests.rooms.offer.compare import (
    compare,
    gifts_worth,
    price_differences,
    random_decisions,
    solve,
    spoilt,
)
from tests.rooms.offer.oracle import Desk, cheapest, cost
from tests.rooms.offer.oracle_legal import Legal, Refused, decision_of

seeds = st.integers(0, 2**40)


def mid_case(seed: int) -> tuple[Cart, Rules, Random]:
    dice = Random(seed)
    return *random_case(dice, decisions_max=6_000), dice


def solved(cart: Cart, rules: Rules) -> Best:
    found = solve(cart, rules)
    assert found.proven
    assert found.gap_fen == 0
    return found


def reached(cart: Cart, rules: Rules) -> tuple[int, int, int]:
    """What the best decision costs, gives, and needs."""
    proof = solved(cart, rules).proof
    return proof.payable_fen, gifts_worth(proof), len(proof.decision.coupons)


# Beside the oracle


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_best_is_the_least_of_all_decisions(first: int) -> None:
    for seed in range(first, first + 20):
        result = compare(seed)
        assert not result.differences, f"seed {seed}"
        assert result.proven


@pytest.mark.parametrize("seed", [529, 1563, 3274, 14732, 30785, 402768, 300017954, 400109967])
def test_best_where_it_was_once_missed(seed: int) -> None:
    """A coupon too many where the units cost nothing, or where what needs none is found later; one a fen too dear; what
    others get off of a unit of which coupons take more than all."""
    assert not compare(seed).differences


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_price_costs_and_refuses_as_the_page_says(seed: int) -> None:
    dice = Random(seed)
    cart, rules = random_case(dice, lines_max=10, coupons_max=6, offers_max=6)
    for decision in random_decisions(dice, cart, rules, 6):
        assert not price_differences(cart, rules, decision)
        assert not price_differences(cart, rules, spoilt(dice, cart, rules, decision))


# What holds for every decision


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_proof_adds_up(seed: int) -> None:
    dice = Random(seed)
    cart, rules = random_case(dice, lines_max=10, coupons_max=6, offers_max=6)
    for decision in random_decisions(dice, cart, rules, 6):
        try:
            proof = price(cart, rules, decision)
        except Refusal:
            continue
        assert proof.list_fen == sum(line.list_fen * line.quantity for line in cart.lines)
        assert proof.payable_fen == sum(unit.paid_fen for unit in proof.units) + proof.shipping_fen
        assert 0 <= proof.shipping_fen <= cart.shipping_fen
        left = [unit.list_fen for unit in proof.units]
        for step in proof.steps:
            assert sum(share for _, share in step.by_unit) == step.off_fen
            for at, share in step.by_unit:
                assert share >= 0
                left[at] -= share
                assert left[at] >= 0
        assert left == [unit.paid_fen for unit in proof.units]
        assert cart.shipping_fen >= sum(step.shipping_off_fen for step in proof.steps)


def shuffled(dice: Random, cart: Cart, rules: Rules) -> tuple[Cart, Rules]:
    """Lines, offers and coupons in another order, lines with other numbers; groups keep theirs."""
    lines = dice.sample(cart.lines, len(cart.lines))
    numbers = dice.sample(range(1, 100), len(lines))
    return (
        replace(
            cart,
            lines=tuple(
                replace(line, line_no=number) for line, number in zip(lines, numbers, strict=True)
            ),
        ),
        replace(
            rules,
            offers=tuple(dice.sample(rules.offers, len(rules.offers))),
            coupons=tuple(dice.sample(rules.coupons, len(rules.coupons))),
        ),
    )


def piecemeal(dice: Random, cart: Cart, rules: Rules) -> tuple[Cart, Rules]:
    """Each piece on a line of its own."""
    lines: list[CartLine] = []
    for line in cart.lines:
        for _ in range(line.quantity):
            lines.append(replace(line, line_no=len(lines) + 1, quantity=1))
    return replace(cart, lines=tuple(lines)), rules


@pytest.mark.parametrize("change", [shuffled, piecemeal])
@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_how_a_cart_is_written_changes_nothing(
    change: Callable[[Random, Cart, Rules], tuple[Cart, Rules]], seed: int
) -> None:
    cart, rules, dice = mid_case(seed)
    other_cart, other_rules = change(dice, cart, rules)
    assert reached(other_cart, other_rules) == reached(cart, rules)
    for decision in random_decisions(dice, cart, rules, 4):
        turned = Decision(
            tuple(dice.sample(decision.choices, len(decision.choices))),
            tuple(dice.sample(decision.coupons, len(decision.coupons))),
        )
        try:
            proof = price(cart, rules, decision)
        except Refusal:
            with pytest.raises(Refusal):
                price(other_cart, other_rules, turned)
            continue
        again = price(other_cart, other_rules, turned)
        assert [unit.paid_fen for unit in again.units] == [unit.paid_fen for unit in proof.units]
        assert (again.payable_fen, gifts_worth(again)) == (proof.payable_fen, gifts_worth(proof))


def test_equal_choices_may_be_written_as_one() -> None:
    cart = Cart((CartLine(1, "a", "A", 3, 100),))
    one = price(cart, Rules(), Decision((Choice("a", 100, 3),)))
    many = price(cart, Rules(), Decision((Choice("a", 100, 1), Choice("a", 100, 2))))
    assert [unit.paid_fen for unit in one.units] == [unit.paid_fen for unit in many.units]


# What holds for the best


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_more_to_choose_from_never_costs_more(seed: int) -> None:
    cart, rules, _ = mid_case(seed)
    whole, worth, _ = reached(cart, rules)
    nothing = sum(line.list_fen * line.quantity for line in cart.lines) + cart.shipping_fen
    for name in [offer.id for offer in rules.offers] + [coupon.id for coupon in rules.coupons]:
        fewer = replace(
            rules,
            offers=tuple(offer for offer in rules.offers if offer.id != name),
            coupons=tuple(coupon for coupon in rules.coupons if coupon.id != name),
        )
        alone = replace(
            rules,
            offers=tuple(offer for offer in rules.offers if offer.id == name),
            coupons=tuple(coupon for coupon in rules.coupons if coupon.id == name),
        )
        payable, gifts, _ = reached(cart, fewer)
        assert (whole, -worth) <= (payable, -gifts)
        assert whole <= reached(cart, alone)[0] <= nothing
        without = solve(cart, rules, refused=(name,)).proof
        assert (without.payable_fen, gifts_worth(without)) == (payable, gifts)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_best_is_legal_and_stays_what_it_is(seed: int) -> None:
    cart, rules, _ = mid_case(seed)
    proof = solved(cart, rules).proof
    # Legal for the oracle: no unit in two activities of a group, no limit exceeded, all go together.
    assert cost(cart, rules, proof.decision).payable_fen == proof.payable_fen
    assert price(cart, rules, proof.decision) == proof
    assert solved(cart, rules).proof == proof


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_what_is_pinned_has_an_effect(seed: int) -> None:
    cart, rules, dice = mid_case(seed)
    sets = [given for given in Legal(cart, rules).coupon_sets() if given]
    if not sets:
        return
    pinned = dice.choice(sets)
    try:
        least = cheapest(cart, rules, pinned)
    except LookupError:
        with pytest.raises(CannotUse):
            solve(cart, rules, pinned=pinned)
        return
    proof = solve(cart, rules, pinned=pinned).proof
    assert set(pinned) <= set(proof.decision.coupons)
    assert (proof.payable_fen, gifts_worth(proof), len(proof.decision.coupons)) == (
        least.payable_fen,
        least.gifts_worth_fen,
        least.coupons,
    )


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_short_time_gives_a_legal_decision_and_tells_the_gap(seed: int) -> None:
    cart, rules, _ = mid_case(seed)
    found = solve(cart, rules, 1)
    least = cheapest(cart, rules)
    assert cost(cart, rules, found.proof.decision).payable_fen == found.proof.payable_fen
    assert 0 <= found.proof.payable_fen - least.payable_fen <= found.gap_fen
    assert not (found.proven and found.gap_fen)


@given(seeds)
@settings(max_examples=12, deadline=None)
def test_no_neighbour_of_the_best_of_a_large_cart_is_better(seed: int) -> None:
    """One unit does something else, or one coupon more or less is given: too many decisions to try all."""
    dice = Random(seed)
    cart, rules = random_case(dice, lines_max=12, coupons_max=8, offers_max=6)
    found = solve(cart, rules, 300)
    proof = found.proof
    desk = Desk(cart, rules)
    ways = desk.ways_in(proof.decision)
    given_now = proof.decision.coupons
    before, counts = desk.standing(ways), desk.counted(ways)
    assert desk.outcome(given_now, before, counts).payable_fen == proof.payable_fen
    least = proof.payable_fen - found.gap_fen
    for one in [coupon.id for coupon in rules.coupons]:
        turned = sorted({*given_now} ^ {one})
        try:
            desk.check_coupons(turned)
        except Refused:
            continue
        assert desk.outcome(turned, before, counts).payable_fen >= least
    for at, unit in enumerate(desk.units):
        for way in desk.ways_of(unit):
            choices = decision_of(desk.units, [*ways[:at], way, *ways[at + 1 :]], given_now)
            try:
                assert cost(cart, rules, choices).payable_fen >= least
            except Refused:
                continue


def coupon(name: str, ends: datetime | None) -> UsableCoupon:
    return UsableCoupon(name, OrderOff(kind="order_off", off_fen=10), expires_at=ends)


def test_of_equal_coupons_the_one_that_ends_sooner_is_given() -> None:
    cart = Cart((CartLine(1, "a", "A", 1, 100),))
    soon, later = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
    for coupons, given_one in (
        ((coupon("a", later), coupon("b", soon)), "b"),
        ((coupon("a", None), coupon("b", later)), "b"),
        ((coupon("b", soon), coupon("a", soon)), "a"),
        ((coupon("b", None), coupon("a", None)), "a"),
    ):
        rules = Rules(coupons=coupons, coupon_limits=(("store", 1),))
        assert solved(cart, rules).proof.decision.coupons == (given_one,)


def test_a_coupon_that_saves_nothing_is_kept() -> None:
    cart = Cart((CartLine(1, "a", "A", 1, 10),))
    rules = Rules(coupons=(coupon("a", None), coupon("b", None)))
    assert solved(cart, rules).proof.decision.coupons == ("a",)


def test_an_empty_cart_and_more_than_fits_a_number() -> None:
    assert solve(Cart((), 500), Rules()).proof.payable_fen == 500
    line = CartLine(1, "a", "x", 2, 1_000)
    coupons = [
        UsableCoupon(f"c{n:02}", OrderOff(kind="order_off", off_fen=1 + n)) for n in range(61)
    ]
    with pytest.raises(TooManyCoupons):
        solve(Cart((line,)), Rules(coupons=tuple(coupons)))
    limited = Rules(coupons=tuple(coupons[:60]), coupon_limits=(("store", 1),))
    assert solve(Cart((line,)), limited).proof.payable_fen == 2_000 - 60
    prices = [
        UsableOffer(f"p{n:02}", PriceOffer(kind="price", off_fen=1 + n, limit=1)) for n in range(70)
    ]
    assert solve(Cart((line,)), Rules(tuple(prices))).proof.payable_fen == 2_000 - 70 - 69


def test_what_cannot_have_an_effect_cannot_be_pinned() -> None:
    line = CartLine(1, "a", "x", 1, 1_000)
    coupon = UsableCoupon("c", OrderOff(kind="order_off", off_fen=1), threshold_fen=2_000)
    with pytest.raises(CannotUse):
        solve(Cart((line,)), Rules(coupons=(coupon,)), pinned=("c",))
