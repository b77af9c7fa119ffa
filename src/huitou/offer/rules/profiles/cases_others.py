"""Conformance cases of Oscar, Solidus and Lunar under their profiles."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePosixPath

import msgspec

from huitou.offer.rules.profiles import lunar, oscar, solidus
from huitou.offer.rules.profiles.amounts import Got, decimal, expected_of, major, minor, percent
from huitou.offer.rules.profiles.solidus_conditions import State, holds_for_line
from huitou.offer.types.profiles import cases
from huitou.offer.types.profiles import lunar as lunar_types
from huitou.offer.types.profiles import oscar as oscar_types
from huitou.offer.types.profiles import solidus as solidus_types
from huitou.offer.types.profiles.cases import Case, CaseRefused

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


# ── Oscar ──


def offer(case: Case) -> Got:
    """One application of one offer, as Oscar's tests of benefits make it."""
    given = msgspec.json.decode(case.given, type=cases.OfferGiven)
    lines = tuple(
        oscar_types.Line(str(place), line.qty, minor(line.price), line.discountable)
        for place, line in enumerate(given.lines)
    )
    offered = oscar_types.Offer(
        "offer", _condition(given.condition), _benefit(given.benefit), max_basket_applications=1
    )
    basket = oscar_types.Basket(lines, minor(given.shipping))
    priced = oscar.price(basket, [offered], oscar_types.Context(NOW))
    return {
        "discount": major(priced.discount),
        "units_used": sum(line.units_used for line in priced.lines),
        "line_discounts": [major(line.discount) for line in priced.lines],
        "shipping": major(priced.shipping),
        "total": major(priced.total),
    }


def _condition(given: cases.ConditionGiven) -> oscar_types.Condition:
    if given.type == "value":
        return oscar_types.ValueCondition(minor(given.value))
    count = _count(given.value)
    if given.type == "count":
        return oscar_types.CountCondition(count)
    return oscar_types.CoverageCondition(count)


def _count(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise CaseRefused(why=f"{value} is no number of pieces")
    return int(value)


def _benefit(given: cases.BenefitGiven) -> oscar_types.Benefit:
    value, limit = given.value, given.max_items
    match given.type:
        case "cheapest_free":
            return oscar_types.MultibuyBenefit()
        case "percent":
            return oscar_types.PercentageBenefit(percent(value), limit)
        case "fixed":
            return oscar_types.AbsoluteBenefit(minor(value), limit)
        case "fixed_unit":
            return oscar_types.FixedUnitBenefit(minor(value), limit)
        case "bundle_price":
            return oscar_types.FixedPriceBenefit(minor(value))
        case "shipping_percent":
            return oscar_types.ShippingPercentageBenefit(percent(value))
        case "shipping_fixed":
            return oscar_types.ShippingAbsoluteBenefit(minor(value))
        case "shipping_price":
            return oscar_types.ShippingFixedPriceBenefit(minor(value))


# ── Solidus ──

Given = cases.CalculatorGiven
UNPRICED = Decimal(1_000_000)
"""Where a spec asks a calculator without naming a price: one that caps nothing."""


def calculator(case: Case) -> Got:
    """The calculator is that of the spec in `source`."""
    given = msgspec.json.decode(case.given, type=Given)
    spec = PurePosixPath(case.source.split(" ")[-1]).stem.removesuffix("_spec")
    make = CALCULATORS.get(spec)
    if make is None:
        raise CaseRefused(why=f"no calculator {spec}")
    lines = _lines(given)
    wanted = (solidus_types.LineHas(products=_eligible(given, len(lines))),)
    benefit: solidus_types.Benefit = solidus_types.AdjustLineItem(make(given), wanted)
    if spec == "adjust_line_item_quantity_groups":
        benefit = solidus_types.AdjustLineItemQuantityGroups(make(given), given.group_size, wanted)
    state = State.of(solidus_types.Order(lines))
    offs = [
        solidus.line_discount(benefit, state, place) if holds_for_line(benefit, line) else 0
        for place, line in enumerate(lines)
    ]
    got: Got = {
        "discount": major(sum(offs)),
        "first_line_discount": major(offs[0] if offs else 0),
        "line_discounts": [major(off) for off in offs],
    }
    return _in_any_order(case, got) if spec == "distributed_amounts_handler" else got


def _in_any_order(case: Case, got: Got) -> Got:
    """That spec compares the shares of equal lines without their order (`match_array`)."""
    expected, offs = expected_of(case).get("line_discounts"), got["line_discounts"]
    if isinstance(expected, list) and isinstance(offs, list):
        left = list(offs)
        if len(expected) == len(left) and all(_strike(left, each) for each in expected):
            return got | {"line_discounts": expected}
    return got


def _strike(left: list[object], value: object) -> bool:
    if value not in left:
        return False
    left.remove(value)
    return True


def _lines(given: Given) -> tuple[solidus_types.Line, ...]:
    """See `CalculatorGiven`."""
    rows = given.lines
    if given.prices or given.quantities:
        prices = given.prices or [UNPRICED] * len(given.quantities)
        quantities = given.quantities or [1] * len(given.prices)
        if len(prices) != len(quantities):
            raise CaseRefused(why="quantities are not those of prices")
        rows = tuple(map(cases.OrderLine, prices, quantities))
    elif not rows:
        quantity = 1 if given.qty is None else given.qty
        rows = (cases.OrderLine(given.line_price, quantity),) * given.line_count
    return tuple(
        solidus_types.Line(str(place), row.qty, minor(UNPRICED if row.price is None else row.price))
        for place, row in enumerate(rows)
    )


def _eligible(given: Given, count: int) -> frozenset[str]:
    said = [True] * count if given.eligible is None else given.eligible
    if all(isinstance(each, bool) for each in said) and len(said) == count:
        return frozenset(str(place) for place, flag in enumerate(said) if flag)
    if not any(isinstance(each, bool) for each in said):
        return frozenset(str(place) for place in said)
    raise CaseRefused(why="eligible is not said of each line")


def _needed(amount: Decimal | None, name: str) -> Decimal:
    if amount is None:
        raise CaseRefused(why=f"{name} is missing")
    return amount


def _currency(given: Given) -> str | None:
    return None if given.currency_matches else "another"


def _percent_tiers(
    given: Given, scale: Callable[[Decimal], int]
) -> tuple[tuple[int, Decimal], ...]:
    return tuple((scale(decimal(least)), percent(off)) for least, off in given.tiers.items())


def _in_groups(given: Given) -> solidus_types.Calculator:
    if given.per_unit is not None:
        return solidus_types.FlatRate(minor(given.per_unit), _currency(given))
    if given.tiers:
        return _tiered_percent(given)
    return solidus_types.Percent(percent(_needed(given.percent, "percent")))


def _tiered_percent(given: Given) -> solidus_types.Calculator:
    tiers = _percent_tiers(given, minor)
    return solidus_types.TieredPercent(percent(given.base_percent), tiers, _currency(given))


def _tiered_flat_rate(given: Given) -> solidus_types.Calculator:
    tiers = tuple((minor(decimal(least)), minor(off)) for least, off in given.tiers.items())
    return solidus_types.TieredFlatRate(minor(given.base_amount), tiers, _currency(given))


def _tiered_on_quantity(given: Given) -> solidus_types.Calculator:
    tiers = _percent_tiers(given, _count)
    return solidus_types.TieredPercentOnQuantity(
        percent(given.base_percent), tiers, _currency(given)
    )


def _distributed(given: Given) -> solidus_types.Calculator:
    return solidus_types.DistributedAmount(minor(_needed(given.amount, "amount")), _currency(given))


CALCULATORS: dict[str, Callable[[Given], solidus_types.Calculator]] = {
    "flat_rate": lambda given: solidus_types.FlatRate(
        minor(_needed(given.amount, "amount")), _currency(given)
    ),
    "flexi_rate": lambda given: solidus_types.FlexiRate(
        minor(given.first_item), minor(given.additional_item), given.max_items
    ),
    "percent": lambda given: solidus_types.Percent(percent(_needed(given.percent, "percent"))),
    "percent_with_cap": lambda given: solidus_types.PercentWithCap(
        percent(_needed(given.percent, "percent")), minor(_needed(given.max_amount, "max_amount"))
    ),
    "distributed_amount": _distributed,
    "distributed_amounts_handler": _distributed,
    "tiered_flat_rate": _tiered_flat_rate,
    "tiered_percent": _tiered_percent,
    "tiered_percent_on_eligible_item_quantity": _tiered_on_quantity,
    "adjust_line_item_quantity_groups": _in_groups,
}


# ── Lunar ──


def buy_x_get_y_qty(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.RewardQuantityGiven)
    units = lunar.reward_quantity(given.qty, given.min_qty, given.reward_qty, given.max_reward_qty)
    return {"reward_units": units}


def buy_x_get_y_amount(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.RewardAmountGiven)
    cart = lunar_types.Cart(
        (
            lunar_types.Line("X", given.condition_qty, minor(given.condition_price)),
            lunar_types.Line("Y", given.reward_qty_in_cart, minor(given.reward_price)),
        )
    )
    offered = _buy_x_get_y(given.min_qty, given.reward_qty, given.max_reward_qty)
    discount = lunar_types.Discount("Y free", offered, starts_at=NOW)
    priced = lunar.price(cart, [discount], lunar_types.Context(NOW))
    return {
        "discount": major(priced.discount),
        "reward_line_total_after": major(priced.lines[1].total),
    }


def _buy_x_get_y(buy: int, get: int, most: int | None) -> lunar_types.BuyXGetY:
    x, y = (lunar_types.Goods(products=frozenset({name})) for name in "XY")
    return lunar_types.BuyXGetY(buy, get, most, conditions=x, rewards=y)


STACKED = re.compile(
    r"buy (?P<buy>\d+) A \([\d.]+\) get (?P<get>\d+) B \([\d.]+\) free, plus (?P<percent>[\d.]+)% off A"
)


def stacked_discounts(case: Case) -> Got:
    """What is stacked stands only in the scenario's sentence: X for Y free, and a percentage off X.

    The first line is X, the second Y. The percentage comes first: Lunar's test gives it the higher priority.
    """
    given = msgspec.json.decode(case.given, type=cases.StackedGiven)
    said = STACKED.fullmatch(case.scenario)
    if said is None or len(given.lines) != 2:
        raise CaseRefused(why=f"no known stack: {case.scenario}")
    lines = tuple(
        lunar_types.Line(name, line.qty, minor(line.price))
        for name, line in zip("XY", given.lines, strict=True)
    )
    x = lunar_types.Goods(products=frozenset({"X"}))
    off = lunar_types.AmountOff(percent=percent(decimal(said["percent"])), limitations=x)
    free = _buy_x_get_y(int(said["buy"]), int(said["get"]), None)
    discounts = [
        lunar_types.Discount("percent", off, priority=2, starts_at=NOW),
        lunar_types.Discount("free", free, priority=1, starts_at=NOW),
    ]
    priced = lunar.price(lunar_types.Cart(lines), discounts, lunar_types.Context(NOW))
    return {
        "line_totals_after": [major(line.total) for line in priced.lines],
        "line_discounts": [major(line.discount) for line in priced.lines],
        "total_discount": major(priced.discount),
    }
