"""Solidus' conformance cases under its profile."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import PurePosixPath

import msgspec

from huitou.offer.rules.profiles import solidus
from huitou.offer.rules.profiles.amounts import (
    Got,
    decimal,
    expected_of,
    major,
    minor,
    percent,
    pieces,
)
from huitou.offer.rules.profiles.solidus_conditions import State, holds_for_line
from huitou.offer.types.profiles import cases
from huitou.offer.types.profiles import solidus as vendor
from huitou.offer.types.profiles.cases import Case, CaseRefused

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
    wanted = (vendor.LineHas(products=_eligible(given, len(lines))),)
    benefit: vendor.Benefit = vendor.AdjustLineItem(make(given), wanted)
    if spec == "adjust_line_item_quantity_groups":
        benefit = vendor.AdjustLineItemQuantityGroups(make(given), given.group_size, wanted)
    state = State.of(vendor.Order(lines))
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


def _lines(given: Given) -> tuple[vendor.Line, ...]:
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
        vendor.Line(str(place), row.qty, minor(UNPRICED if row.price is None else row.price))
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


def _in_groups(given: Given) -> vendor.Calculator:
    if given.per_unit is not None:
        return vendor.FlatRate(minor(given.per_unit), _currency(given))
    if given.tiers:
        return _tiered_percent(given)
    return vendor.Percent(percent(_needed(given.percent, "percent")))


def _tiered_percent(given: Given) -> vendor.Calculator:
    tiers = _percent_tiers(given, minor)
    return vendor.TieredPercent(percent(given.base_percent), tiers, _currency(given))


def _tiered_flat_rate(given: Given) -> vendor.Calculator:
    tiers = tuple((minor(decimal(least)), minor(off)) for least, off in given.tiers.items())
    return vendor.TieredFlatRate(minor(given.base_amount), tiers, _currency(given))


def _tiered_on_quantity(given: Given) -> vendor.Calculator:
    tiers = _percent_tiers(given, pieces)
    return vendor.TieredPercentOnQuantity(percent(given.base_percent), tiers, _currency(given))


def _distributed(given: Given) -> vendor.Calculator:
    return vendor.DistributedAmount(minor(_needed(given.amount, "amount")), _currency(given))


CALCULATORS: dict[str, Callable[[Given], vendor.Calculator]] = {
    "flat_rate": lambda given: vendor.FlatRate(
        minor(_needed(given.amount, "amount")), _currency(given)
    ),
    "flexi_rate": lambda given: vendor.FlexiRate(
        minor(given.first_item), minor(given.additional_item), given.max_items
    ),
    "percent": lambda given: vendor.Percent(percent(_needed(given.percent, "percent"))),
    "percent_with_cap": lambda given: vendor.PercentWithCap(
        percent(_needed(given.percent, "percent")), minor(_needed(given.max_amount, "max_amount"))
    ),
    "distributed_amount": _distributed,
    "distributed_amounts_handler": _distributed,
    "tiered_flat_rate": _tiered_flat_rate,
    "tiered_percent": _tiered_percent,
    "tiered_percent_on_eligible_item_quantity": _tiered_on_quantity,
    "adjust_line_item_quantity_groups": _in_groups,
}
