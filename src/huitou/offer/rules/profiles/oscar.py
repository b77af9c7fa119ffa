"""django-oscar's arithmetic: offers by priority, each as often as its condition still finds unused pieces.

Told in docs/offer-profiles.md. Each function names the class of Oscar that it follows.
"""

import decimal
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from huitou.offer.rules.profiles.splitting import evenly, part_of, running
from huitou.offer.types.profiles.oscar import (
    AbsoluteBenefit,
    Basket,
    Condition,
    Context,
    CountCondition,
    CoverageCondition,
    FixedPriceBenefit,
    FixedUnitBenefit,
    Line,
    MultibuyBenefit,
    Offer,
    PercentageBenefit,
    Range,
    ShippingAbsoluteBenefit,
    ShippingBenefit,
    ShippingFixedPriceBenefit,
    ShippingPercentageBenefit,
    ValueCondition,
)
from huitou.offer.types.profiles.priced import Priced, PricedLine, Refused

APPLICATIONS_MAX = 10_000
"""Of one offer to one basket (`get_max_applications`)."""
DECIMALS = decimal.Context(prec=28)
"""Python's own, in which Oscar calculates."""
NO_LIMIT = 10_000
"""Pieces, where `max_affected_items` is not set (`_effective_max_affected_items`)."""


def price(basket: Basket, offers: Sequence[Offer], context: Context) -> Priced:
    """The basket under these offers; of equal priority those of vouchers first, then as they stand. `Applicator`."""
    lines = [_Line(line) for line in basket.lines]
    shipping: ShippingBenefit | None = None
    applied: list[str] = []
    refused: list[Refused] = []
    for offer in sorted(offers, key=lambda offer: (-offer.priority, offer.voucher is None)):
        reason = _unavailable(offer, context) or _apply(offer, lines, context)
        if reason is not None:
            refused.append(Refused(offer.name, reason))
            continue
        applied.append(offer.name)
        if isinstance(offer.benefit, ShippingBenefit):
            shipping = shipping or offer.benefit
    off = 0 if shipping is None else _off_shipping(shipping, basket.shipping)
    priced = tuple(line.priced() for line in lines)
    return Priced(priced, basket.shipping - off, off, tuple(applied), tuple(refused))


class _Line:
    """A line of the basket and who has used up how much of it. `LineOfferConsumer`, `LineDiscountRegistry`."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.discount = 0
        self.used = 0
        self.used_by: dict[str, tuple[Offer, int]] = {}

    def state(self) -> tuple[int, int, dict[str, tuple[Offer, int]]]:
        return self.discount, self.used, dict(self.used_by)

    def taken_by(self, offer: Offer) -> int:
        return self.used_by.get(offer.name, (offer, 0))[1]

    def available(self, offer: Offer) -> int:
        """Pieces that this offer may still use: exclusive offers keep others off the pieces they used."""
        left = self.line.quantity
        others = [(o, n) for o, n in self.used_by.values() if o.name != offer.name and n]
        for other, taken in others:
            if offer.is_exclusive != other.is_exclusive:
                return 0
            if offer.is_exclusive and other.priority >= offer.priority:
                left -= taken
            limited = bool(offer.combinations or other.combinations)
            allowed = other.name in offer.combinations or offer.name in other.combinations
            if limited and not allowed:
                return 0
        return max(0, left - self.taken_by(offer))

    def consume(self, offer: Offer, quantity: int) -> int:
        """How many the offer could take; as many pieces as asked are used up, as far as there are."""
        taken = min(self.available(offer), quantity)
        self.used += min(self.line.quantity - self.used, quantity)
        self.used_by[offer.name] = (offer, self.taken_by(offer) + taken)
        return taken

    def take(self, offer: Offer, amount: int, quantity: int) -> None:
        """A line never costs less than nothing, however many offers meet on it."""
        self.discount += min(amount, self.line.unit_price * self.line.quantity - self.discount)
        self.consume(offer, quantity)

    def priced(self) -> PricedLine:
        line, used = self.line, self.used
        # Oscar's decimals may leave the last line a cent more than the pieces used of it cost.
        least = -(-self.discount // line.unit_price) if self.discount else 0
        by_unit = evenly(self.discount, max(used, least)) if used else []
        units = (*by_unit, *[0] * (line.quantity - len(by_unit)))
        return PricedLine(line.product, line.unit_price, units, used)


def _apply(offer: Offer, lines: Sequence[_Line], context: Context) -> str | None:
    """As often as it may be; why not even once. `Applicator.apply_offers`."""
    for time in range(_applications_left(offer, context)):
        before = [line.state() for line in lines]
        if not _is_met(offer, lines):
            return None if time else "condition"
        if isinstance(offer.benefit, ShippingBenefit):
            _consume(offer, lines, [])
            return None
        if not _give(offer, lines):
            return None if time else "no_effect"
        if before == [line.state() for line in lines]:
            return None  # Oscar goes on to its limit, to the same end
    return None if _applications_left(offer, context) else "applications"


def _unavailable(offer: Offer, context: Context) -> str | None:
    """`get_site_offers`, `get_basket_offers`, `is_available`."""
    if offer.is_suspended:
        return "suspended"
    if offer.starts_at is not None and context.now < offer.starts_at:
        return "not_started"
    if offer.ends_at is not None and context.now > offer.ends_at:
        return "ended"
    if offer.voucher is not None and offer.voucher not in context.vouchers:
        return "voucher"
    return None


def _applications_left(offer: Offer, context: Context) -> int:
    """`get_max_applications`. A limit of 0 is no limit, as there."""
    if offer.max_discount and offer.total_discount >= offer.max_discount:
        return 0
    limits = [APPLICATIONS_MAX]
    if offer.max_user_applications and context.is_known_user:
        limits.append(max(0, offer.max_user_applications - offer.num_user_applications))
    if offer.max_basket_applications:
        limits.append(offer.max_basket_applications)
    if offer.max_global_applications:
        limits.append(max(0, offer.max_global_applications - offer.num_applications))
    return min(limits)


def _in(line: _Line, products: Range) -> bool:
    return line.line.is_discountable and (products is None or line.line.product in products)


def _applicable(lines: Sequence[_Line], products: Range, *, dearest_first: bool) -> list[_Line]:
    """Of the range and not free of charge, by price; of equal price as they stand. `get_applicable_lines`."""
    found = [line for line in lines if _in(line, products) and line.line.unit_price]
    return sorted(found, key=lambda line: line.line.unit_price * (-1 if dearest_first else 1))


def _is_met(offer: Offer, lines: Sequence[_Line]) -> bool:
    """`is_satisfied`."""
    condition = offer.condition
    free = [(line, line.available(offer)) for line in lines if _in(line, condition.range)]
    match condition:
        case CountCondition(value):
            return sum(pieces for _, pieces in free) >= value
        case ValueCondition(value):
            return sum(line.line.unit_price * pieces for line, pieces in free) >= value
        case CoverageCondition(value):
            return len({line.line.product for line, pieces in free if pieces}) >= value


def _consume(offer: Offer, lines: Sequence[_Line], affected: Sequence[tuple[_Line, int]]) -> None:
    """Uses up what the condition needs beyond the pieces that the benefit affected. `consume_items`."""
    condition = offer.condition
    if isinstance(condition, CoverageCondition):
        _consume_products(offer, condition, lines, [line.line.product for line, _ in affected])
        return
    needed = condition.value - sum(
        pieces if isinstance(condition, CountCondition) else pieces * line.line.unit_price
        for line, pieces in affected
    )
    for line in _applicable(lines, condition.range, dearest_first=True):
        if needed <= 0:
            return
        if isinstance(condition, CountCondition):
            needed -= line.consume(offer, needed)
        else:
            worth = line.line.unit_price
            needed -= worth * line.consume(offer, min(line.available(offer), -(-needed // worth)))


def _consume_products(
    offer: Offer, condition: CoverageCondition, lines: Sequence[_Line], covered: list[str]
) -> None:
    needed = condition.value - len(covered)
    for line in lines:
        if needed <= 0:
            return
        is_new = _in(line, condition.range) and line.line.product not in covered
        if is_new and line.available(offer):
            line.consume(offer, 1)
            covered.append(line.line.product)
            needed -= 1


def _give(offer: Offer, lines: Sequence[_Line]) -> bool:
    """Applies the benefit once; whether it took anything off. `Benefit.apply`."""
    match offer.benefit:
        case PercentageBenefit():
            return _give_percentage(offer, offer.benefit, lines)
        case AbsoluteBenefit(value, limit, products):
            affected = _affected(offer, lines, products, limit or NO_LIMIT)
            total = sum(line.line.unit_price * pieces for line, pieces in affected)
            return _share(offer, affected, min(value, total))
        case FixedUnitBenefit(value, limit, products):
            affected = _affected(offer, lines, products, limit or NO_LIMIT)
            for line, pieces in affected:
                line.take(offer, min(value, line.line.unit_price) * pieces, pieces)
            return bool(affected) and value > 0
        case FixedPriceBenefit(value):
            return _give_fixed_price(offer, offer.condition, value, lines)
        case MultibuyBenefit(products):
            cheapest = next(iter(_applicable(lines, products, dearest_first=False)), None)
            if cheapest is None or cheapest.taken_by(offer):
                return False
            cheapest.take(offer, cheapest.line.unit_price, 1)
            _consume(offer, lines, [(cheapest, 1)])
            return True
        case _:
            raise AssertionError("a shipping benefit takes nothing off goods")


def _give_percentage(offer: Offer, benefit: PercentageBenefit, lines: Sequence[_Line]) -> bool:
    """Rounded down once, on the whole. The first line of which nothing is left ends it, as there."""
    limit = benefit.max_affected_items or NO_LIMIT
    affected: list[tuple[_Line, int]] = []
    count = 0
    for line in _applicable(lines, benefit.range, dearest_first=False):
        count += line.taken_by(offer)
        pieces = min(line.available(offer), limit - count)
        if pieces <= 0:
            break
        affected.append((line, pieces))
        count += pieces
    percent = min(Fraction(benefit.value), Fraction(100))
    exact = [percent * line.line.unit_price * pieces / 100 for line, pieces in affected]
    discount = int(sum(exact))
    for (line, pieces), share in zip(affected, running(discount, exact), strict=True):
        line.take(offer, share, pieces)
    return discount > 0


def _give_fixed_price(
    offer: Offer, condition: Condition, value: int, lines: Sequence[_Line]
) -> bool:
    """By the range of the condition; a value condition has no bundle. `FixedPriceBenefit`."""
    if isinstance(condition, ValueCondition):
        return False
    if isinstance(condition, CoverageCondition):
        found = _applicable(lines, condition.range, dearest_first=False)
        affected = [(line, 1) for line in found[: condition.value]]
    else:
        affected = _affected(offer, lines, condition.range, condition.value)
    total = sum(line.line.unit_price * pieces for line, pieces in affected)
    return _share(offer, affected, max(0, total - value))


def _affected(
    offer: Offer, lines: Sequence[_Line], products: Range, limit: int
) -> list[tuple[_Line, int]]:
    """The cheapest pieces that are free, `limit` at most."""
    affected: list[tuple[_Line, int]] = []
    for line in _applicable(lines, products, dearest_first=False):
        pieces = min(line.available(offer), limit)
        if pieces > 0:
            affected.append((line, pieces))
            limit -= pieces
    return affected


def _share(offer: Offer, affected: Sequence[tuple[_Line, int]], discount: int) -> bool:
    """By value, each share rounded down; the last line takes the rest.

    An absolute benefit divides before it multiplies, in decimals of 28 digits: a third of 3.00 is 0.99.
    """
    values = [line.line.unit_price * pieces for line, pieces in affected]
    total, left = sum(values), discount
    for place, (line, pieces) in enumerate(affected if discount else ()):
        share = discount * values[place] // total
        if isinstance(offer.benefit, AbsoluteBenefit):
            ratio = DECIMALS.divide(Decimal(values[place]), Decimal(total))
            share = int(DECIMALS.multiply(ratio, Decimal(discount)))
        share = left if place == len(affected) - 1 else share
        line.take(offer, share, pieces)
        left -= share
    return discount > 0


def _off_shipping(benefit: ShippingBenefit, charge: int) -> int:
    """`shipping_discount`. The percentage rounds halves to the even cent, as Python's decimals do."""
    match benefit:
        case ShippingPercentageBenefit(value):
            return min(charge, round(part_of(charge, value)))
        case ShippingAbsoluteBenefit(value):
            return min(charge, value)
        case ShippingFixedPriceBenefit(value):
            return max(0, charge - value)
