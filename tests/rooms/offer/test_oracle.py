"""The oracle itself, by cases worked out by hand from docs/offers.md. Money in fen."""

import pytest

from huitou.offer.types.carts import (
    Cart,
    CartLine,
    Choice,
    Decision,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Gift,
    Goods,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
    Tier,
)
from tests.rooms.offer.oracle import Outcome, cheapest, cost
from tests.rooms.offer.oracle_legal import Refused
from tests.rooms.offer.oracle_words import shared

MEMBER = UsableOffer("member", PriceOffer(kind="price", sort="member", prices_fen={"a": 90}))


def cart(*lines: tuple[str, int, int], shipping: int = 0) -> Cart:
    """(SKU, list price, quantity); the category of every SKU is its first letter in capitals."""
    return Cart(
        tuple(
            CartLine(at, sku, sku[0].upper(), quantity, list_fen)
            for at, (sku, list_fen, quantity) in enumerate(lines, start=1)
        ),
        shipping,
    )


def activity(name: str, *tiers: Tier, **more: object) -> UsableOffer:
    terms = Activity.model_validate({"kind": "activity", "tiers": tiers, **more})
    return UsableOffer(name, terms)


def off_order(name: str, off_fen: int, threshold_fen: int = 0, rank: int = 2) -> UsableCoupon:
    terms = OrderOff(kind="order_off", off_fen=off_fen)
    return UsableCoupon(name, terms, threshold_fen=threshold_fen, rank=rank)


def decided(bought: Cart, rules: Rules, *choices: Choice, coupons: tuple[str, ...] = ()) -> Outcome:
    return cost(bought, rules, Decision(choices, coupons))


# Words


def test_shares_give_what_is_left_to_the_largest_remainders() -> None:
    # 100 by 1, 1, 1: 33.3 each; the fen that is left goes to the first of equal remainders.
    assert shared(100, [1, 1, 1]) == [34, 33, 33]
    # 100 by 1, 2: 33.3 and 66.6: the larger remainder is the second's.
    assert shared(100, [1, 2]) == [33, 67]
    # 2 by 3, 1: 1.5 and 0.5: equal remainders, the earlier gets it.
    assert shared(2, [3, 1]) == [2, 0]
    assert shared(0, [0, 0]) == [0, 0]


# What goes together


def test_tags_are_allowed_by_both_sides() -> None:
    bought = cart(("a", 100, 1))
    flash = UsableOffer(
        "flash", PriceOffer(kind="price", off_fen=50), allows=("price", "piece", "activity")
    )
    off = off_order("c", 30)
    rules = Rules((flash,), (off,))
    # The unit at 50 pays by what allows no coupon: the coupon counts nothing, and has no effect.
    assert decided(bought, rules, Choice("a", 100, 1, "flash"), coupons=("c",)).payable_fen == 50
    # At the list price it counts: 100 - 30.
    assert decided(bought, rules, Choice("a", 100, 1), coupons=("c",)).payable_fen == 70
    assert cheapest(bought, rules).payable_fen == 50


def test_what_a_unit_joins_must_go_together() -> None:
    bought = cart(("a", 100, 1))
    lonely = UsableOffer("p", PriceOffer(kind="price", off_fen=10), allows=("night",))
    day = activity("day", Tier(at_least=0, off_fen=5))
    night = UsableOffer("n", day.terms, tags=("night",))
    with pytest.raises(Refused):
        decided(bought, Rules((lonely, day)), Choice("a", 100, 1, "p", activities=("day",)))
    # With the tag it is allowed: 100 - 10 - 5.
    allowed = decided(bought, Rules((lonely, night)), Choice("a", 100, 1, "p", activities=("n",)))
    assert allowed.payable_fen == 85


def test_a_group_is_a_tag_of_its_activities() -> None:
    bought = cart(("a", 100, 1))
    one = UsableOffer("p", PriceOffer(kind="price", off_fen=10), allows=("extra",))
    extra = activity("x", Tier(at_least=0, off_fen=5), group="extra")
    assert (
        decided(
            bought, Rules((one, extra)), Choice("a", 100, 1, "p", activities=("x",))
        ).payable_fen
        == 85
    )


def test_coupons_that_exclude_each_other_or_are_too_many_are_refused() -> None:
    bought = cart(("a", 100, 1))
    alone = UsableCoupon("alone", OrderOff(kind="order_off", off_fen=9), allows=("price",))
    pair = (off_order("c1", 5), off_order("c2", 4))
    with pytest.raises(Refused):
        decided(
            bought,
            Rules(coupons=(alone, *pair)),
            Choice("a", 100, 1),
            coupons=("alone", "c1"),
        )
    limited = Rules(coupons=pair, coupon_limits=(("store", 1),))
    with pytest.raises(Refused):
        decided(bought, limited, Choice("a", 100, 1), coupons=("c1", "c2"))
    assert cheapest(bought, limited).payable_fen == 95
    assert cheapest(bought, Rules(coupons=pair)).payable_fen == 91
    # 9 in one is the same 91 with fewer coupons.
    least = cheapest(bought, Rules(coupons=(alone, *pair)))
    assert (least.payable_fen, least.coupons) == (91, 1)


def test_scopes_of_goods() -> None:
    bought = cart(("a1", 100, 1), ("a2", 100, 1), ("b1", 100, 1))
    # Category A or SKU b1, but never a2: 10 % off of a1 and b1, if 200 of them is reached.
    goods = {"skus": ["b1"], "categories": ["A"], "except_skus": ["a2"]}
    part = activity("p", Tier(at_least=200, pay_bp=9_000), goods=goods)
    joined = [Choice(sku, 100, 1, activities=("p",)) for sku in ("a1", "b1")]
    assert decided(bought, Rules((part,)), *joined, Choice("a2", 100, 1)).payable_fen == 280
    with pytest.raises(Refused):
        decided(bought, Rules((part,)), *joined, Choice("a2", 100, 1, activities=("p",)))


# Step 1


def test_a_price_offer_drops_the_fraction_of_what_is_off() -> None:
    # 5 fen less 12 %: 0.6 fen off, dropped: no less than the list price, so it applies to nobody.
    part = UsableOffer("p", PriceOffer(kind="price", pay_bp=8_800))
    with pytest.raises(Refused):
        decided(cart(("a", 5, 1)), Rules((part,)), Choice("a", 5, 1, "p"))
    # 99 less 12 %: 11.88, 11 off.
    assert decided(cart(("a", 99, 1)), Rules((part,)), Choice("a", 99, 1, "p")).payable_fen == 88


def test_the_limit_of_a_price_offer_counts_units() -> None:
    bought = cart(("a", 100, 3))
    flash = UsableOffer("f", PriceOffer(kind="price", prices_fen={"a": 40}, limit=2))
    with pytest.raises(Refused):
        decided(bought, Rules((flash,)), Choice("a", 100, 3, "f"))
    mixed = decided(bought, Rules((flash,)), Choice("a", 100, 2, "f"), Choice("a", 100, 1))
    assert mixed.payable_fen == 180
    assert cheapest(bought, Rules((flash, MEMBER))).payable_fen == 170


def test_a_price_offer_is_never_below_zero() -> None:
    off = UsableOffer("p", PriceOffer(kind="price", off_fen=100))
    with pytest.raises(Refused):
        decided(cart(("a", 99, 1)), Rules((off,)), Choice("a", 99, 1, "p"))
    assert decided(cart(("a", 100, 1)), Rules((off,)), Choice("a", 100, 1, "p")).payable_fen == 0


# Step 2


def test_buy_get_makes_whole_groups_from_the_dearest() -> None:
    bought = cart(("a", 100, 2), ("b", 70, 2), ("c", 10, 1))
    free = UsableOffer("two", BuyGet(kind="buy_get", buy=1))
    joined = [Choice("a", 100, 2, piece="two"), Choice("b", 70, 2, piece="two")]
    # (100, 100) gives 100 off, (70, 70) gives 70; the 10 stays alone.
    outcome = decided(bought, Rules((free,)), *joined, Choice("c", 10, 1, piece="two"))
    assert outcome.payable_fen == 180
    assert outcome.paid == [50, 50, 35, 35, 10]
    once = UsableOffer("two", BuyGet(kind="buy_get", buy=1, groups_max=1))
    outcome = decided(bought, Rules((once,)), *joined, Choice("c", 10, 1, piece="two"))
    assert outcome.paid == [50, 50, 70, 70, 10]


def test_buy_get_at_half_price_each_for_itself() -> None:
    # Buy 1, the next 2 at half: 15 and 5 give 7 and 2 off; 9 shared by 51, 15, 5 of 71:
    # 6.46, 1.90, 0.63: 6 + 1 + 0, the two fen left to .90 and .63.
    bought = cart(("a", 51, 1), ("b", 15, 1), ("c", 5, 1))
    half = UsableOffer("h", BuyGet(kind="buy_get", buy=1, get=2, pay_bp=5_000))
    outcome = decided(
        bought,
        Rules((half,)),
        Choice("a", 51, 1, piece="h"),
        Choice("b", 15, 1, piece="h"),
        Choice("c", 5, 1, piece="h"),
    )
    assert outcome.paid == [45, 13, 4]


def test_buy_get_from_other_goods() -> None:
    bought = cart(("a", 100, 2), ("b", 30, 1), ("b2", 20, 1))
    terms = BuyGet(
        kind="buy_get", goods=Goods(skus=("a",)), get_goods=Goods(categories=("B",)), buy=1
    )
    rules = Rules((UsableOffer("g", terms),))
    given = [Choice("b", 30, 1, piece="g", slot="get"), Choice("b2", 20, 1, piece="g", slot="get")]
    # Both a pay; 30 and 20 are free. 30 of (100, 30): 23.08, 6.92: 23 + 7. 20 of (100, 20): 16.67, 3.33.
    outcome = decided(bought, rules, Choice("a", 100, 2, piece="g"), *given)
    assert outcome.payable_fen == 200
    assert outcome.paid == [77, 83, 23, 17]
    # One bought: only the dearer of the given is free.
    one = decided(bought, rules, Choice("a", 100, 1, piece="g"), Choice("a", 100, 1), *given)
    assert one.payable_fen == 220
    with pytest.raises(Refused):
        decided(bought, rules, Choice("a", 100, 2, piece="g", slot="get"), *given)


def test_a_bundle_costs_its_price_if_that_is_less() -> None:
    bought = cart(("a", 100, 2), ("b", 30, 2))
    rules = Rules((UsableOffer("any2", Bundle(kind="bundle", count=2, price_fen=90)),))
    # (100, 100) for 90; (30, 30) is 60, less than 90 already.
    outcome = decided(
        bought, rules, Choice("a", 100, 2, piece="any2"), Choice("b", 30, 2, piece="any2")
    )
    assert outcome.paid == [45, 45, 30, 30]
    # Mixed on purpose it is no better: every group sorts the dearest first.
    assert cheapest(bought, rules).payable_fen == 150


def test_an_add_on_asks_for_other_goods() -> None:
    bought = cart(("a", 100, 1), ("b", 60, 2))
    terms = AddOn(
        kind="add_on",
        goods=Goods(skus=("b",)),
        price_fen=10,
        trigger=Goods(),
        threshold_fen=160,
    )
    rules = Rules((UsableOffer("add", terms), MEMBER))
    add = Choice("b", 60, 1, piece="add", slot="get")
    # a (100) and the b that did not join (60) are 160: one b costs 10.
    assert decided(bought, rules, Choice("a", 100, 1), add, Choice("b", 60, 1)).payable_fen == 170
    # With both joined only 100 are left: no effect.
    both = Choice("b", 60, 2, piece="add", slot="get")
    assert decided(bought, rules, Choice("a", 100, 1), both).payable_fen == 220
    # At the member price a is 90: 150 is short. So the list price is paid on purpose: 170 is less than 210.
    member = Choice("a", 100, 1, "member")
    assert decided(bought, rules, member, add, Choice("b", 60, 1)).payable_fen == 210
    assert cheapest(bought, rules).payable_fen == 170


# Step 3


def test_the_last_tier_that_is_reached_counts() -> None:
    tiers = (Tier(at_least=100, off_fen=10), Tier(at_least=200, off_fen=30))
    rules = Rules((activity("t", *tiers),))
    for price, paid in ((99, 99), (100, 90), (199, 189), (200, 170)):
        joined = Choice("a", price, 1, activities=("t",))
        assert decided(cart(("a", price, 1)), rules, joined).payable_fen == paid


def test_every_whole_threshold_counts_up_to_the_most() -> None:
    gift = Gift(sku="g", worth_fen=7, count=2)
    tier = Tier(at_least=100, off_fen=15, gifts=(gift,))
    joined = Choice("a", 330, 1, activities=("t",))
    rules = Rules((activity("t", tier, repeats=True),))
    outcome = decided(cart(("a", 330, 1)), rules, joined)
    assert (outcome.payable_fen, outcome.gifts_worth_fen) == (285, 42)  # 3 × 15, 3 × 2 × 7
    rules = Rules((activity("t", tier, repeats=True, times_max=2, cap_fen=20),))
    outcome = decided(cart(("a", 330, 1)), rules, joined)
    assert (outcome.payable_fen, outcome.gifts_worth_fen) == (310, 28)


def test_what_an_activity_looks_at() -> None:
    # A member pays 90 of 100. A threshold of 100 is reached by the list price only; two by count.
    bought = cart(("a", 100, 1))
    for measure, at_least, paid in (
        ("amount", 100, 90),
        ("entry_amount", 100, 90),
        ("amount", 90, 80),
        ("list_amount", 100, 80),
        ("count", 1, 80),
        ("count", 2, 90),
    ):
        rules = Rules((MEMBER, activity("t", Tier(at_least=at_least, off_fen=10), measure=measure)))
        joined = Choice("a", 100, 1, "member", activities=("t",))
        assert decided(bought, rules, joined).payable_fen == paid


def test_groups_come_in_their_order_and_each_sees_what_is_left() -> None:
    off = activity("off", Tier(at_least=100, off_fen=10), group="b")
    part = activity("part", Tier(at_least=100, pay_bp=5_000), group="a")
    joined = Choice("a", 100, 1, activities=("part", "off"))
    bought = cart(("a", 100, 1))
    # Named: b first. 100 - 10 = 90; the part wants 100, and gets none.
    assert decided(bought, Rules((part, off), groups=("b",)), joined).payable_fen == 90
    # Not named: by name. 100 - 50 = 50; then 100 is not reached.
    assert decided(bought, Rules((off, part), groups=()), joined).payable_fen == 50


def test_one_activity_of_a_group_for_one_unit() -> None:
    bought = cart(("a", 100, 2))
    one, other = (activity(name, Tier(at_least=100, off_fen=10)) for name in ("x", "y"))
    rules = Rules((one, other))
    with pytest.raises(Refused):
        decided(bought, rules, Choice("a", 100, 2, activities=("x", "y")))
    split = [Choice("a", 100, 1, activities=("x",)), Choice("a", 100, 1, activities=("y",))]
    assert decided(bought, rules, *split).payable_fen == 180


# Step 4


def test_a_later_coupon_sees_what_the_earlier_left() -> None:
    bought = cart(("a", 100, 1))
    joined = Choice("a", 100, 1)
    first, then = off_order("z", 20, rank=1), off_order("y", 10, threshold_fen=81)
    # After the first 80 are left; 81 are asked for.
    rules = Rules(coupons=(then, first))
    assert decided(bought, rules, joined, coupons=("y", "z")).payable_fen == 80
    # What it cost before the first coupon is 100.
    entry = UsableCoupon("y", then.terms, measure="entry_amount", threshold_fen=81)
    rules = Rules(coupons=(entry, first))
    assert decided(bought, rules, joined, coupons=("y", "z")).payable_fen == 70


def test_a_part_is_of_what_is_left_and_capped() -> None:
    bought = cart(("a", 100, 1), ("b", 55, 1))
    part = OrderOff(kind="order_off", pay_bp=6_667, cap_fen=40)
    rules = Rules(coupons=(UsableCoupon("c", part), off_order("first", 50, rank=1)))
    joined = (Choice("a", 100, 1), Choice("b", 55, 1))
    # 155 × 33.33 % = 51.66, capped at 40; by 100 and 55: 25.81 and 14.19.
    assert decided(bought, rules, *joined, coupons=("c",)).paid == [74, 41]
    # First 50 by 100, 55: 32.26, 17.74: 68 and 37 left. 105 × 33.33 % = 34.99: 34; by 68, 37: 22.02, 11.98.
    assert decided(bought, rules, *joined, coupons=("c", "first")).paid == [46, 25]


def test_one_off_takes_the_dearest_of_those_it_counts() -> None:
    bought = cart(("a", 100, 1), ("b", 95, 1))
    rules = Rules(
        (MEMBER,),
        (
            UsableCoupon("off", OneOff(kind="one_off", off_fen=200)),
            UsableCoupon("pay", OneOff(kind="one_off", pay_fen=92)),
        ),
    )
    # a costs 90 as a member, so b at 95 is the dearest; all of it is the most that goes.
    joined = (Choice("a", 100, 1, "member"), Choice("b", 95, 1))
    assert decided(bought, rules, *joined, coupons=("off",)).paid == [90, 0]
    # After it a is the dearest; 92 is no less than 90.
    assert decided(bought, rules, *joined, coupons=("off", "pay")).paid == [90, 0]
    assert decided(bought, rules, *joined, coupons=("pay",)).paid == [90, 92]


def test_a_coupon_that_counts_nothing_has_no_effect() -> None:
    bought = cart(("a", 100, 1), shipping=8)
    nothing = UsableCoupon("c", ShippingOff(kind="shipping_off"), Goods(skus=("b",)))
    rules = Rules(coupons=(nothing,))
    assert decided(bought, rules, Choice("a", 100, 1), coupons=("c",)).payable_fen == 108


# Step 5


def test_shipping_coupons_take_what_is_left_of_shipping() -> None:
    bought = cart(("a", 100, 1), shipping=10)
    six, all_of_it = (
        UsableCoupon("s6", ShippingOff(kind="shipping_off", off_fen=6)),
        UsableCoupon("s9", ShippingOff(kind="shipping_off"), threshold_fen=101),
    )
    rules = Rules(coupons=(six, all_of_it))
    joined = Choice("a", 100, 1)
    # 6 of 10 off; the other wants 101.
    assert decided(bought, rules, joined, coupons=("s6", "s9")).shipping_fen == 4
    again = UsableCoupon("s7", ShippingOff(kind="shipping_off", off_fen=6))
    outcome = decided(bought, Rules(coupons=(six, again)), joined, coupons=("s6", "s7"))
    assert (outcome.shipping_fen, outcome.taken["s7"]) == (0, 4)


def test_shipping_is_free_by_an_activity_or_a_privilege() -> None:
    bought = cart(("a", 100, 1), shipping=10)
    free = activity("free", Tier(at_least=100, free_shipping=True))
    joined = Choice("a", 100, 1, activities=("free",))
    assert decided(bought, Rules((free,)), joined).payable_fen == 100
    assert decided(bought, Rules((free,)), Choice("a", 100, 1)).payable_fen == 110
    assert decided(bought, Rules(ships_free=True), Choice("a", 100, 1)).payable_fen == 100


# The best decision


def test_the_best_takes_gifts_of_worth_before_fewer_coupons() -> None:
    bought = cart(("a", 100, 1))
    gifts = [
        activity(name, Tier(at_least=100, gifts=(Gift(sku="g", worth_fen=worth),)))
        for name, worth in (("small", 5), ("large", 9))
    ]
    least = cheapest(bought, Rules(tuple(gifts)))
    assert (least.payable_fen, least.gifts_worth_fen, least.coupons) == (100, 9, 0)
    assert least.decision.choices[0].activities == ("large",)
    # With nothing joined, with one, with the other.
    assert least.decisions == 3


def test_the_best_pays_more_for_a_piece_to_reach_a_threshold() -> None:
    # At 90 the activity is short of 100; at the list price it gives 30.
    bought = cart(("a", 100, 1))
    rules = Rules((MEMBER, activity("t", Tier(at_least=100, off_fen=30))))
    assert cheapest(bought, rules).payable_fen == 70


def test_a_decision_is_about_all_of_the_cart() -> None:
    bought = cart(("a", 100, 1), ("a", 100, 1), ("a", 80, 1))
    rules = Rules()
    whole = (Choice("a", 100, 2), Choice("a", 80, 1))
    assert decided(bought, rules, *whole).payable_fen == 280
    for wrong in (
        (Choice("a", 100, 3),),
        (Choice("a", 100, 1), Choice("a", 80, 1)),
        (*whole, Choice("b", 10, 1)),
        (Choice("a", 100, 2, piece="none"), Choice("a", 80, 1)),
    ):
        with pytest.raises(Refused):
            decided(bought, rules, *wrong)
