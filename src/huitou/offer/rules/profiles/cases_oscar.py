"""Oscar's conformance cases under its profile."""

import msgspec

from huitou.offer.rules.profiles import oscar
from huitou.offer.rules.profiles.amounts import NOW, Got, major, minor, percent, pieces
from huitou.offer.types.profiles import cases
from huitou.offer.types.profiles import oscar as vendor
from huitou.offer.types.profiles.cases import Case


def offer(case: Case) -> Got:
    """One application of one offer, as Oscar's tests of benefits make it."""
    given = msgspec.json.decode(case.given, type=cases.OfferGiven)
    lines = tuple(
        vendor.Line(str(place), line.qty, minor(line.price), line.discountable)
        for place, line in enumerate(given.lines)
    )
    offered = vendor.Offer(
        "offer", _condition(given.condition), _benefit(given.benefit), max_basket_applications=1
    )
    basket = vendor.Basket(lines, minor(given.shipping))
    priced = oscar.price(basket, [offered], vendor.Context(NOW))
    return {
        "discount": major(priced.discount),
        "units_used": sum(line.units_used for line in priced.lines),
        "line_discounts": [major(line.discount) for line in priced.lines],
        "shipping": major(priced.shipping),
        "total": major(priced.total),
    }


def _condition(given: cases.ConditionGiven) -> vendor.Condition:
    if given.type == "value":
        return vendor.ValueCondition(minor(given.value))
    count = pieces(given.value)
    if given.type == "count":
        return vendor.CountCondition(count)
    return vendor.CoverageCondition(count)


def _benefit(given: cases.BenefitGiven) -> vendor.Benefit:
    value, limit = given.value, given.max_items
    match given.type:
        case "cheapest_free":
            return vendor.MultibuyBenefit()
        case "percent":
            return vendor.PercentageBenefit(percent(value), limit)
        case "fixed":
            return vendor.AbsoluteBenefit(minor(value), limit)
        case "fixed_unit":
            return vendor.FixedUnitBenefit(minor(value), limit)
        case "bundle_price":
            return vendor.FixedPriceBenefit(minor(value))
        case "shipping_percent":
            return vendor.ShippingPercentageBenefit(percent(value))
        case "shipping_fixed":
            return vendor.ShippingAbsoluteBenefit(minor(value))
        case "shipping_price":
            return vendor.ShippingFixedPriceBenefit(minor(value))
