"""What an order cost, kept for ever; and what it took of offers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.offer.types.answers import PaidLine, ShownStep
from huitou.offer.types.carts import Decision
from huitou.offer.types.documents import Gift
from huitou.offer.types.offers import Party, RefundPolicy

OrderState = Literal["placed", "paid", "cancelled"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An order's proof as it is stored. `request` is the hash of what was asked; `document` is told in
    `rules/proofs.py`."""

    id: UUID
    unit_id: UUID
    order_no: str
    customer_id: UUID | None
    state: OrderState
    request: bytes
    rules_hash: str
    engine: int
    payable_fen: int
    document: dict[str, Any]
    placed_at: datetime
    cancelled_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Use:
    """What an order took of an offer in the version that held: pieces (of price and piece offers), and what
    it took off with its gifts' worth."""

    offer_id: UUID
    version: int
    pieces: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Funded:
    """What a party bears of an offer."""

    party: Party
    fen: int


@dataclass(frozen=True, slots=True)
class ShownUse:
    """A use with the terms it was taken under."""

    offer_id: UUID
    version: int
    pieces: int
    cost_fen: int
    refund_policy: RefundPolicy
    funding: list[Funded]


@dataclass(frozen=True, slots=True)
class OrderShown:
    """What an order costs, as it was decided when it was placed. `is_new` is False when this was answered
    before. `uses` name versions of offers, which stay readable."""

    id: UUID
    is_new: bool
    state: OrderState
    unit_id: UUID
    order_no: str
    customer_id: UUID | None
    promoter_id: UUID | None
    payable_fen: int
    list_fen: int
    shipping_fen: int
    lines: list[PaidLine]
    steps: list[ShownStep]
    gifts: list[Gift]
    decision: Decision
    uses: list[ShownUse]
    rules_hash: str
    engine: int
    placed_at: datetime
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """That a customer's order was priced here, and what it costs."""

    id: UUID
    unit_id: UUID
    order_no: str
    state: OrderState
    payable_fen: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """An order priced again from what was kept: `is_same` if cart, rules and decision give the same proof to
    the fen, and the rules still have their hash."""

    is_same: bool
    payable_fen: int
    kept_payable_fen: int
    rules_hash: str
    kept_rules_hash: str
    engine: int
    kept_engine: int


@dataclass(frozen=True, slots=True)
class OfferFault:
    """What does not hold: an order that replays to something else (`replay`), an offer whose tally is not
    the sum of its uses (`tally`); `id` is the order's proof or the offer."""

    kind: Literal["replay", "tally"]
    id: UUID
    expected_fen: int
    found_fen: int


@dataclass(frozen=True, slots=True)
class OffersChecked:
    """So many orders were priced again; `next` goes on."""

    orders: int
    faults: list[OfferFault]
    next: str | None


class NoProof(NotFound):
    code = "offer.no_order"
    zh, en = "没有这笔订单的价格记录", "Nothing is kept of what this order cost"


class OtherOrder(Conflict):
    code = "offer.other_order"
    zh, en = (
        "这个订单号已用于另一笔订单",
        "This order number was placed with another cart or decision",
    )


class OrderPaid(Conflict):
    code = "offer.order_paid"
    zh, en = "订单已付款，请走退款", "The order is paid; refund it instead"


class PriceChanged(Conflict):
    code = "offer.price_changed"
    zh, en = (
        "价格已变化，现在应付 {payable_fen} 分",
        "The price has changed: {payable_fen} fen is due now",
    )


class BadMoment(Invalid):
    code = "offer.bad_moment"
    zh, en = "下单时间不合理", "The time of the order cannot be true"
