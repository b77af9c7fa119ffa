"""Lunar's discounts. Money in minor units, before tax; percents of 100.

Source: github.com/lunarphp/lunar, `packages/core/src/DiscountTypes` (1.x, with what 2.x mended).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    product: str
    quantity: int
    unit_price: int
    variant: str | None = None
    brand: str | None = None
    collections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cart:
    lines: tuple[Line, ...]
    shipping: int = 0
    coupon_code: str | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """Products and variants, brands, collections. As a limitation a line must be in each list that is not
    empty; as an exclusion, a condition or a reward one suffices."""

    products: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AmountOff:
    """Either `fixed`, off all lines together, or `percent`."""

    fixed: int | None = None
    percent: Decimal = Decimal(0)
    limitations: Goods = Goods()
    exclusions: Goods = Goods()


@dataclass(frozen=True, slots=True)
class BuyXGetY:
    """For each `min_qty` pieces of the conditions `reward_qty` pieces of the rewards are free; of all
    together `max_reward_qty` at most (None or 0: no limit)."""

    min_qty: int
    reward_qty: int = 1
    max_reward_qty: int | None = None
    conditions: Goods = Goods()
    rewards: Goods = Goods()


@dataclass(frozen=True, slots=True)
class Discount:
    """`stops`: nothing after it, if it took effect. Without `starts_at` a discount is not active."""

    name: str
    type: AmountOff | BuyXGetY
    priority: int = 1
    stops: bool = False
    coupon: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    min_spend: int = 0
    max_uses: int | None = None
    uses: int = 0
    max_uses_per_user: int | None = None
    uses_by_user: int = 0
    customers: frozenset[str] = frozenset()
    customer_groups: frozenset[str] | None = None
    channels: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    now: datetime
    user: str | None = None
    customer: str | None = None
    customer_groups: frozenset[str] = frozenset()
    channel: str | None = None
