"""What products cost one customer, each for itself. Money in fen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.offer.types.answers import ShownStep
from huitou.offer.types.documents import Gift
from huitou.offer.types.suggestions import Suggestion


@dataclass(frozen=True, slots=True)
class ShelfTier:
    """A tier as it is called."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One piece of a product, bought alone and without shipping: the customer's best price with the offers,
    coupons and privileges they have, and how it comes about.

    `at_next_tier_fen` is what it would cost at the next tier, `without_tier_fen` what it costs who has no tier,
    `without_promoter_fen` what it costs without the associate's link; each None where there is no such, or
    the search had no time for it. `more` is what
    is one step away with more pieces of it. `proven`: nothing is cheaper.
    """

    sku: str
    name: str
    list_fen: int
    payable_fen: int
    saved_fen: int
    steps: list[ShownStep]
    gifts: list[Gift]
    proven: bool
    at_next_tier_fen: int | None
    without_tier_fen: int | None
    without_promoter_fen: int | None
    more: Suggestion | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Products in the order they were asked for; `unpriced` are SKUs that have no price. `tier` is the
    customer's, None for nobody known and where there are no tiers."""

    items: list[OnShelf]
    unpriced: list[str]
    customer_id: UUID | None
    promoter_id: UUID | None
    tier: ShelfTier | None
    next_tier: ShelfTier | None
    at: datetime
