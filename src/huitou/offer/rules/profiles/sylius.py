"""Sylius' arithmetic: promotions by priority, one after the other on what is left; an exclusive one alone.

Told in docs/offer-profiles.md. Each function names the class of Sylius that it follows.
"""

from collections.abc import Iterable, Sequence

from huitou.offer.rules.profiles.splitting import evenly, half_up, over_floors, part_of
from huitou.offer.types.profiles.priced import Priced, PricedLine, Refused
from huitou.offer.types.profiles.sylius import (
    Action,
    Cart,
    CartQuantity,
    ContainsProduct,
    Context,
    Coupon,
    CouponOrder,
    CustomerGroup,
    Filter,
    HasTaxon,
    Item,
    ItemTotal,
    NthOrder,
    Operator,
    OrderFixed,
    OrderPercent,
    Promotion,
    Rule,
    ShippingCountry,
    ShippingPercent,
    TaxonTotal,
    UnitFixed,
    UnitPercent,
)


def price(cart: Cart, promotions: Sequence[Promotion], context: Context) -> Priced:
    """The cart under these promotions; of equal priority the one that stands first. `PromotionProcessor`.

    An exclusive promotion that is eligible is applied alone, even if it then takes off nothing.
    """
    left = _Left(cart)
    ranked = sorted(promotions, key=lambda promotion: -promotion.priority)
    exclusive = (promotion for promotion in ranked if promotion.is_exclusive)
    alone = next((each for each in exclusive if _against(each, left, context) is None), None)
    applied: list[str] = []
    refused: list[Refused] = []
    for promotion in ranked:
        reason: str | None = "exclusive"
        if promotion is alone or alone is None:
            reason = _against(promotion, left, context)
        if reason is None and not left.apply(promotion):
            reason = "no_effect"
        if reason is None:
            applied.append(promotion.name)
        else:
            refused.append(Refused(promotion.name, reason))
    return left.priced(tuple(applied), tuple(refused))


def coupon_used(orders: Iterable[CouponOrder], *, is_reusable_after_cancel: bool = True) -> int:
    """How often a coupon counts as used. `OrderPromotionsUsageModifier`, `countByCustomerAndCoupon`."""
    return sum(not (order.is_cancelled and is_reusable_after_cancel) for order in orders)


class _Left:
    """What each unit and the shipment still cost while promotions are applied."""

    def __init__(self, cart: Cart) -> None:
        self.items = cart.items
        self.units = [[item.unit_price] * item.quantity for item in cart.items]
        self.item_discounts = [0] * len(cart.items)
        self.shipping_fee = cart.shipping
        self.shipping = cart.shipping or 0

    def totals(self) -> list[int]:
        return [sum(units) for units in self.units]

    def apply(self, promotion: Promotion) -> bool:
        """All its actions; whether any took effect. `PromotionApplicator`."""
        took = [self._act(action, promotion) for action in promotion.actions]
        return any(took)

    def _act(self, action: Action, promotion: Promotion) -> bool:
        match action:
            case OrderFixed(amount):
                return self._spread(min(amount, self._subject(promotion)), promotion)
            case OrderPercent(percent):
                amount = half_up(part_of(self._subject(promotion), percent))
                return self._spread(amount, promotion)
            case UnitFixed(amount, wanted):
                return amount > 0 and self._each(wanted, promotion, [amount] * len(self.items))
            case UnitPercent(percent, wanted):
                off = [half_up(part_of(item.unit_price, percent)) for item in self.items]
                return self._each(wanted, promotion, off)
            case ShippingPercent(percent):
                fee = self.shipping_fee or 0
                off_fee = min(half_up(part_of(fee, percent)), self.shipping)
                self.shipping -= off_fee
                return off_fee > 0

    def _takes_part(self, item: Item, promotion: Promotion) -> bool:
        return promotion.applies_to_discounted or not item.is_on_sale

    def _subject(self, promotion: Promotion) -> int:
        """`getPromotionSubjectTotal`, or `getNonDiscountedItemsTotal`."""
        pairs = zip(self.items, self.totals(), strict=True)
        return sum(total for item, total in pairs if self._takes_part(item, promotion))

    def _spread(self, amount: int, promotion: Promotion) -> bool:
        """Over lines by what they cost, then evenly over a line's units; a unit stops at its floor.
        `MinimumPriceDistributor`, `UnitsPromotionAdjustmentsApplicator`."""
        if amount <= 0:
            return False
        totals = self.totals()
        pairs = list(zip(self.items, totals, strict=True))
        floors = [item.minimum_price * item.quantity for item in self.items]
        weights = [total if self._takes_part(item, promotion) else 0 for item, total in pairs]
        shares = over_floors(amount, totals, floors, weights)
        for place, share in enumerate(shares):
            quantity = self.items[place].quantity
            for unit, off in enumerate(evenly(share, quantity) if quantity else ()):
                self._take(place, unit, off)
        return True

    def _each(self, wanted: Filter, promotion: Promotion, off: Sequence[int]) -> bool:
        """`off[line]` from each unit of the lines that pass the filter. `UnitDiscountPromotionActionCommand`."""
        chosen = [place for place, item in enumerate(self.items) if _passes(item, wanted)]
        for place in chosen:
            if self._takes_part(self.items[place], promotion):
                before = sum(self.units[place])
                for unit in range(len(self.units[place])):
                    self._take(place, unit, off[place])
                self.item_discounts[place] += before - sum(self.units[place])
        return bool(chosen)

    def _take(self, place: int, unit: int, off: int) -> None:
        room = max(0, self.units[place][unit] - self.items[place].minimum_price)
        self.units[place][unit] -= min(off, room)

    def priced(self, applied: tuple[str, ...], refused: tuple[Refused, ...]) -> Priced:
        lines = tuple(
            PricedLine(
                item.product,
                item.unit_price,
                tuple(item.unit_price - left for left in units),
                item_discount=item_discount,
            )
            for item, units, item_discount in zip(
                self.items, self.units, self.item_discounts, strict=True
            )
        )
        taken = (self.shipping_fee or 0) - self.shipping
        return Priced(lines, self.shipping, taken, applied, refused)


def _passes(item: Item, wanted: Filter) -> bool:
    """`PriceRangeFilter`, `TaxonFilter`, `ProductFilter`: each that is configured."""
    return (
        (wanted.min_price is None or item.unit_price >= wanted.min_price)
        and (wanted.max_price is None or item.unit_price <= wanted.max_price)
        and (not wanted.taxons or bool(item.taxons & wanted.taxons))
        and (not wanted.products or item.product in wanted.products)
    )


def _against(promotion: Promotion, left: _Left, context: Context) -> str | None:
    """Why the promotion may not be applied now; None if it may. `PromotionEligibilityChecker`s, in their order."""
    if promotion.is_archived:
        return "archived"
    if promotion.channels is not None and context.channel not in promotion.channels:
        return "channel"
    if promotion.starts_at is not None and context.now < promotion.starts_at:
        return "not_started"
    if promotion.ends_at is not None and context.now > promotion.ends_at:
        return "ended"
    if promotion.usage_limit is not None and promotion.used >= promotion.usage_limit:
        return "usage_limit"
    if promotion.is_coupon_based and (reason := _against_coupon(promotion, context)):
        return reason
    unmet = next((rule for rule in promotion.rules if not _holds(rule, left, context)), None)
    return None if unmet is None else RULE_REASONS[type(unmet)]


RULE_REASONS: dict[type[Rule], str] = {
    CartQuantity: "rule.cart_quantity",
    ItemTotal: "rule.item_total",
    HasTaxon: "rule.has_taxon",
    TaxonTotal: "rule.taxon_total",
    ContainsProduct: "rule.contains_product",
    NthOrder: "rule.nth_order",
    CustomerGroup: "rule.customer_group",
    ShippingCountry: "rule.shipping_country",
}


def _against_coupon(promotion: Promotion, context: Context) -> str | None:
    """The customer is told the same of each: the coupon is invalid. `PromotionCoupon…EligibilityChecker`s."""
    coupon = next((c for c in promotion.coupons if c.code == context.coupon_code), None)
    if coupon is None:
        return "coupon"
    if coupon.expires_at is not None and context.now >= coupon.expires_at:
        return "coupon_expired"
    if coupon.usage_limit is not None and coupon.used >= coupon.usage_limit:
        return "coupon_usage_limit"
    return "coupon_customer_limit" if _has_used_up(coupon, context) else None


def _has_used_up(coupon: Coupon, context: Context) -> bool:
    customer, limit = context.customer, coupon.per_customer_limit
    if limit is None or customer is None or customer.is_new:
        return False
    return customer.coupon_uses.get(coupon.code, 0) >= limit


def _holds(rule: Rule, left: _Left, context: Context) -> bool:
    """`…RuleChecker`s. A taxon is meant without those below it."""
    customer = context.customer
    match rule:
        case CartQuantity(count, operator):
            return _compares(sum(item.quantity for item in left.items), operator, count)
        case ItemTotal(amount, operator):
            return _compares(sum(left.totals()), operator, amount)
        case HasTaxon(taxons):
            return any(item.taxons & taxons for item in left.items)
        case TaxonTotal(taxon, amount):
            pairs = zip(left.items, left.totals(), strict=True)
            return sum(total for item, total in pairs if taxon in item.taxons) >= amount
        case ContainsProduct(product):
            return any(item.product == product for item in left.items)
        case NthOrder(nth):
            orders = None if customer is None else 0 if customer.is_new else customer.orders_placed
            return orders is not None and orders == nth - 1
        case CustomerGroup(group):
            return customer is not None and customer.group == group
        case ShippingCountry(country):
            return context.shipping_country == country


def _compares(value: int, operator: Operator, than: int) -> bool:
    """`ComparisonOperatorMatcher`."""
    return {
        ">=": value >= than,
        ">": value > than,
        "===": value == than,
        "!==": value != than,
        "<": value < than,
        "<=": value <= than,
    }[operator]
