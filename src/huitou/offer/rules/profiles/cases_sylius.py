"""Sylius' conformance cases under its profile: each gives what the vendor's test may ask about it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from huitou.offer.rules.profiles import sylius
from huitou.offer.rules.profiles.amounts import NOW, Got, expected_of, major, minor, percent
from huitou.offer.rules.profiles.splitting import half_up, part_of
from huitou.offer.types.profiles import cases
from huitou.offer.types.profiles import sylius as vendor
from huitou.offer.types.profiles.cases import Case, CaseRefused
from huitou.offer.types.profiles.priced import Priced


def cart_promotion(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.CartPromotionGiven)
    context = given.context
    items = tuple(_item(row, given.products) for row in given.cart if row.qty)
    promotions = [_promotion(each, context.coupon) for each in given.promotions]
    priced = sylius.price(
        vendor.Cart(items, _shipping(context) if items else None),
        promotions,
        vendor.Context(
            now=NOW,
            customer=vendor.Customer(
                is_new=context.guest,
                group=context.customer_group,
                orders_placed=context.prior_orders,
            ),
            coupon_code=context.coupon,
            shipping_country=context.country,
        ),
    )
    off: dict[str, int] = {}
    for line in priced.lines:
        off[line.product] = off.get(line.product, 0) + line.item_discount
    return {
        "total": major(priced.total),
        "discount": major(priced.discount),
        "shipping": major(priced.shipping),
        "lines": [
            {"product": name, "discount": major(off.get(name, 0))} for name in _asked_products(case)
        ],
    }


def _asked_products(case: Case) -> list[str]:
    lines = expected_of(case).get("lines", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise CaseRefused(why="expected lines are no list of objects")
    return [str(line.get("product")) for line in lines]


def _item(row: cases.CartRow, products: dict[str, cases.Product]) -> vendor.Item:
    product = products.get(row.product)
    if product is None:
        raise CaseRefused(why=f"no product {row.product}")
    floor = minor(product.min_price or Decimal(0))
    return vendor.Item(row.product, row.qty, minor(product.price), product.taxons, floor)


def _shipping(context: cases.CartContext) -> int | None:
    if not context.shipping_methods:
        return None
    name = context.shipping or next(iter(context.shipping_methods))
    if name not in context.shipping_methods:
        raise CaseRefused(why=f"no shipping method {name}")
    return minor(context.shipping_methods[name])


def _promotion(document: cases.CartPromotionDocument, coupon: str | None) -> vendor.Promotion:
    code = document.coupon or coupon
    return vendor.Promotion(
        name=document.name,
        actions=tuple(_action(action) for action in document.actions),
        rules=tuple(rule for each in document.rules for rule in _rules(each)),
        priority=document.priority or 0,
        is_exclusive=document.exclusive,
        is_coupon_based=document.coupon_based,
        coupons=(vendor.Coupon(code),) if code else (),
        applies_to_discounted=document.applies_to_discounted,
    )


def _rules(rule: cases.CartRule) -> Iterable[vendor.Rule]:
    match rule:
        case cases.CartQuantityMin(qty=qty):
            yield vendor.CartQuantity(qty)
        case cases.ItemsTotalMin(amount=amount):
            yield vendor.ItemTotal(minor(amount))
        case cases.HasTaxonRule(taxons=taxons):
            yield vendor.HasTaxon(taxons)
        case cases.TaxonTotalMin(taxon=taxon, amount=amount):
            yield vendor.TaxonTotal(taxon, minor(amount))
        case cases.ContainsProductRule(product=product, products=products):
            names = {product, *products} - {""}
            if len(names) != 1:
                raise CaseRefused(why=f"{rule.__struct_config__.tag} is about one product")
            yield vendor.ContainsProduct(names.pop())
        case cases.NthOrderRule(n=n):
            yield vendor.NthOrder(n)
        case cases.CustomerGroupRule(group=group):
            yield vendor.CustomerGroup(group)
        case cases.ShippingCountryRule(country=country):
            yield vendor.ShippingCountry(country)


def _action(action: cases.CartAction) -> vendor.Action:
    match action:
        case cases.OrderFixedAction(amount=amount):
            return vendor.OrderFixed(minor(amount))
        case cases.OrderPercentAction(percent=off):
            return vendor.OrderPercent(percent(off))
        case cases.ItemFixedAction(amount=amount, filter=wanted):
            return vendor.UnitFixed(minor(amount), _filter(wanted))
        case cases.ItemPercentAction(percent=off, filter=wanted):
            return vendor.UnitPercent(percent(off), _filter(wanted))
        case cases.ShippingPercentAction(percent=off):
            return vendor.ShippingPercent(percent(off))


def _filter(wanted: cases.ItemFilter) -> vendor.Filter:
    lowest, highest = wanted.min_price, wanted.max_price
    return vendor.Filter(
        wanted.products,
        wanted.taxons,
        None if lowest is None else minor(lowest),
        None if highest is None else minor(highest),
    )


def coupon_lifecycle(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.CouponLifecycleGiven)
    coupon = given.coupon
    is_free_again = coupon.prior_use_order_cancelled and coupon.reusable_after_cancel
    used, used_by_customer = (
        max(0, uses - is_free_again) for uses in (coupon.used, coupon.prior_uses_by_customer)
    )
    promotion = vendor.Promotion(
        name="coupon",
        actions=(vendor.OrderFixed(minor(given.order_discount)),),
        is_coupon_based=True,
        coupons=(
            vendor.Coupon(
                code="CODE",
                expires_at=_day(coupon.expires),
                usage_limit=coupon.usage_limit,
                used=used,
                per_customer_limit=coupon.per_customer_limit,
                is_reusable_after_cancel=coupon.reusable_after_cancel,
            ),
        ),
    )
    context = vendor.Context(
        NOW, vendor.Customer(coupon_uses={"CODE": used_by_customer}), coupon_code="CODE"
    )
    priced = _price_one(given.product_price, given.qty, promotion, context)
    is_valid = bool(priced.applied)
    got: Got = {"valid": is_valid, "total": major(priced.total), "discount": major(priced.discount)}
    return got if is_valid else got | {"message": "coupon invalid"}


def coupon_usage_count(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.CouponUsageGiven)
    orders = [vendor.CouponOrder(order.customer, order.cancelled) for order in given.orders]
    reusable = given.reusable_after_cancel
    return {"used": sylius.coupon_used(orders, is_reusable_after_cancel=reusable)}


def promotion_window(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.PromotionWindowGiven)
    promotion = vendor.Promotion(
        name="window",
        actions=(vendor.OrderFixed(minor(given.order_discount)),),
        starts_at=_day(given.start),
        ends_at=_day(given.end),
    )
    priced = _price_one(given.product_price, given.qty, promotion, vendor.Context(NOW))
    return {"total": major(priced.total), "discount": major(priced.discount)}


def segment_rule(case: Case) -> Got:
    given = msgspec.json.decode(case.given, type=cases.SegmentRuleGiven)
    promotion = vendor.Promotion(
        name="group",
        actions=(vendor.OrderPercent(percent(given.percent)),),
        rules=(vendor.CustomerGroup(given.required_group),),
    )
    context = vendor.Context(NOW, vendor.Customer(group=given.customer_group))
    priced = _price_one(given.product_price, given.qty, promotion, context)
    return {"total": major(priced.total), "discount": major(priced.discount)}


def floored(case: Case) -> Got:
    """`price_floor_split` and `stacking_with_sale_price`: one promotion, floors and catalog sales."""
    given = msgspec.json.decode(case.given, type=cases.FlooredGiven)
    items = tuple(_floored_item(place, line) for place, line in enumerate(given.lines))
    promotion = vendor.Promotion(
        name="promotion",
        actions=_actions_of(given.promotion),
        applies_to_discounted=given.applies_to_discounted,
    )
    priced = sylius.price(vendor.Cart(items), [promotion], vendor.Context(NOW))
    return {
        "unit_discounts": [[major(off) for off in line.unit_discounts] for line in priced.lines],
        "unit_prices": [
            major(line.unit_price - next(iter(line.unit_discounts), 0)) for line in priced.lines
        ],
        "total": major(priced.total),
        "discount": major(priced.discount),
    }


def _floored_item(place: int, line: cases.FlooredLine) -> vendor.Item:
    listed = minor(line.price)
    price = listed - half_up(part_of(listed, percent(line.sale_percent or Decimal(0))))
    return vendor.Item(
        product=str(place),
        quantity=line.qty,
        unit_price=price,
        minimum_price=minor(line.floor or Decimal(0)),
        is_on_sale=line.sale_percent is not None,
    )


def _actions_of(one: cases.OnePromotion) -> tuple[vendor.Action, ...]:
    actions: list[vendor.Action] = []
    if one.item_fixed is not None:
        actions.append(vendor.UnitFixed(minor(one.item_fixed)))
    if one.item_percent is not None:
        actions.append(vendor.UnitPercent(percent(one.item_percent)))
    if one.order_fixed is not None:
        actions.append(vendor.OrderFixed(minor(one.order_fixed)))
    if one.order_percent is not None:
        actions.append(vendor.OrderPercent(percent(one.order_percent)))
    return tuple(actions)


def _price_one(
    price: Decimal, quantity: int, promotion: vendor.Promotion, context: vendor.Context
) -> Priced:
    cart = vendor.Cart((vendor.Item("product", quantity, minor(price)),))
    return sylius.price(cart, [promotion], context)


def _day(said: str | None) -> datetime | None:
    days: Sequence[str] = ("yesterday", "today", "tomorrow")
    if said is None:
        return None
    if said in days:
        return NOW + timedelta(days=days.index(said) - 1)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise CaseRefused(why=f"no day: {said}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
