"""A cart, what may be used for it, a decision, and what it then costs. Money in fen."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from huitou.offer.types.documents import (
    EVERYTHING,
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Gift,
    Goods,
    Measure,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
)

UNITS_MAX = 500
"""Pieces of one cart."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """`quantity` pieces of a SKU at `list_fen` each."""

    line_no: int
    sku: str
    category: str
    quantity: int
    list_fen: int


@dataclass(frozen=True, slots=True)
class Cart:
    """`shipping_fen` is what shipping costs before anything is taken off."""

    lines: tuple[CartLine, ...]
    shipping_fen: int = 0


@dataclass(frozen=True, slots=True)
class UsableOffer:
    """An offer that holds for this customer, here and now.

    `tags` are its own beside those of its kind; `allows` names the tags of what it goes together with (None: anything).
    """

    id: str
    terms: PriceOffer | BuyGet | Bundle | AddOn | Activity
    tags: tuple[str, ...] = ()
    allows: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UsableCoupon:
    """A coupon of the customer that may be used here and now. `rank` says which come first,
    `category` whose number is limited (`Rules.coupon_limits`)."""

    id: str
    terms: OrderOff | OneOff | ShippingOff
    goods: Goods = EVERYTHING
    measure: Measure = "amount"
    threshold_fen: int = 0
    rank: int = 2
    category: str = "store"
    expires_at: datetime | None = None
    tags: tuple[str, ...] = ()
    allows: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """All that may be used, in the order it was published. `groups` are those of activities, first to last;
    a group that is not named comes after them by its name. A category without a limit has none."""

    offers: tuple[UsableOffer, ...] = ()
    coupons: tuple[UsableCoupon, ...] = ()
    groups: tuple[str, ...] = ("activity",)
    coupon_limits: tuple[tuple[str, int], ...] = ()
    ships_free: bool = False
    """A privilege of the customer's tier."""


Slot = Literal["buy", "get"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What `count` pieces of a SKU at a list price do: the price offer they pay by, the piece offer they join
    and as what, the activities they join. None: no such."""

    sku: str
    list_fen: int
    count: int
    price: str | None = None
    piece: str | None = None
    slot: Slot = "buy"
    activities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A way to buy a cart: each piece is in exactly one choice; and the coupons that are given."""

    choices: tuple[Choice, ...]
    coupons: tuple[str, ...] = ()


StepKind = Literal["price", "piece", "activity", "coupon", "shipping"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one offer or coupon did. `base` is what it looked at (fen, or pieces where it counts them), `off_fen`
    what it took off, `shipping_off_fen` off the shipping; `by_unit` is the share of each unit that has one."""

    kind: StepKind
    id: str
    base: int
    off_fen: int
    by_unit: tuple[tuple[int, int], ...] = ()
    shipping_off_fen: int = 0
    gifts: tuple[Gift, ...] = ()
    times: int = 0
    """How often a group, or a tier, was reached; 0 is not at all."""


@dataclass(frozen=True, slots=True)
class PricedUnit:
    """One piece: what it lists at, what its price was, and what is paid for it in the end."""

    line_no: int
    sku: str
    list_fen: int
    price_fen: int
    paid_fen: int
    choice: int


@dataclass(frozen=True, slots=True)
class PriceProof:
    """What a decision costs, and how that comes about. `units` are in the order that ties are broken by;
    `steps` in the order they were taken, those without effect included."""

    payable_fen: int
    list_fen: int
    shipping_fen: int
    units: tuple[PricedUnit, ...]
    steps: tuple[Step, ...]
    gifts: tuple[Gift, ...] = ()
    decision: Decision = field(default_factory=lambda: Decision(()))


@dataclass(frozen=True, slots=True)
class Best:
    """The cheapest decision that was found. `proven`: there is none that is cheaper; else none is cheaper by more
    than `gap_fen`. `nodes` is the work that was done, a node where slopes were sought counted as ten."""

    proof: PriceProof
    proven: bool
    gap_fen: int
    nodes: int
