"""Who buys what, where and when; and what may be used for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.benefit.types.redeeming import Place
from huitou.benefit.types.templates import SaleChannel, Sentence
from huitou.offer.types.carts import Cart, Rules

ReasonCode = Literal[
    "not_started",
    "not_in_window",
    "not_here",
    "wrong_channel",
    "needs_customer",
    "needs_promoter",
    "audience",
    "limit_reached",
    "budget_empty",
    "frozen",
    "price_list",
    "refused",
    "scope_empty",
    "threshold_short",
    "not_lower",
    "no_shipping",
    "twin",
    "too_many",
    "excluded_by",
    "dominated",
    "not_chosen",
]
"""Why an offer or a coupon is not used; docs/api.md tells each."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`short_fen` or `short_pieces` is what is missing, `by` what excludes it."""

    code: ReasonCode
    zh: str
    en: str
    short_fen: int | None = None
    short_pieces: int | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`customer_id` answers for themselves; None is nobody known. `order_no` is the order that asks,
    `promoter_id` the member of staff through whose link it comes."""

    place: Place
    unit_code: str
    at: datetime
    customer_id: UUID | None
    cart: Cart
    order_no: str | None = None
    promoter_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the one who buys. `zone` is the merchant's."""

    at: datetime
    zone: str
    path: str
    channel: SaleChannel
    is_known: bool
    tier: str | None
    segments: frozenset[UUID]
    has_bought: bool
    has_promoter: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a customer's orders took of an offer."""

    offer_id: UUID
    orders: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an offer, a coupon or a privilege is called."""

    kind: Literal["offer", "coupon", "tier"]
    name: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Usable:
    """All there is, told apart: what may be used, and why the rest may not. `versions` and `budgets` (fen
    that are left) by id, for offers that have them."""

    rules: Rules
    known: Mapping[str, Instrument]
    rejected: Mapping[str, Reason]
    versions: Mapping[str, int]
    budgets: Mapping[str, int]
