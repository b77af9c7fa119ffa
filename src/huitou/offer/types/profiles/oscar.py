"""django-oscar's conditional offers. Money in minor units, percents of 100.

Source: github.com/django-oscar/django-oscar, `apps/offer` and `apps/basket/utils` (3.x and 4.x).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

Range = frozenset[str] | None
"""The products of a range; None: all products."""


@dataclass(frozen=True, slots=True)
class Line:
    product: str
    quantity: int
    unit_price: int
    is_discountable: bool = True


@dataclass(frozen=True, slots=True)
class Basket:
    """`shipping` is the charge of the chosen method."""

    lines: tuple[Line, ...]
    shipping: int = 0


@dataclass(frozen=True, slots=True)
class CountCondition:
    value: int
    range: Range = None


@dataclass(frozen=True, slots=True)
class ValueCondition:
    value: int
    range: Range = None


@dataclass(frozen=True, slots=True)
class CoverageCondition:
    """`value` different products of the range."""

    value: int
    range: Range = None


Condition = CountCondition | ValueCondition | CoverageCondition


@dataclass(frozen=True, slots=True)
class PercentageBenefit:
    value: Decimal
    max_affected_items: int | None = None
    range: Range = None


@dataclass(frozen=True, slots=True)
class AbsoluteBenefit:
    """`value` off all of them together."""

    value: int
    max_affected_items: int | None = None
    range: Range = None


@dataclass(frozen=True, slots=True)
class FixedUnitBenefit:
    """`value` off each of them."""

    value: int
    max_affected_items: int | None = None
    range: Range = None


@dataclass(frozen=True, slots=True)
class FixedPriceBenefit:
    """What meets the condition costs `value` together."""

    value: int


@dataclass(frozen=True, slots=True)
class MultibuyBenefit:
    """The cheapest is free."""

    range: Range = None


@dataclass(frozen=True, slots=True)
class ShippingPercentageBenefit:
    value: Decimal


@dataclass(frozen=True, slots=True)
class ShippingAbsoluteBenefit:
    value: int


@dataclass(frozen=True, slots=True)
class ShippingFixedPriceBenefit:
    value: int


ShippingBenefit = ShippingPercentageBenefit | ShippingAbsoluteBenefit | ShippingFixedPriceBenefit
Benefit = (
    PercentageBenefit
    | AbsoluteBenefit
    | FixedUnitBenefit
    | FixedPriceBenefit
    | MultibuyBenefit
    | ShippingBenefit
)


@dataclass(frozen=True, slots=True)
class Offer:
    """`voucher` None: an offer of the site. `combinations` names offers it may share a line with (from either
    side). The `num_…` and `total_discount` are what is recorded of earlier orders."""

    name: str
    condition: Condition
    benefit: Benefit
    priority: int = 0
    is_exclusive: bool = True
    combinations: frozenset[str] = frozenset()
    voucher: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_suspended: bool = False
    max_basket_applications: int | None = None
    max_user_applications: int | None = None
    num_user_applications: int = 0
    max_global_applications: int | None = None
    num_applications: int = 0
    max_discount: int | None = None
    total_discount: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """`vouchers` are those in the basket that are active and open to the user."""

    now: datetime
    is_known_user: bool = False
    vouchers: frozenset[str] = frozenset()
