"""What the profiles promise whatever the cart, and what each vendor does that its cases do not ask."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huitou.offer.rules.profiles import lunar, oscar, solidus, splitting, sylius
from huitou.offer.rules.profiles.conformance import judge
from huitou.offer.types.profiles import lunar as lunar_types
from huitou.offer.types.profiles import oscar as oscar_types
from huitou.offer.types.profiles import solidus as solidus_types
from huitou.offer.types.profiles import sylius as sylius_types
from huitou.offer.types.profiles.priced import Priced
from tests.rooms.offer.vendor_cases import LINES, needs_data

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
prices = st.integers(0, 30_000)
quantities = st.integers(0, 5)
products = st.sampled_from("ABC")
percents = st.decimals(0, 100, places=1)
amounts = st.integers(0, 20_000)


def holds_together(priced: Priced) -> None:
    """Nothing below nothing, nothing dearer than it was, and parts that sum to their whole."""
    for line in priced.lines:
        assert all(0 <= off <= line.unit_price for off in line.unit_discounts)
        assert 0 <= line.units_used <= len(line.unit_discounts)
        assert 0 <= line.item_discount <= line.discount
    assert priced.shipping >= 0
    assert priced.shipping_discount >= 0
    assert priced.discount == sum(line.discount for line in priced.lines)
    assert priced.total == priced.shipping + sum(line.total for line in priced.lines)
    names = [*priced.applied, *(each.name for each in priced.refused)]
    assert len(names) == len(set(names))


def reasons(priced: Priced) -> dict[str, str]:
    return {each.name: each.reason for each in priced.refused}


# ── Splitting ──


@given(st.fractions(-1000, 1000))
def test_halves_go_away_from_zero_or_towards_it(amount: Fraction) -> None:
    up, down = splitting.half_up(amount), splitting.half_down(amount)
    if amount.denominator == 2:
        assert abs(up) == abs(amount) + Fraction(1, 2)
        assert abs(down) == abs(amount) - Fraction(1, 2)
    else:
        assert up == down == round(amount)


@given(st.integers(0, 5000), st.lists(st.integers(0, 2000), min_size=1, max_size=8))
def test_a_proportional_split_is_whole_and_near(amount: int, weights: list[int]) -> None:
    shares = splitting.by_half_down(amount, weights)
    assert sum(shares) == (amount if any(shares) else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert share >= 0
        assert weight or not share
        if sum(weights):
            assert abs(share - Fraction(amount * weight, sum(weights))) <= Fraction(3, 2)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (300, [4000, 2000, 2000], [150, 75, 75]),
        (300, [4300, 1400, 2300], [162, 52, 86]),
        (299, [4300, 1400, 2300], [161, 52, 86]),
        (299, [0], [0]),
    ],
)
def test_shares_of_sylius_own_distributor_tests(
    amount: int, weights: list[int], shares: list[int]
) -> None:
    assert splitting.by_half_down(amount, weights) == shares


@pytest.mark.parametrize(
    ("amount", "totals", "floors", "shares"),
    [
        (1200, [1000, 2000, 5000, 3000], [0, 1900, 5000, 2600], [700, 100, 0, 400]),
        (2500, [5000, 6000], [4500, 0], [500, 2000]),
        (2500, [5000, 6000], [4500, 4500], [500, 1500]),
    ],
)
def test_floors_of_sylius_own_distributor_tests(
    amount: int, totals: list[int], floors: list[int], shares: list[int]
) -> None:
    assert splitting.over_floors(amount, totals, floors, totals) == shares


def test_what_rounds_to_nothing_everywhere_is_not_given() -> None:
    assert splitting.by_half_down(1, [1, 1]) == [0, 0]
    assert splitting.by_half_down(2, [1, 1, 1]) == [0, 1, 1]


def test_a_correction_makes_nothing_dearer() -> None:
    """Sylius takes the cent that is too much from the first line even if it has none to give."""
    assert splitting.by_half_down(5, [1, 99, 99, 99]) == [0, 1, 2, 2]
    assert splitting.by_half_down(5, [0, 5, 5, 5]) == [0, 1, 2, 2]
    assert splitting.by_half_down(10, [0, 5, 5, 5]) == [0, 4, 3, 3]


@given(
    st.integers(1, 5000),
    st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 2000)), min_size=1, max_size=6),
)
def test_floors_are_kept_and_no_more_than_cents_is_lost_over_them(
    amount: int, lines: list[tuple[int, int]]
) -> None:
    totals, floors = [total for total, _ in lines], [floor for _, floor in lines]
    rooms = [max(0, total - floor) for total, floor in lines]
    granted = splitting.over_floors(amount, totals, floors, totals)
    assert all(0 <= share <= room for share, room in zip(granted, rooms, strict=True))
    assert 0 <= min(amount, sum(rooms)) - sum(granted) <= len(lines) // 2


@given(st.integers(0, 5000), st.lists(st.integers(0, 2000), min_size=1, max_size=8))
def test_a_split_from_the_last_to_the_first_is_whole(amount: int, weights: list[int]) -> None:
    shares = splitting.last_to_first(amount, weights)
    assert all(share >= 0 for share in shares)
    assert sum(shares) == (amount if sum(weights) else 0)


@given(st.integers(0, 5000), st.integers(1, 9))
def test_an_even_split_is_whole_with_the_rest_in_front(amount: int, count: int) -> None:
    shares = splitting.evenly(amount, count)
    assert sum(shares) == amount
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


# ── Sylius ──


@st.composite
def sylius_carts(draw: st.DrawFn) -> sylius_types.Cart:
    items = draw(
        st.lists(
            st.builds(
                sylius_types.Item,
                product=products,
                quantity=quantities,
                unit_price=prices,
                taxons=st.frozensets(st.sampled_from("xyz")),
                minimum_price=st.one_of(st.just(0), prices),
                is_on_sale=st.booleans(),
            ),
            max_size=4,
        )
    )
    return sylius_types.Cart(tuple(items), draw(st.one_of(st.none(), prices)))


sylius_filters = st.builds(
    sylius_types.Filter,
    products=st.frozensets(products, max_size=2),
    taxons=st.frozensets(st.sampled_from("xyz"), max_size=1),
    min_price=st.one_of(st.none(), prices),
    max_price=st.one_of(st.none(), prices),
)
sylius_rules = st.one_of(
    st.builds(sylius_types.CartQuantity, quantities),
    st.builds(sylius_types.ItemTotal, prices),
    st.builds(sylius_types.HasTaxon, st.just(frozenset("x"))),
    st.builds(sylius_types.TaxonTotal, st.just("y"), prices),
    st.builds(sylius_types.ContainsProduct, products),
)
sylius_actions = st.one_of(
    st.builds(sylius_types.OrderFixed, amounts),
    st.builds(sylius_types.OrderPercent, percents),
    st.builds(sylius_types.UnitFixed, amounts, sylius_filters),
    st.builds(sylius_types.UnitPercent, percents, sylius_filters),
    st.builds(sylius_types.ShippingPercent, percents),
)
sylius_promotions = st.lists(
    st.builds(
        sylius_types.Promotion,
        name=st.uuids().map(str),
        actions=st.lists(sylius_actions, min_size=1, max_size=2).map(tuple),
        rules=st.lists(sylius_rules, max_size=1).map(tuple),
        priority=st.integers(0, 3),
        is_exclusive=st.booleans(),
        applies_to_discounted=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda promotion: promotion.name,
)
SYLIUS = sylius_types.Context(NOW)


@settings(deadline=None)
@given(sylius_carts(), sylius_promotions)
def test_sylius_keeps_every_floor(
    cart: sylius_types.Cart, promotions: list[sylius_types.Promotion]
) -> None:
    priced = sylius.price(cart, promotions, SYLIUS)
    holds_together(priced)
    assert priced.shipping + priced.shipping_discount == (cart.shipping or 0)
    for item, line in zip(cart.items, priced.lines, strict=True):
        floor = min(item.minimum_price, item.unit_price)
        assert all(item.unit_price - off >= floor for off in line.unit_discounts)
    exclusive = {each.name for each in promotions if each.is_exclusive}
    assert not exclusive & set(priced.applied) or len(priced.applied) == 1


@settings(deadline=None)
@given(sylius_carts(), sylius_promotions, st.randoms())
def test_sylius_goes_by_priority_only(
    cart: sylius_types.Cart, promotions: list[sylius_types.Promotion], chance: Any
) -> None:
    ranked = [replace(each, priority=rank) for rank, each in enumerate(promotions)]
    shuffled = chance.sample(ranked, len(ranked))
    assert sylius.price(cart, ranked, SYLIUS) == sylius.price(cart, shuffled, SYLIUS)


@settings(deadline=None)
@given(sylius_carts(), amounts)
def test_an_order_discount_of_sylius_is_given_in_full(cart: sylius_types.Cart, amount: int) -> None:
    """Without floors, off fresh prices: all that is promised, or all that the goods cost; a cent that rounds to nothing
    on each line is lost."""
    bare = sylius_types.Cart(tuple(replace(item, minimum_price=0) for item in cart.items))
    goods = sum(item.unit_price * item.quantity for item in bare.items)
    off = sylius_types.Promotion("off", (sylius_types.OrderFixed(amount),))
    given_off = sylius.price(bare, [off], SYLIUS).discount
    assert given_off == min(amount, goods) or (not given_off and amount <= len(bare.items) // 2)


def shirt(price: int = 10_000, quantity: int = 1, **more: Any) -> sylius_types.Cart:
    return sylius_types.Cart((sylius_types.Item("shirt", quantity, price, **more),))


def off_order(amount: int, **more: Any) -> sylius_types.Promotion:
    return sylius_types.Promotion(
        more.pop("name", "off"), (sylius_types.OrderFixed(amount),), **more
    )


COUPON = sylius_types.Coupon("SANTA", usage_limit=5, per_customer_limit=2, expires_at=NOW + DAY)


@pytest.mark.parametrize(
    ("promotion", "context", "reason"),
    [
        ({"is_archived": True}, {}, "archived"),
        ({"channels": frozenset({"web"})}, {}, "channel"),
        ({"channels": frozenset({"web"})}, {"channel": "web"}, None),
        ({"starts_at": NOW}, {}, None),
        ({"starts_at": NOW + DAY}, {}, "not_started"),
        ({"ends_at": NOW}, {}, None),
        ({"ends_at": NOW - DAY}, {}, "ended"),
        ({"usage_limit": 3, "used": 3}, {}, "usage_limit"),
        ({"usage_limit": 3, "used": 2}, {}, None),
        ({"is_coupon_based": True, "coupons": (COUPON,)}, {}, "coupon"),
        ({"is_coupon_based": True, "coupons": (COUPON,)}, {"coupon_code": "santa"}, "coupon"),
        ({"is_coupon_based": True, "coupons": (COUPON,)}, {"coupon_code": "SANTA"}, None),
        (
            {"is_coupon_based": True, "coupons": (replace(COUPON, expires_at=NOW),)},
            {"coupon_code": "SANTA"},
            "coupon_expired",
        ),
        (
            {"is_coupon_based": True, "coupons": (replace(COUPON, used=5),)},
            {"coupon_code": "SANTA"},
            "coupon_usage_limit",
        ),
        (
            {"is_coupon_based": True, "coupons": (COUPON,)},
            {
                "coupon_code": "SANTA",
                "customer": sylius_types.Customer(coupon_uses={"SANTA": 2}),
            },
            "coupon_customer_limit",
        ),
        (
            {"is_coupon_based": True, "coupons": (COUPON,)},
            {
                "coupon_code": "SANTA",
                "customer": sylius_types.Customer(is_new=True, coupon_uses={"SANTA": 2}),
            },
            None,
        ),
        ({"rules": (sylius_types.NthOrder(1),)}, {}, "rule.nth_order"),
        (
            {"rules": (sylius_types.NthOrder(1),)},
            {"customer": sylius_types.Customer(is_new=True)},
            None,
        ),
        ({"rules": (sylius_types.CustomerGroup("vip"),)}, {}, "rule.customer_group"),
        (
            {"rules": (sylius_types.ShippingCountry("FR"),)},
            {"shipping_country": "DE"},
            "rule.shipping_country",
        ),
    ],
)
def test_who_may_have_a_promotion_of_sylius(
    promotion: dict[str, Any], context: dict[str, Any], reason: str | None
) -> None:
    asked = replace(SYLIUS, **context)
    priced = sylius.price(shirt(), [off_order(1000, **promotion)], asked)
    assert reasons(priced) == ({} if reason is None else {"off": reason})
    assert priced.discount == (1000 if reason is None else 0)


@pytest.mark.parametrize(
    ("operator", "at", "holds"),
    [
        (">=", 3, True), (">", 3, False), ("<=", 3, True), ("<", 3, False), ("===", 3, True),
        ("!==", 3, False), (">", 2, True), ("<", 4, True), ("!==", 4, True), ("===", 4, False),
    ],
)  # fmt: skip
def test_operators_of_sylius(operator: sylius_types.Operator, at: int, holds: bool) -> None:
    rules = sylius_types.CartQuantity(at, operator), sylius_types.ItemTotal(at * 100, operator)
    for rule in rules:
        priced = sylius.price(shirt(100, 3), [off_order(10, rules=(rule,))], SYLIUS)
        assert bool(priced.applied) == holds


def test_a_unit_percentage_of_sylius_is_of_the_price_not_of_the_rest() -> None:
    half = sylius_types.UnitPercent(Decimal(50))
    priced = sylius.price(
        shirt(10_000, 2),
        [sylius_types.Promotion("half and half", (half, half))],
        SYLIUS,
    )
    assert priced.total == 0
    priced = sylius.price(
        shirt(10_000, 2),
        [off_order(10_000, priority=1, name="first"), sylius_types.Promotion("half", (half,))],
        SYLIUS,
    )
    assert priced.lines[0].unit_discounts == (10_000, 10_000)
    assert priced.lines[0].item_discount == 10_000


def test_an_exclusive_promotion_of_sylius_is_alone_even_without_effect() -> None:
    nothing = sylius_types.Promotion(
        "nothing", (sylius_types.ShippingPercent(Decimal(100)),), is_exclusive=True
    )
    priced = sylius.price(shirt(), [off_order(1000, priority=9), nothing], SYLIUS)
    assert priced.discount == 0
    assert reasons(priced) == {"nothing": "no_effect", "off": "exclusive"}


def test_a_price_below_its_floor_stays_where_it_is() -> None:
    """Sylius would lift it to the floor."""
    priced = sylius.price(shirt(3000, minimum_price=4500), [off_order(1000)], SYLIUS)
    assert priced.total == 3000


def test_percentages_of_sylius_round_halves_up() -> None:
    quarter = sylius_types.Promotion("quarter", (sylius_types.OrderPercent(Decimal(25)),))
    assert sylius.price(shirt(10), [quarter], SYLIUS).discount == 3
    shipped = sylius_types.Promotion("ship", (sylius_types.ShippingPercent(Decimal("12.5")),))
    cart = replace(shirt(), shipping=100)
    assert sylius.price(cart, [shipped], SYLIUS).shipping_discount == 13


# ── Oscar ──

oscar_ranges = st.one_of(st.none(), st.frozensets(products, min_size=1))
limits = st.one_of(st.none(), st.integers(1, 3))
oscar_offers = st.lists(
    st.builds(
        oscar_types.Offer,
        name=st.uuids().map(str),
        condition=st.one_of(
            st.builds(oscar_types.CountCondition, st.integers(1, 4), oscar_ranges),
            st.builds(oscar_types.ValueCondition, st.integers(1, 20_000), oscar_ranges),
            st.builds(oscar_types.CoverageCondition, st.integers(1, 3), oscar_ranges),
        ),
        benefit=st.one_of(
            st.builds(oscar_types.PercentageBenefit, percents, limits, oscar_ranges),
            st.builds(oscar_types.AbsoluteBenefit, amounts, limits, oscar_ranges),
            st.builds(oscar_types.FixedUnitBenefit, amounts, limits, oscar_ranges),
            st.builds(oscar_types.FixedPriceBenefit, amounts),
            st.builds(oscar_types.MultibuyBenefit, oscar_ranges),
            st.builds(oscar_types.ShippingPercentageBenefit, percents),
            st.builds(oscar_types.ShippingAbsoluteBenefit, amounts),
            st.builds(oscar_types.ShippingFixedPriceBenefit, amounts),
        ),
        priority=st.integers(0, 3),
        is_exclusive=st.booleans(),
        max_basket_applications=limits,
    ),
    max_size=3,
    unique_by=lambda offer: offer.name,
)
oscar_baskets = st.builds(
    oscar_types.Basket,
    st.lists(
        st.builds(oscar_types.Line, products, quantities, prices, st.booleans()), max_size=4
    ).map(tuple),
    amounts,
)
OSCAR = oscar_types.Context(NOW)


@example(
    oscar_types.Basket(
        (oscar_types.Line("A", 1, 240, True), oscar_types.Line("A", 2, 934, True)), 0
    ),
    [
        oscar_types.Offer(
            "one", oscar_types.CountCondition(2, None), oscar_types.AbsoluteBenefit(1174, 2, None)
        )
    ],
)
@settings(deadline=None)
@given(oscar_baskets, oscar_offers)
def test_oscar_never_goes_below_nothing(
    basket: oscar_types.Basket, offers: list[oscar_types.Offer]
) -> None:
    priced = oscar.price(basket, offers, OSCAR)
    holds_together(priced)
    assert priced.shipping + priced.shipping_discount == basket.shipping
    for own, line in zip(basket.lines, priced.lines, strict=True):
        assert own.is_discountable or not line.discount


@settings(deadline=None)
@given(oscar_baskets, oscar_offers)
def test_oscar_goes_by_priority_only(
    basket: oscar_types.Basket, offers: list[oscar_types.Offer]
) -> None:
    ranked = [replace(each, priority=rank) for rank, each in enumerate(offers)]
    results = [oscar.price(basket, order, OSCAR) for order in permutations(ranked)]
    assert all(result == results[0] for result in results)


@settings(deadline=None)
@given(oscar_baskets, amounts)
def test_an_absolute_discount_of_oscar_is_given_up_to_a_cent_a_line(
    basket: oscar_types.Basket, amount: int
) -> None:
    """Shares are rounded down, and the rest may be more than the last line costs."""
    always = oscar_types.Offer(
        "off", oscar_types.CountCondition(1), oscar_types.AbsoluteBenefit(amount)
    )
    goods = sum(line.unit_price * line.quantity for line in basket.lines if line.is_discountable)
    lost = min(amount, goods) - oscar.price(basket, [always], OSCAR).discount
    assert 0 <= lost < max(1, len(basket.lines))


def oscar_line(price: int, quantity: int, product: str = "A") -> oscar_types.Line:
    return oscar_types.Line(product, quantity, price)


def off_each(amount: int, name: str = "off", **more: Any) -> oscar_types.Offer:
    condition = more.pop("condition", oscar_types.CountCondition(1))
    return oscar_types.Offer(name, condition, oscar_types.FixedUnitBenefit(amount), **more)


def of_oscar(
    lines: Sequence[oscar_types.Line], offers: Sequence[oscar_types.Offer], **context: Any
) -> Priced:
    return oscar.price(oscar_types.Basket(tuple(lines)), offers, replace(OSCAR, **context))


def test_an_absolute_discount_of_oscar_divides_first() -> None:
    """As Oscar 4.2 does: 3.00 over 10.00 and 20.00."""
    lines = [oscar_line(2000, 1, "B"), oscar_line(500, 2)]
    off = oscar_types.Offer("off", oscar_types.CountCondition(1), oscar_types.AbsoluteBenefit(300))
    assert [line.discount for line in of_oscar(lines, [off]).lines] == [201, 99]


def test_a_count_of_oscar_uses_up_pieces_that_it_cannot_take() -> None:
    """As Oscar 4.2 does: the fourth A belongs to nobody, and the condition goes on to C for its piece."""
    lines = [oscar_line(237, 2, "D"), oscar_line(2000, 4), oscar_line(500, 2, "C")]
    first = oscar_types.Offer(
        "first",
        oscar_types.CountCondition(2),
        oscar_types.FixedUnitBenefit(214, 1, frozenset("A")),
        priority=2,
        max_basket_applications=3,
    )
    second = oscar_types.Offer(
        "second",
        oscar_types.CountCondition(2),
        oscar_types.MultibuyBenefit(),
        is_exclusive=False,
        max_basket_applications=1,
    )
    priced = of_oscar(lines, [first, second])
    assert [line.discount for line in priced.lines] == [237, 642, 0]
    assert [line.units_used for line in priced.lines] == [1, 4, 1]


def test_an_offer_of_oscar_that_would_go_on_for_ever_ends() -> None:
    """The cheapest piece is used up by an exclusive offer; it is given again and again, and costs nothing from the first time."""
    taken = off_each(100, "taken", condition=oscar_types.CountCondition(1, frozenset("A")))
    taken = replace(taken, benefit=oscar_types.FixedUnitBenefit(100, range=frozenset("A")))
    again = oscar_types.Offer(
        "again",
        oscar_types.CoverageCondition(1),
        oscar_types.MultibuyBenefit(),
        is_exclusive=False,
    )
    priced = of_oscar([oscar_line(500, 1), oscar_line(900, 1, "C")], [taken, again])
    assert [line.discount for line in priced.lines] == [500, 0]
    assert priced.applied == ("taken", "again")


def test_exclusive_offers_of_oscar_keep_off_each_others_pieces() -> None:
    one = oscar_types.Offer(
        "one", oscar_types.CountCondition(1), oscar_types.AbsoluteBenefit(100, 1), priority=2
    )
    rest = off_each(50, "rest", priority=1)
    priced = of_oscar([oscar_line(1000, 3)], [rest, replace(one, max_basket_applications=1)])
    assert priced.discount == 100 + 2 * 50
    assert priced.applied == ("one", "rest")
    loose = of_oscar([oscar_line(1000, 3)], [replace(rest, is_exclusive=False), one])
    assert loose.applied == ("one",)
    assert reasons(loose) == {"rest": "condition"}


def test_offers_of_oscar_that_are_not_exclusive_meet_on_a_line() -> None:
    first, second = (off_each(1500, name, is_exclusive=False) for name in ("first", "second"))
    priced = of_oscar([oscar_line(2000, 1)], [first, second])
    assert priced.applied == ("first", "second")
    assert priced.total == 0


def test_combinations_of_oscar_allow_what_they_name() -> None:
    first = off_each(100, "first", is_exclusive=False, combinations=frozenset({"second"}))
    second, third = (off_each(100, name, is_exclusive=False) for name in ("second", "third"))
    priced = of_oscar([oscar_line(1000, 1)], [first, second, third])
    assert priced.applied == ("first", "second")
    assert priced.discount == 200


def test_a_condition_of_oscar_on_other_products_is_met_once() -> None:
    """Reported on Oscar's mailing list: three of the one, two of the other, `freq` 1."""
    offer = oscar_types.Offer(
        "off",
        oscar_types.CountCondition(2, frozenset("A")),
        oscar_types.AbsoluteBenefit(300, range=frozenset("B")),
    )
    priced = of_oscar([oscar_line(1000, 3), oscar_line(1000, 2, "B")], [offer])
    assert priced.discount == 300


@pytest.mark.parametrize(
    ("offer", "context", "reason"),
    [
        ({"is_suspended": True}, {}, "suspended"),
        ({"starts_at": NOW + DAY}, {}, "not_started"),
        ({"ends_at": NOW - DAY}, {}, "ended"),
        ({"voucher": "V"}, {}, "voucher"),
        ({"voucher": "V"}, {"vouchers": frozenset("V")}, None),
        ({"max_global_applications": 4, "num_applications": 4}, {}, "applications"),
        ({"max_user_applications": 1, "num_user_applications": 1}, {}, None),
        (
            {"max_user_applications": 1, "num_user_applications": 1},
            {"is_known_user": True},
            "applications",
        ),
        ({"max_discount": 500, "total_discount": 500}, {}, "applications"),
        ({"max_discount": 500, "total_discount": 499}, {}, None),
        ({"condition": oscar_types.CountCondition(2)}, {}, "condition"),
    ],
)
def test_who_may_have_an_offer_of_oscar(
    offer: dict[str, Any], context: dict[str, Any], reason: str | None
) -> None:
    priced = of_oscar([oscar_line(1000, 1)], [off_each(100, **offer)], **context)
    assert reasons(priced) == ({} if reason is None else {"off": reason})


@pytest.mark.parametrize(
    ("benefit", "charge", "left"),
    [
        (oscar_types.ShippingPercentageBenefit(Decimal(50)), 1001, 501),
        (oscar_types.ShippingPercentageBenefit(Decimal(50)), 1003, 501),
        (oscar_types.ShippingAbsoluteBenefit(300), 200, 0),
        (oscar_types.ShippingFixedPriceBenefit(300), 1000, 300),
        (oscar_types.ShippingFixedPriceBenefit(300), 200, 200),
    ],
)
def test_shipping_of_oscar(benefit: oscar_types.ShippingBenefit, charge: int, left: int) -> None:
    """Percentages round halves to the even cent. The condition's pieces are used up."""
    offer = oscar_types.Offer("ship", oscar_types.CountCondition(2), benefit)
    basket = oscar_types.Basket((oscar_line(1000, 3),), charge)
    priced = oscar.price(basket, [offer], OSCAR)
    assert priced.shipping == left
    assert priced.lines[0].units_used == 2


def test_coverage_of_oscar_counts_products_not_pieces() -> None:
    offer = oscar_types.Offer(
        "two kinds", oscar_types.CoverageCondition(2), oscar_types.MultibuyBenefit()
    )
    assert of_oscar([oscar_line(1000, 4)], [offer]).discount == 0
    priced = of_oscar([oscar_line(1000, 4), oscar_line(300, 1, "B")], [offer])
    assert priced.discount == 300
    assert [line.units_used for line in priced.lines] == [1, 1]


# ── Solidus ──

solidus_calculators = st.one_of(
    st.builds(solidus_types.FlatRate, amounts),
    st.builds(solidus_types.FlexiRate, amounts, amounts, st.integers(0, 4)),
    st.builds(solidus_types.Percent, percents),
    st.builds(solidus_types.PercentWithCap, percents, amounts),
    st.builds(solidus_types.DistributedAmount, amounts),
    st.builds(solidus_types.TieredFlatRate, amounts, st.just(((5000, 700), (100, 30)))),
    st.builds(solidus_types.TieredPercent, percents, st.just(((5000, Decimal(30)),))),
    st.builds(solidus_types.TieredPercentOnQuantity, percents, st.just(((3, Decimal(40)),))),
)
solidus_conditions = st.lists(
    st.one_of(
        st.builds(solidus_types.ItemTotal, prices, st.sampled_from(["gt", "gte"]), st.booleans()),
        st.builds(solidus_types.MinimumQuantity, st.integers(1, 4)),
        st.builds(
            solidus_types.ProductIs,
            st.frozensets(products),
            st.sampled_from(["any", "all", "none", "only"]),
        ),
        st.builds(
            solidus_types.LineHas,
            products=st.frozensets(products),
            policy=st.sampled_from(["include", "exclude"]),
        ),
    ),
    max_size=2,
).map(tuple)
solidus_promotions = st.lists(
    st.builds(
        solidus_types.Promotion,
        name=st.uuids().map(str),
        benefits=st.lists(
            st.one_of(
                st.builds(solidus_types.AdjustLineItem, solidus_calculators, solidus_conditions),
                st.builds(
                    solidus_types.AdjustLineItemQuantityGroups,
                    solidus_calculators,
                    st.integers(1, 3),
                    solidus_conditions,
                ),
                st.builds(solidus_types.AdjustShipment, solidus_calculators, solidus_conditions),
            ),
            min_size=1,
            max_size=2,
        ).map(tuple),
        lane=st.sampled_from(["pre", "default", "post"]),
    ),
    max_size=3,
    unique_by=lambda promotion: promotion.name,
)
solidus_orders = st.builds(
    solidus_types.Order,
    st.lists(st.builds(solidus_types.Line, products, quantities, prices), max_size=4).map(tuple),
    st.lists(st.builds(solidus_types.Shipment, st.just("post"), prices), max_size=2).map(tuple),
)
SOLIDUS = solidus_types.Context(NOW)


@settings(deadline=None)
@given(solidus_orders, solidus_promotions)
def test_solidus_never_goes_below_nothing_in_whatever_order(
    order: solidus_types.Order, promotions: list[solidus_types.Promotion]
) -> None:
    priced = solidus.price(order, promotions, SOLIDUS)
    holds_together(priced)
    cost = sum(shipment.cost for shipment in order.shipments)
    assert priced.shipping + priced.shipping_discount == cost
    for other in permutations(promotions):
        again = solidus.price(order, other, SOLIDUS)
        assert (again.lines, again.shipping) == (priced.lines, priced.shipping)


@settings(deadline=None)
@given(solidus_orders, solidus_promotions)
def test_a_lane_of_solidus_gives_each_line_its_best(
    order: solidus_types.Order, promotions: list[solidus_types.Promotion]
) -> None:
    lane = [replace(each, lane="default") for each in promotions]
    alone = [solidus.price(order, [each], SOLIDUS) for each in lane]
    together = solidus.price(order, lane, SOLIDUS)
    for place, line in enumerate(together.lines):
        assert line.discount == max((each.lines[place].discount for each in alone), default=0)


@settings(deadline=None)
@given(solidus_orders, amounts)
def test_a_distributed_amount_of_solidus_is_given_in_full(
    order: solidus_types.Order, amount: int
) -> None:
    goods = sum(line.unit_price * line.quantity for line in order.lines)
    benefit = solidus_types.AdjustLineItem(solidus_types.DistributedAmount(amount))
    spread = solidus_types.Promotion("spread", (benefit,))
    assert solidus.price(order, [spread], SOLIDUS).discount == min(amount, goods)


def taking(percent: int, name: str, *conditions: Any, **more: Any) -> solidus_types.Promotion:
    benefit = solidus_types.AdjustLineItem(
        solidus_types.Percent(Decimal(percent)), tuple(conditions)
    )
    return solidus_types.Promotion(name, (benefit,), **more)


def solidus_order(**more: Any) -> solidus_types.Order:
    line = solidus_types.Line("A", 2, 5000, frozenset({"shirts", "clothes"}))
    return solidus_types.Order((line,), **more)


def test_lanes_of_solidus_follow_one_another_on_what_is_left() -> None:
    lanes = [
        taking(10, "post", lane="post"),
        taking(20, "default"),
        taking(15, "worse"),
        taking(50, "pre", lane="pre"),
    ]
    priced = solidus.price(solidus_order(), lanes, SOLIDUS)
    assert priced.total == 3600
    assert priced.applied == ("pre", "default", "post")
    assert reasons(priced) == {"worse": "not_chosen"}


def test_of_two_equal_discounts_solidus_chooses_the_later() -> None:
    priced = solidus.price(solidus_order(), [taking(10, "one"), taking(10, "two")], SOLIDUS)
    assert priced.applied == ("two",)


USER = solidus_types.User(
    "u1", frozenset({"vip"}), 2, NOW - 400 * DAY, used_promotions=frozenset({"used"})
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (solidus_types.ItemTotal(10_000), False),
        (solidus_types.ItemTotal(10_000, "gte"), True),
        (solidus_types.MinimumQuantity(2), True),
        (solidus_types.MinimumQuantity(3), False),
        (solidus_types.NthOrder(3), True),
        (solidus_types.NthOrder(2), False),
        (solidus_types.FirstOrder(), False),
        (solidus_types.FirstRepeatPurchaseSince(365), True),
        (solidus_types.FirstRepeatPurchaseSince(500), False),
        (solidus_types.OneUsePerUser(), True),
        (solidus_types.UserLoggedIn(), True),
        (solidus_types.UserIs(frozenset({"u2"})), False),
        (solidus_types.UserRole(frozenset({"vip", "staff"})), True),
        (solidus_types.UserRole(frozenset({"vip", "staff"}), "all"), False),
        (solidus_types.StoreIs(frozenset({"online"})), True),
        (solidus_types.ProductIs(frozenset("AB")), True),
        (solidus_types.ProductIs(frozenset("AB"), "all"), False),
        (solidus_types.ProductIs(frozenset("A"), "none"), False),
        (solidus_types.ProductIs(frozenset("AB"), "only"), True),
        (solidus_types.TaxonIs(frozenset({"clothes"})), True),
        (solidus_types.TaxonIs(frozenset({"mugs"})), False),
        (solidus_types.OrderHas(taxons=frozenset({"mugs"}), policy="none"), True),
        (solidus_types.OrderHas(products=frozenset("B")), False),
        (solidus_types.LineHas(taxons=frozenset({"shirts"}), policy="exclude"), False),
    ],
)
def test_conditions_of_solidus(condition: solidus_types.Condition, holds: bool) -> None:
    context = replace(SOLIDUS, user=USER, store="online")
    priced = solidus.price(solidus_order(), [taking(10, "ten", condition)], context)
    assert priced.discount == (1000 if holds else 0)


def test_strangers_of_solidus() -> None:
    first, used = taking(10, "first", solidus_types.FirstOrder()), solidus_types.OneUsePerUser()
    assert solidus.price(solidus_order(), [first], SOLIDUS).discount == 1000
    known = replace(SOLIDUS, guest_orders=1)
    assert solidus.price(solidus_order(), [first], known).discount == 0
    assert solidus.price(solidus_order(), [taking(10, "used", used)], SOLIDUS).discount == 0
    user = replace(SOLIDUS, user=USER)
    assert solidus.price(solidus_order(), [taking(10, "used", used)], user).discount == 0


@pytest.mark.parametrize(
    ("promotion", "reason"),
    [
        ({"code": "X"}, "code"),
        ({"code": "SUMMER"}, None),
        ({"starts_at": NOW}, "not_started"),
        ({"expires_at": NOW}, "expired"),
        ({"usage_limit": 1, "used": 1}, "usage_limit"),
        ({"code": "SUMMER", "per_code_usage_limit": 1, "code_used": 1}, "code_usage_limit"),
    ],
)
def test_when_a_promotion_of_solidus_is_on(promotion: dict[str, Any], reason: str | None) -> None:
    context = replace(SOLIDUS, codes=frozenset({"SUMMER"}))
    priced = solidus.price(solidus_order(), [taking(10, "ten", **promotion)], context)
    assert reasons(priced) == ({} if reason is None else {"ten": reason})


def test_shipping_and_a_later_lanes_condition_of_solidus() -> None:
    order = solidus_order(
        shipments=(solidus_types.Shipment("ups", 1000), solidus_types.Shipment("post", 500))
    )
    ups = solidus_types.ShippingMethod(frozenset({"ups"}))
    free = solidus_types.AdjustShipment(solidus_types.Percent(Decimal(100)), (ups,))
    promotions = [
        solidus_types.Promotion("free ups", (free,)),
        taking(50, "half", lane="pre"),
        taking(10, "large", solidus_types.ItemTotal(9000, is_discounted=True)),
        taking(10, "was large", solidus_types.ItemTotal(9000), lane="post"),
    ]
    priced = solidus.price(order, promotions, SOLIDUS)
    assert (priced.shipping, priced.shipping_discount) == (500, 1000)
    assert priced.discount == 5000 + 500
    assert reasons(priced) == {"large": "condition"}


# ── Lunar ──

lunar_goods = st.builds(
    lunar_types.Goods, st.frozensets(products), st.frozensets(st.sampled_from(["b1", "b2"]))
)
lunar_discounts = st.lists(
    st.builds(
        lunar_types.Discount,
        name=st.uuids().map(str),
        type=st.one_of(
            st.builds(
                lunar_types.AmountOff,
                st.one_of(st.none(), amounts),
                percents,
                lunar_goods,
                lunar_goods,
            ),
            st.builds(
                lunar_types.BuyXGetY,
                st.integers(0, 3),
                st.integers(1, 3),
                limits,
                lunar_goods,
                lunar_goods,
            ),
        ),
        priority=st.integers(0, 2),
        stops=st.booleans(),
        starts_at=st.just(NOW),
        min_spend=st.one_of(st.just(0), prices),
    ),
    max_size=3,
    unique_by=lambda discount: discount.name,
)
lunar_carts = st.builds(
    lunar_types.Cart,
    st.lists(
        st.builds(
            lunar_types.Line,
            products,
            quantities,
            prices,
            brand=st.sampled_from([None, "b1", "b2"]),
        ),
        max_size=4,
    ).map(tuple),
    amounts,
)
LUNAR = lunar_types.Context(NOW)


@settings(deadline=None)
@given(lunar_carts, lunar_discounts)
def test_lunar_never_goes_below_nothing(
    cart: lunar_types.Cart, discounts: list[lunar_types.Discount]
) -> None:
    priced = lunar.price(cart, discounts, LUNAR)
    holds_together(priced)
    assert priced.shipping == cart.shipping
    ranked = [replace(each, priority=rank) for rank, each in enumerate(discounts)]
    results = [lunar.price(cart, order, LUNAR) for order in permutations(ranked)]
    assert all(result == results[0] for result in results)


@settings(deadline=None)
@given(lunar_carts, amounts)
def test_a_fixed_amount_of_lunar_is_given_in_full_or_not_at_all(
    cart: lunar_types.Cart, amount: int
) -> None:
    goods = sum(line.unit_price * line.quantity for line in cart.lines)
    discount = lunar_types.Discount("off", lunar_types.AmountOff(fixed=amount), starts_at=NOW)
    priced = lunar.price(cart, [discount], LUNAR)
    assert priced.discount == (amount if amount <= goods else 0)


@given(st.integers(0, 50), st.integers(1, 9), st.integers(1, 5))
def test_more_bought_never_frees_less_in_lunar(bought: int, buy: int, get: int) -> None:
    free = [lunar.reward_quantity(bought + more, buy, get, None) for more in range(3)]
    assert free == sorted(free)
    assert free[0] == (bought * get // buy if bought >= buy else 0)


def lunar_cart(*lines: tuple[str, int, int], **more: Any) -> lunar_types.Cart:
    made = [lunar_types.Line(name, quantity, price) for name, quantity, price in lines]
    return lunar_types.Cart(tuple(made), **more)


def only(name: str) -> lunar_types.Goods:
    return lunar_types.Goods(products=frozenset({name}))


def free_b(buy: int, get: int, **more: Any) -> lunar_types.Discount:
    offered = lunar_types.BuyXGetY(buy, get, None, only("A"), only("B"))
    return lunar_types.Discount("free", offered, starts_at=NOW, **more)


def off_all(fixed: int | None = None, percent: int = 0, **more: Any) -> lunar_types.Discount:
    offered = lunar_types.AmountOff(fixed, Decimal(percent))
    return lunar_types.Discount(more.pop("name", "off"), offered, starts_at=NOW, **more)


def test_priorities_of_lunar() -> None:
    """Its own test: a free B of 10.00, then 0.10 off, which only A can give: 10.10."""
    cart = lunar_cart(("A", 1, 1000), ("B", 1, 1000))
    priced = lunar.price(cart, [off_all(10, priority=1), free_b(1, 2, priority=2)], LUNAR)
    assert [line.discount for line in priced.lines] == [10, 1000]
    assert priced.applied == ("free", "off")


def test_buy_x_get_y_of_lunar_replaces_what_the_line_had() -> None:
    cart = lunar_cart(("A", 1, 1000), ("B", 2, 1000))
    priced = lunar.price(cart, [off_all(percent=20, priority=2), free_b(1, 1)], LUNAR)
    assert [line.discount for line in priced.lines] == [200, 1000]


def test_percentages_of_lunar_meet_on_what_is_left_unless_the_line_has_a_better_deal() -> None:
    cart = lunar_cart(("A", 1, 1000))
    twenty, thirty = (off_all(percent=n, name=f"{n}", priority=n) for n in (20, 30))
    assert lunar.price(cart, [twenty, thirty], LUNAR).discount == 300
    rising = [replace(twenty, priority=40), thirty]
    assert lunar.price(cart, rising, LUNAR).discount == 200 + 240


def test_a_discount_of_lunar_that_stops() -> None:
    cart = lunar_cart(("A", 1, 1000))
    first = off_all(percent=10, name="first", priority=2, stops=True)
    priced = lunar.price(cart, [off_all(100), first], LUNAR)
    assert priced.discount == 100
    assert reasons(priced) == {"off": "stopped"}
    unmet = replace(first, min_spend=1000)
    priced = lunar.price(cart, [off_all(50), unmet], LUNAR)
    assert reasons(priced) == {"first": "min_spend"}
    assert priced.discount == 50


@pytest.mark.parametrize(
    ("rewards", "earned", "free"), [(3, 4, 0), (3, 5, 1), (2, 10, 2), (4, 4, 4), (1, 7, 1)]
)
def test_short_reward_lines_of_lunar(rewards: int, earned: int, free: int) -> None:
    """A line of several pieces, fewer than are earned, gets what Lunar's formula says, not all of them."""
    cart = lunar_cart(("A", earned, 100), ("B", rewards, 1000))
    assert lunar.price(cart, [free_b(1, 1)], LUNAR).lines[1].units_used == free


def test_limitations_and_exclusions_of_lunar() -> None:
    lines = (
        lunar_types.Line("A", 1, 1000, variant="A-red", brand="b1", collections=frozenset({"new"})),
        lunar_types.Line("B", 1, 1000, variant="B-red", brand="b2", collections=frozenset({"new"})),
    )

    nothing = lunar_types.Goods()

    def off(
        limitations: lunar_types.Goods = nothing, exclusions: lunar_types.Goods = nothing
    ) -> list[int]:
        tenth = lunar_types.AmountOff(None, Decimal(10), limitations, exclusions)
        discount = lunar_types.Discount("tenth", tenth, starts_at=NOW)
        priced = lunar.price(lunar_types.Cart(lines), [discount], LUNAR)
        return [line.discount for line in priced.lines]

    new, b1 = frozenset({"new"}), frozenset({"b1"})
    assert off(limitations=lunar_types.Goods(products=frozenset({"B-red"}))) == [0, 100]
    assert off(limitations=lunar_types.Goods(brands=b1, collections=new)) == [100, 0]
    assert off(limitations=lunar_types.Goods(collections=new)) == [100, 100]
    assert off(exclusions=lunar_types.Goods(brands=b1)) == [0, 100]
    assert off(exclusions=lunar_types.Goods(collections=new)) == [0, 0]


@pytest.mark.parametrize(
    ("discount", "context", "reason"),
    [
        ({"starts_at": None}, {}, "not_started"),
        ({"starts_at": NOW + DAY}, {}, "not_started"),
        ({"ends_at": NOW}, {}, "ended"),
        ({"ends_at": NOW + DAY}, {}, None),
        ({"channels": frozenset({"web"})}, {}, "channel"),
        ({"customer_groups": frozenset({"retail"})}, {}, "customer_group"),
        (
            {"customer_groups": frozenset({"retail"})},
            {"customer_groups": frozenset({"retail", "vip"})},
            None,
        ),
        ({"max_uses": 2, "uses": 2}, {}, "max_uses"),
        ({"customers": frozenset({"c1"})}, {}, "customer"),
        ({"customers": frozenset({"c1"})}, {"customer": "c1"}, None),
        ({"coupon": "summer"}, {}, None),
        ({"coupon": "winter"}, {}, "coupon"),
        ({"min_spend": 1000}, {}, "min_spend"),
        ({"min_spend": 999}, {}, None),
        ({"max_uses_per_user": 1}, {}, "max_uses_per_user"),
        ({"max_uses_per_user": 1}, {"user": "u1"}, None),
        ({"max_uses_per_user": 1, "uses_by_user": 1}, {"user": "u1"}, "max_uses_per_user"),
    ],
)
def test_who_may_have_a_discount_of_lunar(
    discount: dict[str, Any], context: dict[str, Any], reason: str | None
) -> None:
    cart = lunar_cart(("A", 1, 1000), coupon_code="SUMMER")
    offered = replace(off_all(100), **discount)
    priced = lunar.price(cart, [offered], replace(LUNAR, **context))
    assert reasons(priced) == ({} if reason is None else {"off": reason})


# ── The runner ──

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 9),
        st.floats(-1, 99, width=16),
        st.text(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(found for key, own in inner for found in paths(own, (*path, key)))]


@needs_data
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_case_is_a_verdict_never_an_error(data: st.DataObject) -> None:
    case = json.loads(data.draw(st.sampled_from(LINES)))
    path = data.draw(st.sampled_from(paths(case)[1:]))
    place: Any = case
    for key in path[:-1]:
        place = place[key]
    if data.draw(st.booleans()) and isinstance(place, dict):
        del place[path[-1]]
    else:
        place[path[-1]] = data.draw(anything)
    assert judge(json.dumps(case)).outcome in ("passed", "failed", "refused")
