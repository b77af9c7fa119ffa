"""What others had reported to them about prices, each with the number it was reported by."""

import pytest
from pydantic import ValidationError

from huitou.offer.rules.pricing import price
from huitou.offer.types.carts import (
    Cart,
    CartLine,
    Choice,
    Decision,
    PriceProof,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.documents import (
    Activity,
    BuyGet,
    Goods,
    OneOff,
    OrderOff,
    PriceOffer,
    Tier,
)
from tests.rooms.offer.compare import solve


def cart(*lines: tuple[str, int, int], shipping: int = 0) -> Cart:
    """(SKU, list price, quantity)."""
    return Cart(
        tuple(
            CartLine(at, sku, sku.upper(), quantity, list_fen)
            for at, (sku, list_fen, quantity) in enumerate(lines, start=1)
        ),
        shipping,
    )


def tiers(name: str, *of: Tier) -> UsableOffer:
    return UsableOffer(name, Activity(kind="activity", tiers=of))


def solved(bought: Cart, rules: Rules) -> PriceProof:
    found = solve(bought, rules)
    assert found.proven
    proof = found.proof
    assert price(bought, rules, proof.decision) == proof
    assert proof.payable_fen == sum(unit.paid_fen for unit in proof.units) + proof.shipping_fen
    assert all(unit.paid_fen >= 0 for unit in proof.units)
    return proof


def paid(proof: PriceProof) -> list[int]:
    return [unit.paid_fen for unit in proof.units]


def test_saleor_17453_a_percent_coupon_is_of_what_the_activity_left() -> None:
    # 40 % off by the activity, 70 % by the coupon: 30 % of 60 % is paid. Of the list price it would be free.
    bought = cart(("a", 10_000, 1))
    rules = Rules(
        (tiers("t", Tier(at_least=0, pay_bp=6_000)),),
        (UsableCoupon("c", OrderOff(kind="order_off", pay_bp=3_000)),),
    )
    given = Decision((Choice("a", 10_000, 1, activities=("t",)),), ("c",))
    assert price(bought, rules, given).payable_fen == 1_800
    assert solved(bought, rules).payable_fen == 1_800


def test_saleor_14773_a_discount_of_the_order_is_on_its_units() -> None:
    bought = cart(("a", 1_999, 1), ("b", 1_000, 2), shipping=800)
    rules = Rules(coupons=(UsableCoupon("c", OrderOff(kind="order_off", off_fen=1_000)),))
    proof = solved(bought, rules)
    assert proof.payable_fen == 3_999 - 1_000 + 800
    # 1,000 by 1,999 and twice 1,000 of 3,999: 499.87, 250.06, 250.06.
    assert paid(proof) == [1_999 - 500, 750, 750]


def test_saleor_12040_a_part_drops_the_fraction_everywhere() -> None:
    # 12 % of 5 fen is 0.6 fen: nothing is off. 12 % of 99 is 11.88: 11. The customer is never given the fraction.
    part = OrderOff(kind="order_off", pay_bp=8_800)
    for list_fen, payable in ((5, 5), (8, 8), (9, 8), (99, 88)):
        bought = cart(("a", list_fen, 1))
        by_coupon = Rules(coupons=(UsableCoupon("c", part),))
        by_activity = Rules((tiers("t", Tier(at_least=0, pay_bp=8_800)),))
        by_price = Rules((UsableOffer("p", PriceOffer(kind="price", pay_bp=8_800)),))
        for rules in (by_coupon, by_activity, by_price):
            assert solved(bought, rules).payable_fen == payable


def test_vendure_2995_a_fixed_discount_is_not_divided_by_the_quantity() -> None:
    # 100 off three: 33 each would be 99.
    bought = cart(("a", 333, 3))
    proof = solved(bought, Rules((tiers("t", Tier(at_least=999, off_fen=100)),)))
    assert proof.payable_fen == 899
    assert paid(proof) == [299, 300, 300]


def test_medusa_14934_fen_are_not_taken_for_a_part() -> None:
    bought = cart(("a", 60_000, 2))
    rules = Rules((tiers("t", Tier(at_least=1, off_fen=50_000)),))
    assert solved(bought, rules).payable_fen == 70_000
    with pytest.raises(ValidationError):
        BuyGet(kind="buy_get", buy=1, pay_bp=50_000)
    with pytest.raises(ValidationError):
        Tier(at_least=0, pay_bp=10_000)


@pytest.mark.parametrize(
    ("quantity", "free"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2), (9, 3)]
)
def test_medusa_13265_only_whole_groups_are_given(quantity: int, free: int) -> None:
    bought = cart(("a", 100, quantity))
    two_and_one = UsableOffer("g", BuyGet(kind="buy_get", buy=2))
    joined = Decision((Choice("a", 100, quantity, piece="g"),))
    assert price(bought, Rules((two_and_one,)), joined).payable_fen == (quantity - free) * 100
    assert solved(bought, Rules((two_and_one,))).payable_fen == (quantity - free) * 100


def test_medusa_8829_nothing_is_off_when_what_is_given_is_not_there() -> None:
    terms = BuyGet(kind="buy_get", goods=Goods(skus=("a",)), get_goods=Goods(skus=("b",)), buy=1)
    bought = cart(("a", 100, 2))
    rules = Rules((UsableOffer("g", terms),))
    joined = Decision((Choice("a", 100, 2, piece="g"),))
    assert price(bought, rules, joined).payable_fen == 200
    assert solved(bought, rules).payable_fen == 200


def test_medusa_9002_a_piece_does_not_earn_itself() -> None:
    same = Goods(skus=("a",))
    terms = BuyGet(kind="buy_get", goods=same, get_goods=same, buy=1)
    rules = Rules((UsableOffer("g", terms),))
    for quantity, payable in ((1, 100), (2, 100), (3, 200), (4, 200)):
        assert solved(cart(("a", 100, quantity)), rules).payable_fen == payable


def test_csdn_139183013_pieces_of_one_fen_are_never_below_zero() -> None:
    bought = cart(("a", 1, 3), ("b", 10_000, 1), ("c", 1, 1))
    rules = Rules(coupons=(UsableCoupon("c", OrderOff(kind="order_off", off_fen=9_999)),))
    proof = solved(bought, rules)
    assert proof.payable_fen == 5
    # 9,999 by 10,000 of 10,004: 9,995.0020; by 1: 0.9995 each: the four fen that are left are theirs.
    assert paid(proof) == [5, 0, 0, 0, 0]
    # More off than all cost: everything is free, nothing below.
    whole = Rules(coupons=(UsableCoupon("c", OrderOff(kind="order_off", off_fen=99_999)),))
    assert paid(solved(bought, whole)) == [0, 0, 0, 0, 0]


def test_taobao_more_than_all_off_one_piece_goes_to_the_others() -> None:
    # The coupon for one piece frees a; all of the next coupon is off b, which alone still costs something.
    bought = cart(("a", 100, 1), ("b", 80, 1))
    one = UsableCoupon("one", OneOff(kind="one_off", off_fen=150), rank=1)
    order = UsableCoupon("order", OrderOff(kind="order_off", off_fen=60), rank=2)
    proof = solved(bought, Rules(coupons=(one, order)))
    assert paid(proof) == [0, 20]
    # Three of 60 % are not 180 %: each is of what is left. 60 of 100, 24 of 40, 9 of 16 (9.6): 7 are paid.
    three = tuple(
        UsableCoupon(f"c{at}", OrderOff(kind="order_off", pay_bp=4_000)) for at in range(3)
    )
    assert solved(cart(("a", 100, 1)), Rules(coupons=three)).payable_fen == 7


def test_odoo_237624_all_off_leaves_nothing() -> None:
    bought = cart(("a", 3_333, 1), ("b", 1, 2))
    rules = Rules(coupons=(UsableCoupon("c", OrderOff(kind="order_off", pay_bp=0)),))
    proof = solved(bought, rules)
    assert proof.payable_fen == 0
    assert paid(proof) == [0, 0, 0]


def test_oscar_consume_a_unit_that_was_used_is_not_used_again() -> None:
    # Two bundles want the same two pieces: only one of them has them.
    half = BuyGet(kind="buy_get", buy=1, pay_bp=5_000)
    bought = cart(("a", 100, 2))
    rules = Rules((UsableOffer("x", half), UsableOffer("y", half)))
    assert solved(bought, rules).payable_fen == 150
