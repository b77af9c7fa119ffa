"""Solidus promotions. Money in minor units, percents of 100.

Source: github.com/solidusio/solidus, `promotions/app/models/solidus_promotions` (4.4 and newer).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Lane = Literal["pre", "default", "post"]
Policy = Literal["any", "all", "none", "only"]


@dataclass(frozen=True, slots=True)
class Line:
    """`taxons` are the product's with all those above them."""

    product: str
    quantity: int
    unit_price: int
    taxons: frozenset[str] = frozenset()
    is_promotionable: bool = True


@dataclass(frozen=True, slots=True)
class Shipment:
    method: str
    cost: int


@dataclass(frozen=True, slots=True)
class Order:
    lines: tuple[Line, ...]
    shipments: tuple[Shipment, ...] = ()
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class FlatRate:
    """`currency` None, here and below: that of the order. In another currency nothing is taken off."""

    amount: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class FlexiRate:
    """`max_items` 0: no limit."""

    first_item: int
    additional_item: int
    max_items: int = 0


@dataclass(frozen=True, slots=True)
class Percent:
    percent: Decimal


@dataclass(frozen=True, slots=True)
class PercentWithCap:
    """`max_amount` is shared among the lines as `DistributedAmount` does; a line gets the smaller of both."""

    percent: Decimal
    max_amount: int


@dataclass(frozen=True, slots=True)
class DistributedAmount:
    amount: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class TieredFlatRate:
    """(at least, amount): by what the line itself still costs."""

    base_amount: int
    tiers: tuple[tuple[int, int], ...]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class TieredPercent:
    """(at least, percent): by the order's item total before any discount."""

    base_percent: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class TieredPercentOnQuantity:
    """(at least, percent): by the pieces that the benefit's conditions let through."""

    base_percent: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    currency: str | None = None


Calculator = (
    FlatRate
    | FlexiRate
    | Percent
    | PercentWithCap
    | DistributedAmount
    | TieredFlatRate
    | TieredPercent
    | TieredPercentOnQuantity
)


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """`is_discounted`: of what earlier lanes have left."""

    amount: int
    operator: Literal["gt", "gte"] = "gt"
    is_discounted: bool = False


@dataclass(frozen=True, slots=True)
class MinimumQuantity:
    """Pieces of the lines that the benefit's other conditions let through."""

    quantity: int


@dataclass(frozen=True, slots=True)
class NthOrder:
    nth: int


@dataclass(frozen=True, slots=True)
class FirstOrder:
    pass


@dataclass(frozen=True, slots=True)
class FirstRepeatPurchaseSince:
    days: int


@dataclass(frozen=True, slots=True)
class OneUsePerUser:
    pass


@dataclass(frozen=True, slots=True)
class UserLoggedIn:
    pass


@dataclass(frozen=True, slots=True)
class UserIs:
    users: frozenset[str]


@dataclass(frozen=True, slots=True)
class UserRole:
    roles: frozenset[str]
    policy: Literal["any", "all"] = "any"


@dataclass(frozen=True, slots=True)
class StoreIs:
    stores: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    methods: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProductIs:
    """`Product`: of the order by its policy, and of each line: one of them, or with `none` none of them."""

    products: frozenset[str]
    policy: Policy = "any"


@dataclass(frozen=True, slots=True)
class TaxonIs:
    """`Taxon`, as `ProductIs`; `only` is not known to it."""

    taxons: frozenset[str]
    policy: Policy = "any"


@dataclass(frozen=True, slots=True)
class OrderHas:
    """`OrderProduct`, `OrderTaxon`: exactly one of both is said."""

    products: frozenset[str] = frozenset()
    taxons: frozenset[str] = frozenset()
    policy: Policy = "any"


@dataclass(frozen=True, slots=True)
class LineHas:
    """`LineItemProduct`, `LineItemTaxon`: exactly one of both is said."""

    products: frozenset[str] = frozenset()
    taxons: frozenset[str] = frozenset()
    policy: Literal["include", "exclude"] = "include"


Condition = (
    ItemTotal
    | MinimumQuantity
    | NthOrder
    | FirstOrder
    | FirstRepeatPurchaseSince
    | OneUsePerUser
    | UserLoggedIn
    | UserIs
    | UserRole
    | StoreIs
    | ShippingMethod
    | ProductIs
    | TaxonIs
    | OrderHas
    | LineHas
)


@dataclass(frozen=True, slots=True)
class AdjustLineItem:
    calculator: Calculator
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustLineItemQuantityGroups:
    """Only whole groups of `group_size` pieces; the calculator is asked for one piece."""

    calculator: Calculator
    group_size: int
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustShipment:
    calculator: Calculator
    conditions: tuple[Condition, ...] = ()


Benefit = AdjustLineItem | AdjustLineItemQuantityGroups | AdjustShipment


@dataclass(frozen=True, slots=True)
class Promotion:
    """`code` None: applied by itself. `used` and `code_used` leave out cancelled orders."""

    name: str
    benefits: tuple[Benefit, ...]
    lane: Lane = "default"
    code: str | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    usage_limit: int | None = None
    used: int = 0
    per_code_usage_limit: int | None = None
    code_used: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """`completed_orders` are all complete ones; `used_promotions` the names of those used before."""

    id: str
    roles: frozenset[str] = frozenset()
    completed_orders: int = 0
    last_completed_at: datetime | None = None
    used_promotions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """`guest_orders`: complete orders with the e-mail address of an order without a user."""

    now: datetime
    user: User | None = None
    guest_orders: int = 0
    codes: frozenset[str] = frozenset()
    store: str | None = None
