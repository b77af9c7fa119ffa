"""Conformance cases of other shop systems, one JSON object a line: what is given, what their own tests expect.

Amounts are in major units as the vendors' tests write them; they are read as decimals, never as floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from huitou.kernel.errors import Invalid

Vendor = Literal["sylius", "oscar", "solidus", "lunar"]
Outcome = Literal["passed", "failed", "refused"]


Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class CaseRefused(Invalid):
    code = "offer.case_refused"
    zh, en = "用例无法判断：{why}", "The case cannot be judged: {why}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refused`: the case asks for something that no profile knows; `why` says what."""

    id: str
    kind: str
    vendor: Vendor | None
    outcome: Outcome
    expected: Mapping[str, object] = field(default_factory=dict)
    got: Mapping[str, object] = field(default_factory=dict)
    why: str = ""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that is not known is refused."""


class Case(Strict, frozen=True):
    id: str
    kind: str
    given: msgspec.Raw
    expect: msgspec.Raw
    source: str = ""
    licence: str = ""
    scenario: str = ""
    notes: tuple[str, ...] = ()


# ── Sylius ──


class Product(Strict, frozen=True):
    price: Decimal
    taxons: frozenset[str] = frozenset()
    min_price: Decimal | None = None


class CartQuantityMin(Strict, frozen=True, tag_field="type", tag="cart_quantity_min"):
    qty: Count


class ItemsTotalMin(Strict, frozen=True, tag_field="type", tag="items_total_min"):
    amount: Decimal


class HasTaxonRule(Strict, frozen=True, tag_field="type", tag="has_taxon"):
    taxons: frozenset[str]


class TaxonTotalMin(Strict, frozen=True, tag_field="type", tag="taxon_total_min"):
    taxon: str
    amount: Decimal


class ContainsProductRule(Strict, frozen=True, tag_field="type", tag="contains_product"):
    """One product; `products` with one name says the same."""

    product: str = ""
    products: tuple[str, ...] = ()


class HasProductRule(ContainsProductRule, frozen=True, tag_field="type", tag="has_product"):
    pass


class NthOrderRule(Strict, frozen=True, tag_field="type", tag="nth_order"):
    n: int


class CustomerGroupRule(Strict, frozen=True, tag_field="type", tag="customer_group"):
    group: str


class ShippingCountryRule(Strict, frozen=True, tag_field="type", tag="shipping_country"):
    country: str


CartRule = (
    CartQuantityMin
    | ItemsTotalMin
    | HasTaxonRule
    | TaxonTotalMin
    | ContainsProductRule
    | HasProductRule
    | NthOrderRule
    | CustomerGroupRule
    | ShippingCountryRule
)


class ItemFilter(Strict, frozen=True):
    products: frozenset[str] = frozenset()
    taxons: frozenset[str] = frozenset()
    min_price: Decimal | None = None
    max_price: Decimal | None = None


class OrderFixedAction(Strict, frozen=True, tag_field="type", tag="order_fixed"):
    amount: Decimal


class OrderPercentAction(Strict, frozen=True, tag_field="type", tag="order_percent"):
    percent: Decimal


class ItemFixedAction(Strict, frozen=True, tag_field="type", tag="item_fixed"):
    amount: Decimal
    filter: ItemFilter = ItemFilter()


class ItemPercentAction(Strict, frozen=True, tag_field="type", tag="item_percent"):
    percent: Decimal
    filter: ItemFilter = ItemFilter()


class ShippingPercentAction(Strict, frozen=True, tag_field="type", tag="shipping_percent"):
    percent: Decimal


CartAction = (
    OrderFixedAction
    | OrderPercentAction
    | ItemFixedAction
    | ItemPercentAction
    | ShippingPercentAction
)


class CartPromotionDocument(Strict, frozen=True):
    name: str
    actions: tuple[CartAction, ...]
    rules: tuple[CartRule, ...] = ()
    priority: int | None = None
    exclusive: bool = False
    coupon_based: bool = False
    coupon: str | None = None
    applies_to_discounted: bool = True


class CartContext(Strict, frozen=True):
    """`shipping` names the chosen one of `shipping_methods`; without it the first is taken, as Sylius does.
    `coupon` is the code in the cart; it is that of every coupon-based promotion that names none."""

    prior_orders: Count = 0
    shipping_methods: dict[str, Decimal] = {}
    shipping: str | None = None
    customer_group: str | None = None
    guest: bool = False
    coupon: str | None = None
    country: str | None = None


class CartRow(Strict, frozen=True):
    product: str
    qty: Count = 1


class CartPromotionGiven(Strict, frozen=True):
    products: dict[str, Product]
    promotions: tuple[CartPromotionDocument, ...]
    cart: tuple[CartRow, ...]
    context: CartContext = CartContext()


class CouponGiven(Strict, frozen=True):
    """Days are `yesterday`, `today`, `tomorrow` or an ISO date."""

    expires: str | None = None
    usage_limit: Count | None = None
    used: Count = 0
    per_customer_limit: Count | None = None
    prior_uses_by_customer: Count = 0
    prior_use_order_cancelled: bool = False
    reusable_after_cancel: bool = True


class CouponLifecycleGiven(Strict, frozen=True):
    product_price: Decimal
    order_discount: Decimal
    coupon: CouponGiven
    qty: Count = 1


class PlacedOrder(Strict, frozen=True):
    customer: str
    cancelled: bool = False


class CouponUsageGiven(Strict, frozen=True):
    orders: tuple[PlacedOrder, ...]
    reusable_after_cancel: bool = True


class PromotionWindowGiven(Strict, frozen=True):
    product_price: Decimal
    order_discount: Decimal
    start: str | None = None
    end: str | None = None
    qty: Count = 1


class SegmentRuleGiven(Strict, frozen=True):
    product_price: Decimal
    percent: Decimal
    required_group: str
    customer_group: str | None = None
    qty: Count = 1


class FlooredLine(Strict, frozen=True):
    price: Decimal
    qty: Count = 1
    floor: Decimal | None = None
    sale_percent: Decimal | None = None


class OnePromotion(Strict, frozen=True):
    item_fixed: Decimal | None = None
    item_percent: Decimal | None = None
    order_fixed: Decimal | None = None
    order_percent: Decimal | None = None


class FlooredGiven(Strict, frozen=True):
    lines: tuple[FlooredLine, ...]
    promotion: OnePromotion
    applies_to_discounted: bool = True


# ── Oscar ──


class ConditionGiven(Strict, frozen=True):
    type: Literal["count", "value", "coverage"]
    value: Decimal


class BenefitGiven(Strict, frozen=True):
    type: Literal[
        "cheapest_free",
        "percent",
        "fixed",
        "fixed_unit",
        "bundle_price",
        "shipping_percent",
        "shipping_fixed",
        "shipping_price",
    ]
    value: Decimal = Decimal(0)
    max_items: Count | None = None


class BasketLine(Strict, frozen=True):
    price: Decimal
    qty: Count = 1
    discountable: bool = True


class OfferGiven(Strict, frozen=True):
    condition: ConditionGiven
    benefit: BenefitGiven
    lines: tuple[BasketLine, ...]
    shipping: Decimal = Decimal(0)


# ── Solidus ──


class OrderLine(Strict, frozen=True):
    """`price` is left out where a spec asks a calculator that does not look at it."""

    price: Decimal | None = None
    qty: Count = 1


class CalculatorGiven(Strict, frozen=True):
    """Of one calculator (which is said by the spec in `source`): its preferences, and the lines it is asked for, as
    `lines`, `prices` or `quantities` or both, or `line_count` lines of `qty` pieces at `line_price`. `eligible` says of
    each line whether it passes the conditions, or names the places of those that do."""

    first_item: Decimal = Decimal(0)
    additional_item: Decimal = Decimal(0)
    max_items: Count = 0
    amount: Decimal | None = None
    per_unit: Decimal | None = None
    percent: Decimal | None = None
    max_amount: Decimal | None = None
    base_amount: Decimal = Decimal(0)
    base_percent: Decimal = Decimal(0)
    tiers: dict[str, Decimal] = {}
    group_size: Annotated[int, msgspec.Meta(ge=1)] = 1
    currency_matches: bool = True
    lines: tuple[OrderLine, ...] = ()
    prices: tuple[Decimal, ...] = ()
    quantities: tuple[Count, ...] = ()
    eligible: tuple[bool | Count, ...] | None = None
    line_price: Decimal | None = None
    line_count: Count = 1
    qty: Count | None = None


# ── Lunar ──


class RewardQuantityGiven(Strict, frozen=True):
    qty: Count
    min_qty: Count
    reward_qty: Count = 1
    max_reward_qty: Count | None = None


class RewardAmountGiven(Strict, frozen=True):
    condition_qty: Count
    reward_qty_in_cart: Count
    min_qty: Count
    reward_price: Decimal
    reward_qty: Count = 1
    max_reward_qty: Count | None = None
    condition_price: Decimal = Decimal(1)


class StackedLine(Strict, frozen=True):
    price: Decimal
    qty: Count = 1


class StackedGiven(Strict, frozen=True):
    lines: tuple[StackedLine, ...]
