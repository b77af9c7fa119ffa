"""Sylius cart promotions as they are configured for one channel. Money in minor units, percents of 100.

Source: github.com/Sylius/Sylius, `Component/Promotion` and `Component/Core/Promotion` (1.11 to 2.x).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Operator = Literal[">=", ">", "===", "!==", "<", "<="]


@dataclass(frozen=True, slots=True)
class Item:
    """A cart line. `unit_price` is the channel's price after catalog promotions, `is_on_sale` says there are any;
    `minimum_price` is the variant's floor."""

    product: str
    quantity: int
    unit_price: int
    taxons: frozenset[str] = frozenset()
    minimum_price: int = 0
    is_on_sale: bool = False


@dataclass(frozen=True, slots=True)
class Cart:
    """`shipping` is the fee of the shipment's method; None when nothing is shipped."""

    items: tuple[Item, ...]
    shipping: int | None = None


@dataclass(frozen=True, slots=True)
class CartQuantity:
    count: int
    operator: Operator = ">="


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """Of the items' total as earlier promotions have left it."""

    amount: int
    operator: Operator = ">="


@dataclass(frozen=True, slots=True)
class HasTaxon:
    taxons: frozenset[str]


@dataclass(frozen=True, slots=True)
class TaxonTotal:
    """The items of one taxon cost at least `amount`, as earlier promotions have left them."""

    taxon: str
    amount: int


@dataclass(frozen=True, slots=True)
class ContainsProduct:
    product: str


@dataclass(frozen=True, slots=True)
class NthOrder:
    nth: int


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    group: str


@dataclass(frozen=True, slots=True)
class ShippingCountry:
    country: str


Rule = (
    CartQuantity
    | ItemTotal
    | HasTaxon
    | TaxonTotal
    | ContainsProduct
    | NthOrder
    | CustomerGroup
    | ShippingCountry
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items an action on units is for; what is not said does not narrow. Prices are inclusive."""

    products: frozenset[str] = frozenset()
    taxons: frozenset[str] = frozenset()
    min_price: int | None = None
    max_price: int | None = None


@dataclass(frozen=True, slots=True)
class OrderFixed:
    amount: int


@dataclass(frozen=True, slots=True)
class OrderPercent:
    percent: Decimal


@dataclass(frozen=True, slots=True)
class UnitFixed:
    amount: int
    filter: Filter = Filter()


@dataclass(frozen=True, slots=True)
class UnitPercent:
    percent: Decimal
    filter: Filter = Filter()


@dataclass(frozen=True, slots=True)
class ShippingPercent:
    percent: Decimal


Action = OrderFixed | OrderPercent | UnitFixed | UnitPercent | ShippingPercent


@dataclass(frozen=True, slots=True)
class Coupon:
    """`used` counts orders as `coupon_used` does."""

    code: str
    expires_at: datetime | None = None
    usage_limit: int | None = None
    used: int = 0
    per_customer_limit: int | None = None
    is_reusable_after_cancel: bool = True


@dataclass(frozen=True, slots=True)
class Promotion:
    """`channels` None means that it is on in every channel."""

    name: str
    actions: tuple[Action, ...]
    rules: tuple[Rule, ...] = ()
    priority: int = 0
    is_exclusive: bool = False
    is_coupon_based: bool = False
    coupons: tuple[Coupon, ...] = ()
    applies_to_discounted: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    used: int = 0
    channels: frozenset[str] | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class CouponOrder:
    """An order that was placed with a coupon."""

    customer: str
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """`is_new`: a guest whose e-mail address has no orders yet. `orders_placed` leaves out cancelled ones;
    `coupon_uses` has the customer's orders by coupon code, counted as `coupon_used` does."""

    is_new: bool = False
    group: str | None = None
    orders_placed: int = 0
    coupon_uses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """`customer` None: a visitor of whom nothing is known."""

    now: datetime
    customer: Customer | None = None
    coupon_code: str | None = None
    channel: str | None = None
    shipping_country: str | None = None
