"""Other shop systems' own cases under their profiles, and cases of the same kind written from their test suites."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huitou.cli import main
from huitou.offer.rules.profiles.conformance import KINDS, counted, judge
from tests.rooms.offer.vendor_cases import LINES, needs_data


@needs_data
@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["id"])
def test_a_vendors_own_case(line: str) -> None:
    verdict = judge(line)
    assert verdict.outcome == "passed", verdict


@needs_data
def test_every_kind_has_a_case() -> None:
    assert {json.loads(line)["kind"] for line in LINES} == set(KINDS)


def written(kind: str, given: dict[str, Any], expect: object, **more: str) -> str:
    case = {"id": "own", "kind": kind, "given": given, "expect": expect, **more}
    return json.dumps(case)


def passes(kind: str, given: dict[str, Any], expect: dict[str, Any], **more: str) -> None:
    verdict = judge(written(kind, given, expect, **more))
    assert verdict.outcome == "passed", verdict


# ── Sylius: features/promotion ──

SHIRT = {"PHP T-Shirt": {"price": 100.0, "taxons": ["T-Shirts"], "min_price": None}}
SHOP = {
    **SHIRT,
    "Symfony T-Shirt": {"price": 150.0, "taxons": ["T-Shirts"]},
    "PHP Mug": {"price": 20.0, "taxons": ["Mugs"]},
    "Jacket": {"price": 100.0, "taxons": ["Jackets"]},
    "Floored": {"price": 20.0, "taxons": ["T-Shirts"], "min_price": 15.0},
}


def cart(
    promotions: list[dict[str, Any]], bought: dict[str, int], **context: Any
) -> dict[str, Any]:
    return {
        "products": SHOP,
        "promotions": [{"name": f"promotion {n}", **each} for n, each in enumerate(promotions)],
        "cart": [{"product": name, "qty": quantity} for name, quantity in bought.items()],
        "context": context,
    }


def fixed(amount: float) -> dict[str, Any]:
    return {"type": "order_fixed", "amount": amount}


def percent(value: float) -> dict[str, Any]:
    return {"type": "order_percent", "percent": value}


FREE_SHIPPING = {"type": "shipping_percent", "percent": 100.0}
DHL = {"shipping_methods": {"DHL": 10.0}, "shipping": "DHL"}

Given = dict[str, Any]
Expected = dict[str, Any]

SYLIUS: dict[str, tuple[Given, Expected]] = {
    "percentage first by priority": (
        cart(
            [{"priority": 5, "actions": [fixed(10)]}, {"priority": 2, "actions": [percent(20)]}],
            {"Jacket": 1},
        ),
        {"total": 72.0},
    ),
    "fixed amount first by priority": (
        cart(
            [{"priority": 1, "actions": [fixed(10)]}, {"priority": 4, "actions": [percent(20)]}],
            {"Jacket": 1},
        ),
        {"total": 70.0},
    ),
    "exclusive wins over a higher priority": (
        cart(
            [
                {"priority": 5, "actions": [fixed(10)]},
                {"priority": 1, "exclusive": True, "actions": [percent(20)]},
            ],
            {"Jacket": 1},
        ),
        {"total": 80.0, "discount": 20.0},
    ),
    "of two exclusive ones the higher priority": (
        cart(
            [
                {"priority": 2, "exclusive": True, "actions": [percent(20)]},
                {"priority": 5, "exclusive": True, "actions": [fixed(10)]},
            ],
            {"Jacket": 1},
        ),
        {"total": 90.0},
    ),
    "contains a product": (
        cart(
            [
                {
                    "rules": [{"type": "contains_product", "product": "PHP T-Shirt"}],
                    "actions": [fixed(20)],
                }
            ],
            {"PHP T-Shirt": 2},
        ),
        {"total": 180.0, "discount": 20.0},
    ),
    "does not contain the product": (
        cart(
            [
                {
                    "rules": [{"type": "has_product", "products": ["PHP T-Shirt"]}],
                    "actions": [fixed(20)],
                }
            ],
            {"PHP Mug": 1},
        ),
        {"total": 20.0, "discount": 0.0},
    ),
    "not the nth order": (
        cart(
            [{"rules": [{"type": "nth_order", "n": 5}], "actions": [fixed(20)]}],
            {"PHP T-Shirt": 1},
            prior_orders=3,
        ),
        {"total": 100.0, "discount": 0.0},
    ),
    "a guest's first order": (
        cart(
            [{"rules": [{"type": "nth_order", "n": 1}], "actions": [fixed(20)]}],
            {"PHP T-Shirt": 1},
            guest=True,
        ),
        {"total": 80.0},
    ),
    "part of shipping": (
        cart(
            [{"actions": [{"type": "shipping_percent", "percent": 20.0}]}],
            {"PHP T-Shirt": 1},
            **DHL,
        ),
        {"total": 108.0, "shipping": 8.0, "discount": 0.0},
    ),
    "an emptied cart ships nothing": (
        cart([{"actions": [FREE_SHIPPING]}], {}, **DHL),
        {"total": 0.0, "shipping": 0.0, "discount": 0.0},
    ),
    "a rule looks at what earlier promotions left": (
        cart(
            [
                {"priority": 1, "actions": [percent(50)]},
                {
                    "rules": [{"type": "items_total_min", "amount": 100.0}],
                    "actions": [FREE_SHIPPING],
                },
            ],
            {"Symfony T-Shirt": 1},
            shipping_methods={"DHL": 10.0},
        ),
        {"total": 85.0, "discount": 75.0, "shipping": 10.0},
    ),
    "and gives what is still enough": (
        cart(
            [
                {"priority": 1, "actions": [percent(50)]},
                {
                    "rules": [{"type": "items_total_min", "amount": 100.0}],
                    "actions": [FREE_SHIPPING],
                },
            ],
            {"Symfony T-Shirt": 2},
            shipping_methods={"DHL": 10.0},
        ),
        {"total": 150.0, "shipping": 0.0},
    ),
    "items and shipping of one promotion": (
        cart(
            [
                {
                    "rules": [{"type": "items_total_min", "amount": 500.0}],
                    "actions": [
                        {"type": "item_fixed", "amount": 10.0, "filter": {"taxons": ["Jackets"]}},
                        FREE_SHIPPING,
                    ],
                }
            ],
            {"Jacket": 7},
            **DHL,
        ),
        {
            "total": 630.0,
            "shipping": 0.0,
            "discount": 70.0,
            "lines": [{"product": "Jacket", "discount": 70.0}],
        },
    ),
    "items and the order of one promotion": (
        cart(
            [
                {
                    "rules": [{"type": "items_total_min", "amount": 500.0}],
                    "actions": [
                        {
                            "type": "item_percent",
                            "percent": 20.0,
                            "filter": {"taxons": ["Jackets"]},
                        },
                        fixed(50),
                    ],
                }
            ],
            {"Jacket": 7},
        ),
        {
            "total": 510.0,
            "discount": 190.0,
            "lines": [{"product": "Jacket", "discount": 140.0}],
        },
    ),
    "a coupon": (
        cart(
            [{"coupon_based": True, "actions": [fixed(10)]}], {"PHP T-Shirt": 1}, coupon="SANTA2016"
        ),
        {"total": 90.0, "discount": 10.0},
    ),
    "no coupon given": (
        cart([{"coupon_based": True, "actions": [fixed(10)]}], {"PHP T-Shirt": 1}),
        {"total": 100.0, "discount": 0.0},
    ),
    "another coupon given": (
        cart(
            [{"coupon_based": True, "coupon": "SANTA2016", "actions": [fixed(10)]}],
            {"PHP T-Shirt": 1},
            coupon="EASTER",
        ),
        {"total": 100.0},
    ),
    "a coupon and a floor": (
        cart([{"coupon_based": True, "actions": [percent(50)]}], {"Floored": 1}, coupon="X"),
        {"total": 15.0, "discount": 5.0},
    ),
    "only a highest price": (
        cart(
            [{"actions": [{"type": "item_fixed", "amount": 5.0, "filter": {"max_price": 50.0}}]}],
            {"PHP T-Shirt": 1, "PHP Mug": 1},
        ),
        {
            "total": 115.0,
            "lines": [
                {"product": "PHP Mug", "discount": 5.0},
                {"product": "PHP T-Shirt", "discount": 0.0},
            ],
        },
    ),
    "a group and a country": (
        cart(
            [
                {
                    "rules": [
                        {"type": "customer_group", "group": "Wholesale"},
                        {"type": "shipping_country", "country": "FR"},
                    ],
                    "actions": [percent(10)],
                }
            ],
            {"PHP T-Shirt": 1},
            customer_group="Wholesale",
            country="FR",
        ),
        {"total": 90.0},
    ),
}


@pytest.mark.parametrize("name", SYLIUS)
def test_a_case_of_sylius_kind(name: str) -> None:
    given, expect = SYLIUS[name]
    passes("cart_promotion", given, expect)


def line(price: float, qty: int = 1, **more: float) -> dict[str, Any]:
    return {"price": price, "qty": qty, **more}


CUP_KEYBOARD_MOUSE = [line(10), line(20, floor=19), line(50, floor=50)]
FLOORS: dict[str, tuple[Given, Expected]] = {
    "20 off, a floor in the way": (
        {"lines": [line(50, floor=45), line(20)], "promotion": {"order_fixed": 20}},
        {"unit_discounts": [[5.0], [15.0]], "total": 50.0},
    ),
    "20% off, a floor in the way": (
        {"lines": [line(50, floor=45), line(20)], "promotion": {"order_percent": 20}},
        {"unit_discounts": [[5.0], [9.0]], "total": 56.0},
    ),
    "the cent that does not divide comes first": (
        {"lines": [line(50, 2, floor=45), line(20, 3)], "promotion": {"order_fixed": 20}},
        {"unit_discounts": [[5.0, 5.0], [3.34, 3.33, 3.33]]},
    ),
    "12 off over three floors": (
        {"lines": [*CUP_KEYBOARD_MOUSE, line(30, floor=29)], "promotion": {"order_fixed": 12}},
        {"unit_discounts": [[10.0], [1.0], [0.0], [1.0]]},
    ),
    "more than the floors let through": (
        {"lines": [*CUP_KEYBOARD_MOUSE, line(30, floor=26)], "promotion": {"order_fixed": 20}},
        {"unit_discounts": [[10.0], [1.0], [0.0], [4.0]], "discount": 15.0},
    ),
    "the sale's line takes no part in 27 off": (
        {
            "lines": [line(50, 2, floor=45), line(20, 2, sale_percent=12.5), line(40)],
            "promotion": {"order_fixed": 27},
            "applies_to_discounted": False,
        },
        {"unit_discounts": [[5.0, 5.0], [0.0, 0.0], [17.0]]},
    ),
}


@pytest.mark.parametrize("name", FLOORS)
def test_floors_as_sylius_keeps_them(name: str) -> None:
    given, expect = FLOORS[name]
    passes("price_floor_split", given, expect)


@pytest.mark.parametrize(
    ("promotion", "may_stack", "unit_prices", "total"),
    [
        ({"item_fixed": 10}, False, [15.0, 30.0], 45.0),
        ({"item_percent": 50}, True, [7.5, 20.0], 27.5),
        ({"item_percent": 50}, False, [15.0, 20.0], 35.0),
    ],
)
def test_cart_and_catalog_promotions_as_sylius_stacks_them(
    promotion: dict[str, float], may_stack: bool, unit_prices: list[float], total: float
) -> None:
    given = {
        "lines": [{"price": 20.0, "sale_percent": 25}, {"price": 40.0}],
        "promotion": promotion,
        "applies_to_discounted": may_stack,
    }
    passes("stacking_with_sale_price", given, {"unit_prices": unit_prices, "total": total})


@pytest.mark.parametrize(
    ("coupon", "is_valid"),
    [
        ({"per_customer_limit": 2, "prior_uses_by_customer": 1}, True),
        (
            {
                "per_customer_limit": 1,
                "prior_uses_by_customer": 1,
                "prior_use_order_cancelled": True,
            },
            True,
        ),
        ({"usage_limit": 1, "used": 1}, False),
        (
            {
                "usage_limit": 1,
                "used": 1,
                "prior_use_order_cancelled": True,
                "reusable_after_cancel": False,
            },
            False,
        ),
        ({"expires": "2026-01-16"}, True),
        ({"expires": "today"}, False),
    ],
)
def test_the_life_of_a_coupon_of_sylius(coupon: dict[str, Any], is_valid: bool) -> None:
    given = {"product_price": 100.0, "qty": 1, "order_discount": 10.0, "coupon": coupon}
    message = {} if is_valid else {"message": "coupon invalid"}
    passes(
        "coupon_lifecycle",
        given,
        {"valid": is_valid, "total": 90.0 if is_valid else 100.0} | message,
    )


@pytest.mark.parametrize(
    ("cancelled", "reusable", "used"),
    [([False], True, 1), ([True], True, 0), ([True], False, 1), ([False, False, True], True, 2)],
)
def test_how_often_a_coupon_of_sylius_is_used(
    cancelled: list[bool], reusable: bool, used: int
) -> None:
    orders = [{"customer": str(n), "cancelled": each} for n, each in enumerate(cancelled)]
    passes(
        "coupon_usage_count", {"orders": orders, "reusable_after_cancel": reusable}, {"used": used}
    )


@pytest.mark.parametrize(
    ("start", "end", "total"),
    [("yesterday", None, 90.0), (None, "yesterday", 100.0), ("yesterday", "tomorrow", 90.0)],
)
def test_the_window_of_a_promotion_of_sylius(
    start: str | None, end: str | None, total: float
) -> None:
    given = {"product_price": 100.0, "order_discount": 10.0, "start": start, "end": end}
    passes("promotion_window", given, {"total": total})


def test_another_customer_group_of_sylius() -> None:
    given = {
        "product_price": 80.0,
        "percent": 10,
        "required_group": "Wholesale",
        "customer_group": "Retail",
    }
    passes("segment_rule", given, {"total": 80.0})


# ── Oscar: tests/integration/offer ──


@pytest.mark.parametrize(
    ("condition", "benefit", "lines", "discount", "used"),
    [
        (("count", 3), ("cheapest_free", None, None), [(4, 4), (2, 4)], 2.0, 3),
        (("value", 10), ("cheapest_free", None, None), [], 0.0, 0),
        (("value", 10), ("cheapest_free", None, None), [(5, 2)], 5.0, 2),
        (("value", 10), ("cheapest_free", None, None), [(4, 2), (2, 2)], 2.0, 3),
        (("count", 2), ("fixed", 3, None), [(12, 2)], 3.0, 2),
        (("count", 2), ("fixed", 3, 1), [(12, 2), (10, 2)], 3.0, 1),
        (("value", 10), ("fixed", 3, None), [(5, 3)], 3.0, 3),
        (("value", 10), ("fixed", 3, 1), [(4, 3)], 3.0, 1),
        (("count", 2), ("fixed_unit", 3, None), [(2, 2), (4, 1)], 7.0, 3),
        (("count", 2), ("fixed_unit", 3, 1), [(2, 2), (1, 2)], 1.0, 1),
        (("count", 2), ("percent", 20, None), [(12, 3)], 7.2, 3),
        (("value", 10), ("percent", 20, None), [(5, 3)], 3.0, 3),
        (("value", 10), ("percent", 20, 1), [(5, 3)], 1.0, 1),
        (("count", 1), ("percent", 3, None), [(2.37, 6), (3.28, 1)], 0.52, 7),
        (("count", 1), ("percent", 5, None), [(2.37, 6), (3.28, 1)], 0.87, 7),
        (("count", 3), ("bundle_price", 20, None), [(6, 3)], 0.0, 0),
        (("count", 3), ("bundle_price", 20, None), [(5, 4)], 0.0, 0),
        (("coverage", 2), ("bundle_price", 15, None), [(10, 3), (8, 1)], 3.0, 2),
        (("coverage", 2), ("fixed", 3, None), [(10, 3)], 0.0, 0),
    ],
)
def test_an_offer_of_oscars_kind(
    condition: tuple[str, float],
    benefit: tuple[str, float | None, int | None],
    lines: list[tuple[float, int]],
    discount: float,
    used: int,
) -> None:
    kind, value, limit = benefit
    said: dict[str, Any] = {"type": kind, "max_items": limit}
    given = {
        "condition": {"type": condition[0], "value": condition[1]},
        "benefit": said if value is None else said | {"value": value},
        "lines": [line(price, quantity) for price, quantity in lines],
    }
    passes("offer", given, {"discount": discount, "units_used": used})


def test_what_may_not_be_discounted_is_left_alone_by_oscar() -> None:
    given = {
        "condition": {"type": "count", "value": 2},
        "benefit": {"type": "percent", "value": 20},
        "lines": [{"price": 12, "qty": 2, "discountable": False}],
    }
    passes("offer", given, {"discount": 0.0, "units_used": 0})


# ── Solidus: promotions/spec ──

FLEXI = {"first_item": 1.13, "additional_item": 2.11}
TIERS = {"0": 10, "20": 15, "30": 20}
SOLIDUS: list[tuple[str, Given, Expected]] = [
    ("flexi_rate", FLEXI | {"qty": 0}, {"discount": 0}),
    ("flexi_rate", FLEXI | {"qty": 1, "max_items": 5}, {"discount": 1.13}),
    ("flexi_rate", {"additional_item": 1.23, "qty": 10}, {"discount": 11.07}),
    (
        "tiered_percent",
        {"line_price": 10, "line_count": 3, "tiers": TIERS},
        {"first_line_discount": 2.0},
    ),
    (
        "tiered_percent",
        {"line_price": 10, "line_count": 1, "base_percent": 10, "tiers": {"20": 15}},
        {"first_line_discount": 1.0},
    ),
    (
        "tiered_flat_rate",
        {"line_price": 150, "base_amount": 10, "tiers": {"100": 15, "200": 20}},
        {"discount": 15},
    ),
    (
        "tiered_flat_rate",
        {"line_price": 50, "base_amount": 10, "tiers": {"100": 15}, "currency_matches": False},
        {"discount": 0},
    ),
    (
        "tiered_percent_on_eligible_item_quantity",
        {
            "lines": [line(50, 2), line(10, 3), line(10, 1)],
            "eligible": [True, True, False],
            "base_percent": 10,
            "tiers": {"10": 15.0},
        },
        {"first_line_discount": 10},
    ),
    (
        "tiered_percent_on_eligible_item_quantity",
        {
            "lines": [line(50, 7), line(10, 5), line(10, 1)],
            "eligible": [True, True, False],
            "base_percent": 10,
            "tiers": {"10": 15.0},
        },
        {"first_line_discount": 52.5},
    ),
    (
        "percent_with_cap",
        {"prices": [120, 230, 300], "percent": 15, "max_amount": 50},
        {"discount": 50, "line_discounts": [9.24, 17.69, 23.07]},
    ),
    (
        "percent_with_cap",
        {"prices": [12, 23, 10], "percent": 15, "max_amount": 50},
        {"discount": 6.75, "line_discounts": [1.8, 3.45, 1.5]},
    ),
    (
        "distributed_amount",
        {"prices": [20, 30, 100], "amount": 15, "eligible": [True, False, False]},
        {"line_discounts": [15, 0, 0]},
    ),
    ("distributed_amount", {"prices": [50, 50, 50], "amount": 15}, {"first_line_discount": 5}),
    (
        "distributed_amount",
        {"prices": [50, 50, 50], "amount": 15, "currency_matches": False},
        {"first_line_discount": 0},
    ),
    ("distributed_amounts_handler", {"prices": [100], "amount": 15}, {"line_discounts": [15]}),
    (
        "distributed_amounts_handler",
        {"prices": [50, 50, 50], "amount": 10},
        {"line_discounts": [3.33, 3.33, 3.34]},
    ),
    (
        "distributed_amounts_handler",
        {"prices": [50, 50, 50], "quantities": [3, 1, 2], "amount": 15},
        {"line_discounts": [7.5, 2.5, 5]},
    ),
    ("percent", {"line_price": 10.05, "percent": 10}, {"discount": 1.01}),
    ("flat_rate", {"line_price": 3, "amount": 5}, {"discount": 3}),
    *(
        (
            "adjust_line_item_quantity_groups",
            {"group_size": 2, "per_unit": 5, "qty": quantity},
            {"discount": discount},
        )
        for quantity, discount in [(0, 0), (3, 10), (4, 20)]
    ),
    (
        "adjust_line_item_quantity_groups",
        {"group_size": 3, "per_unit": 5, "lines": [line(10, 2), line(10), line(10)]},
        {"line_discounts": [10, 5, 0]},
    ),
    (
        "adjust_line_item_quantity_groups",
        {"group_size": 3, "percent": 10, "lines": [line(10, 3), line(20)]},
        {"line_discounts": [3, 0]},
    ),
    (
        "adjust_line_item_quantity_groups",
        {
            "group_size": 3,
            "base_percent": 10,
            "tiers": {"20": 20, "40": 30},
            "lines": [line(10, 2), line(20)],
        },
        {"line_discounts": [6, 6]},
    ),
]


@pytest.mark.parametrize(("spec", "given", "expect"), SOLIDUS)
def test_a_calculator_of_solidus(spec: str, given: dict[str, Any], expect: dict[str, Any]) -> None:
    passes("calculator", given, expect, source=f"solidus promotions/spec/{spec}_spec.rb")


# ── Lunar: BuyXGetYTest ──


@pytest.mark.parametrize(
    ("quantity", "buy", "get", "most", "free"),
    [
        (2, 1, 1, None, 2),
        (10, 1, 1, None, 10),
        (3, 2, 1, 10, 1),
        (5, 5, 3, None, 3),
        (10, 5, 3, 5, 5),
    ],
)
def test_how_many_are_free_in_lunar(
    quantity: int, buy: int, get: int, most: int | None, free: int
) -> None:
    given = {"qty": quantity, "min_qty": buy, "reward_qty": get, "max_reward_qty": most}
    passes("buy_x_get_y_qty", given, {"reward_units": free})


@pytest.mark.parametrize(
    ("bought", "rewards", "discount", "after"), [(60, 3, 45.6, 22.8), (120, 1, 22.8, 0.0)]
)
def test_what_is_free_in_lunar(bought: int, rewards: int, discount: float, after: float) -> None:
    given = {
        "condition_qty": bought,
        "reward_qty_in_cart": rewards,
        "min_qty": 30,
        "reward_qty": 1,
        "max_reward_qty": 999,
        "reward_price": 22.8,
    }
    passes("buy_x_get_y_amount", given, {"discount": discount, "reward_line_total_after": after})


# ── The runner ──

OFFER = {
    "condition": {"type": "count", "value": 1},
    "benefit": {"type": "percent", "value": 20},
    "lines": [{"price": 10, "qty": 1}],
}


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("not json", "malformed"),
        ("[1]", "Expected `object`"),
        (written("nope", {}, {}), "no kind nope"),
        (written("offer", OFFER | {"colour": "red"}, {"discount": 2}), "unknown field `colour`"),
        (written("offer", OFFER, {"discount": 2, "colour": "red"}), "nothing is known of colour"),
        (written("offer", OFFER, {"discount": 2}, colour="red"), "unknown field `colour`"),
        (written("offer", OFFER, []), "expect is no object"),
        (
            written("offer", OFFER | {"benefit": {"type": "percent", "value": 101}}, {}),
            "101 is no percentage",
        ),
        (
            written("offer", OFFER | {"lines": [{"price": 0.005, "qty": 1}]}, {}),
            "whole minor units",
        ),
        (written("offer", OFFER | {"lines": [{"price": 1, "qty": -1}]}, {}), "`int` >= 0"),
        (
            written("cart_promotion", cart([], {"PHP Mug": 1}), {"lines": [{"colour": 1}]}),
            "nothing is known of lines.colour",
        ),
        (written("cart_promotion", cart([], {"Nothing": 1}), {"total": 1}), "no product Nothing"),
        (
            written("cart_promotion", cart([{"actions": [{"type": "gift"}]}], {}), {"total": 0}),
            "Invalid value 'gift'",
        ),
        (
            written("stacked_discounts", {"lines": []}, {}, scenario="three for two"),
            "no known stack",
        ),
        (
            written("calculator", {"tiers": {"x": 1}}, {}, source="tiered_percent_spec.rb"),
            "no number",
        ),
        (written("calculator", {}, {}, source="weight_spec.rb"), "no calculator weight"),
        (
            written(
                "promotion_window", {"product_price": 1, "order_discount": 1, "end": "soon"}, {}
            ),
            "no day: soon",
        ),
    ],
)
def test_what_no_profile_knows_is_refused(case: str, why: str) -> None:
    verdict = judge(case)
    assert verdict.outcome == "refused"
    assert why in verdict.why


def test_the_command_counts_and_says_what_it_got(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    right = written("offer", OFFER, {"discount": 2.0})
    wrong = written("offer", OFFER, {"discount": 3.5})
    file.write_text(f"{right}\n\n{wrong}\nnot json", encoding="utf-8")
    said = CliRunner().invoke(main, ["offers", "conformance", str(file)])
    assert said.exit_code == 1
    assert '{"discount":2.00}' in said.output
    assert 'expected {"discount":3.5}' in said.output
    assert "all: 1 passed, 1 failed, 1 refused" in said.output

    said = CliRunner().invoke(main, ["offers", "conformance", str(file), "--json"])
    answer = json.loads(said.output)
    assert said.exit_code == 1
    assert answer["counts"]["vendor oscar"] == {"passed": 1, "failed": 1, "refused": 0}
    assert answer["counts"] == counted(map(judge, [right, wrong, "not json"]))
    assert [case["outcome"] for case in answer["cases"]] == ["passed", "failed", "refused"]


def test_the_command_is_content_when_all_pass(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(written("offer", OFFER, {"discount": 2.0}), encoding="utf-8")
    assert CliRunner().invoke(main, ["offers", "conformance", str(file)]).exit_code == 0


def test_the_command_is_not_content_with_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n", encoding="utf-8")
    assert CliRunner().invoke(main, ["offers", "conformance", str(file)]).exit_code == 1
