"""Lunar's conformance cases under its profile."""

import re

import msgspec

from huitou.offer.rules.profiles import lunar
from huitou.offer.rules.profiles.amounts import NOW, Got, decimal, major, minor, percent
from huitou.offer.types.profiles import cases
from huitou.offer.types.profiles import lunar as vendor
from huitou.offer.types.profiles.cases import Case, CaseRefused


def buy_x_get_y_qty(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.RewardQuantityGiven)
    units = lunar.reward_quantity(given.qty, given.min_qty, given.reward_qty, given.max_reward_qty)
    return {"reward_units": units}


def buy_x_get_y_amount(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.RewardAmountGiven)
    cart = vendor.Cart(
        (
            vendor.Line("X", given.condition_qty, minor(given.condition_price)),
            vendor.Line("Y", given.reward_qty_in_cart, minor(given.reward_price)),
        )
    )
    offered = _buy_x_get_y(given.min_qty, given.reward_qty, given.max_reward_qty)
    discount = vendor.Discount("Y free", offered, starts_at=NOW)
    priced = lunar.price(cart, [discount], vendor.Context(NOW))
    return {
        "discount": major(priced.discount),
        "reward_line_total_after": major(priced.lines[1].total),
    }


def _buy_x_get_y(buy: int, get: int, most: int | None) -> vendor.BuyXGetY:
    x, y = (vendor.Goods(products=frozenset({name})) for name in "XY")
    return vendor.BuyXGetY(buy, get, most, conditions=x, rewards=y)


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
        vendor.Line(name, line.qty, minor(line.price))
        for name, line in zip("XY", given.lines, strict=True)
    )
    x = vendor.Goods(products=frozenset({"X"}))
    off = vendor.AmountOff(percent=percent(decimal(said["percent"])), limitations=x)
    free = _buy_x_get_y(int(said["buy"]), int(said["get"]), None)
    discounts = [
        vendor.Discount("percent", off, priority=2, starts_at=NOW),
        vendor.Discount("free", free, priority=1, starts_at=NOW),
    ]
    priced = lunar.price(vendor.Cart(lines), discounts, vendor.Context(NOW))
    return {
        "line_totals_after": [major(line.total) for line in priced.lines],
        "line_discounts": [major(line.discount) for line in priced.lines],
        "total_discount": major(priced.discount),
    }
