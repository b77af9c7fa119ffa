"""What an offer would do, looked at before it is published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.templates import SaleChannel, Sentence
from huitou.kernel.errors import Conflict, NotFound
from huitou.offer.types.carts import Cart, UsableCoupon, UsableOffer
from huitou.offer.types.offers import Audience, OfferDocument, When

CARTS_MAX = 5_000
"""Orders that a check replays at most."""
PRODUCTS_MAX = 200
"""Products whose lowest price a check looks for at most."""

CheckState = Literal["queued", "running", "done", "cancelled"]
Stage = Literal["prices", "carts"]
Severity = Literal["block", "warn", "info"]
Relation = Literal["exclusive", "together"]
Problem = Literal["floor", "cost", "free", "gifts"]
CartState = Literal["waiting", "compared", "left_out"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it is stored: of `document`, which was `version`, with the `others` that were in force.

    `own` is the version of the same offer that was in force. In a stage, `cursor` products or carts are done.
    `found` is what the stages found so far, `exposure_high_fen` and `blocking` what publishing asks about.
    """

    id: UUID
    offer_id: UUID
    version: int
    document: OfferDocument
    own: int | None
    others: list[tuple[UUID, int]]
    skus: list[str]
    sku_count: int
    state: CheckState
    stage: Stage
    cursor: int
    seed: int
    since: datetime
    until: datetime
    order_count: int
    cart_count: int
    budget_ms: int
    found: dict[str, Any]
    exposure_high_fen: int | None
    blocking: int
    queued_at: datetime
    ended_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Held:
    """An instrument, and when, where and for whom it holds. `paths` are those of its units (none: everywhere)."""

    instrument: UsableOffer | UsableCoupon
    when: When
    paths: tuple[str, ...]
    channels: tuple[SaleChannel, ...]
    audience: Audience


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit where things are sold."""

    name: str
    path: str
    channel: SaleChannel


@dataclass(frozen=True, slots=True)
class Situation:
    """A moment, a place and a customer at whom the most holds at once: everything in `held`, which are places in
    the list that was asked about."""

    at: datetime
    spot: Spot
    tier: str | None
    has_bought: bool
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """Another offer, or a kind of coupon, that may hold for the same product at once, and what then is."""

    id: str
    kind: Literal["offer", "coupon"]
    name: str
    relation: Relation
    sku: str
    product_name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LowLine:
    sku: str
    name: str
    quantity: int
    list_fen: int


@dataclass(frozen=True, slots=True)
class LowStep:
    id: str
    name: str
    off_fen: int


@dataclass(frozen=True, slots=True)
class LowPrice:
    """The least that a product was found to be sold for where the offer takes part: `paid_fen` for `pieces` of it,
    in the cart of `lines`, by `steps`; `piece_fen` is of one, a part of a fen dropped. `proven`: no decision makes
    that cart cheaper. `where` is a moment, a place and a customer it is so for."""

    sku: str
    name: str
    list_fen: int
    cost_fen: int | None
    floor_fen: int | None
    pieces: int
    paid_fen: int
    piece_fen: int
    payable_fen: int
    gifts_fen: int
    lines: list[LowLine]
    steps: list[LowStep]
    where: Sentence
    proven: bool
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class PastCart:
    """An order that was paid, as it is bought again: what holds where, when and for whom it was.

    `others` are the offers beside the draft, in their order; `own` is what the offer itself says until now, `holds`
    whether the draft does, whatever its customer took of it; each would stand before the `others` at its turn.
    """

    place: int
    cart: Cart | None
    customer_id: UUID | None
    others: tuple[UsableOffer, ...]
    own: UsableOffer | None
    own_turn: int
    holds: bool
    draft_turn: int
    coupons: tuple[UsableCoupon, ...]
    ships_free: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What a past cart costs without and with the offer; `cost_fen` is what the offer takes off with its gifts'
    worth, `pieces` what counts to a customer's limit. `before_fen` None: it was left out."""

    place: int
    before_fen: int | None
    after_fen: int | None
    cost_fen: int
    pieces: int
    is_used: bool
    is_proven: bool


@dataclass(frozen=True, slots=True)
class CheckedCart:
    """An order as it was compared. `paid_fen` is what was really paid back then."""

    place: int
    order_id: UUID
    order_no: str
    unit_id: UUID
    unit_code: str
    unit_name: str
    paid_at: datetime
    paid_fen: int
    state: CartState
    before_fen: int
    after_fen: int
    cost_fen: int
    is_used: bool
    is_proven: bool

    @property
    def more_fen(self) -> int:
        """What would be paid more with the offer (less: below zero)."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True, slots=True)
class Finding:
    """`block` takes two people to publish, `warn` is probably not meant, `info` is told."""

    code: str
    severity: Severity
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the offer would cost in `days` days, by what it costs on days of the past: `low_fen` to `high_fen` in 19
    of 20 cases if customers buy as they did. `days` are those of its window, 30 where that has no end.

    With a budget: after how many days it would be used up, at the earliest and the latest; None: not in the window.
    """

    days: int
    has_end: bool
    day_fen: int
    expected_fen: int
    low_fen: int
    high_fen: int
    budget_fen: int | None
    empty_from_days: int | None
    empty_to_days: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """Orders for which that much more (below zero: less) is paid: from `from_fen` up to, not including,
    `until_fen`; None is without end."""

    from_fen: int | None
    until_fen: int | None
    orders: int


@dataclass(frozen=True, slots=True)
class UnitDifference:
    unit_id: UUID
    code: str
    name: str
    orders: int
    touched: int
    before_fen: int
    after_fen: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Moved:
    """An order, and what would be paid for it."""

    order_no: str
    unit_name: str
    paid_at: datetime
    before_fen: int
    after_fen: int
    more_fen: int


@dataclass(frozen=True, slots=True)
class Replay:
    """Past carts bought again, without and with the offer, under what holds today. `touched` are those for which
    something else is paid; `average_fen` is the mean of what they pay more."""

    orders: int
    left_out: int
    proven: int
    used: int
    touched: int
    real_fen: int
    before_fen: int
    after_fen: int
    cost_fen: int
    average_fen: int
    bars: list[Bar]
    units: list[UnitDifference]
    less: list[Moved]
    more: list[Moved]


@dataclass(frozen=True, slots=True)
class OfferCheckShown:
    """A check and what it found until now.

    `order_count` orders were paid between `since` and `until`; of these `cart_count` are replayed, a sample by
    `seed` (whole customers) where they are fewer. `done` of `total` steps. `is_current`: the offer and all others are
    as they were. `takes_two` says why publishing this version takes a second person; empty: it does not.
    """

    id: UUID
    offer_id: UUID
    version: int
    state: CheckState
    stage: Stage
    done: int
    total: int
    seed: int
    since: datetime
    until: datetime
    order_count: int
    cart_count: int
    product_count: int
    products_looked_at: int
    budget_ms: int
    queued_at: datetime
    ended_at: datetime | None
    by: str
    is_current: bool
    findings: list[Finding]
    conflicts: list[Met]
    prices: list[LowPrice]
    exposure: Exposure | None
    replay: Replay
    takes_two: list[Sentence]
    notes: list[Sentence]


class NoCheck(NotFound):
    code = "offer.no_check"
    zh, en = "这个优惠活动还没有检查过", "This offer was not checked yet"


class CheckOver(Conflict):
    code = "offer.check_over"
    zh, en = "这次检查已经结束", "This check is over already"
