"""Credits, the reasons for giving none, and measured lift."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from huitou.kernel.errors import NotFound

LAST_TOUCH = "last_touch"


class Reason(StrEnum):
    """Why an order is credited to nobody."""

    ANONYMOUS = "anonymous"
    NO_TOUCH = "no_touch"
    OUTSIDE_WINDOW = "outside_window"


REASON_ZH = {
    Reason.ANONYMOUS: "订单没有可识别的顾客，无法归因",
    Reason.NO_TOUCH: "下单前的 90 天内没有向该顾客送达过消息",
    Reason.OUTSIDE_WINDOW: "最近一次送达距下单已超过归因窗口",
}
REASON_EN = {
    Reason.ANONYMOUS: "The order has no recognised customer",
    Reason.NO_TOUCH: "No message was delivered in the 90 days before the purchase",
    Reason.OUTSIDE_WINDOW: "The last message was delivered longer ago than the window",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """How long after a delivery a purchase is still credited to it, and how far one looks back."""

    window: timedelta = timedelta(days=7)
    lookback: timedelta = timedelta(days=90)


class OrderFacts(Struct, frozen=True, gc=False):
    """An order as attribution sees it; `amount_fen` is paid for goods, without shipping."""

    order_id: UUID
    order_no: str
    position: int
    customer_id: UUID | None
    unit_id: UUID
    paid_at: datetime
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was delivered to a customer, as the customer is known now.

    `unit_id` is the store in whose name it went out.
    """

    message_id: UUID
    customer_id: UUID
    channel: str
    delivered_at: datetime
    opened_at: datetime | None = None
    staff_id: UUID | None = None
    unit_id: UUID | None = None
    campaign_id: UUID | None = None
    opportunity_id: UUID | None = None
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Credited:
    """The order belongs to this delivery."""

    touch: Delivery
    considered: int
    """How many deliveries lay in the window."""


@dataclass(frozen=True, slots=True)
class Uncredited:
    """The order belongs to nobody, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Credit:
    """An order credited to a message.

    `amount_fen - refunded_fen` is what still counts; a withdrawn credit counts for nothing. It was
    bought at `unit_id` and is credited to the store that sent the message, `credited_unit_id`.
    `evidence` holds delivered_at, opened_at (if before the purchase), paid_at, and `considered`: how
    many deliveries lay in the window.
    """

    id: UUID
    order_id: UUID
    order_no: str
    customer_id: UUID | None
    unit_id: UUID
    credited_unit_id: UUID
    campaign_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    message_id: UUID
    staff_id: UUID | None
    channel: str
    model: str
    window_days: int
    amount_fen: int
    refunded_fen: int
    paid_at: datetime
    position: int
    evidence: dict[str, Any]
    at: datetime
    withdrawn_at: datetime | None
    version: int

    @property
    def net_fen(self) -> int:
        """What still counts."""
        return 0 if self.withdrawn_at else self.amount_fen - self.refunded_fen


@dataclass(frozen=True, slots=True)
class Attribution(Credit):
    """A credit as lists show it: with names, and why in a sentence."""

    unit_name: str | None
    staff_name: str | None
    campaign_name: str | None
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What attribution says of one order, with the sentence for people."""

    order_id: UUID
    is_credited: bool
    reason: str
    sentence_zh: str
    sentence_en: str
    credit: Attribution | None


@dataclass(frozen=True, slots=True)
class CreditedSales:
    """What is credited within a span of payment: net fen, orders, distinct customers."""

    net_fen: int
    order_count: int
    customer_count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A customer's net spend in the 28 days before assignment and in the window after."""

    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Moments:
    """All that the lift needs of an arm: exact integer sums over its customers' outcomes."""

    count: int = 0
    buyers: int = 0
    buyers_before: int = 0
    before: int = 0
    after: int = 0
    before_squared: int = 0
    after_squared: int = 0
    product: int = 0
    """Σ before × after"""


LiftVerdict = Literal["proven", "harmful", "unproven"]


@dataclass(frozen=True, slots=True)
class Lift:
    """What a campaign added, against those held out.

    Means are net fen per customer assigned; `incremental_fen`, `low_fen` and `high_fen` are for all
    treated customers together. The interval holds at 95% however often it is looked at. None where
    an arm has fewer than two customers.
    """

    treated_count: int
    holdout_count: int
    treated_mean_fen: int
    holdout_mean_fen: int
    treated_buyers: int
    holdout_buyers: int
    incremental_fen: int | None
    low_fen: int | None
    high_fen: int | None
    conversion_bp: int | None
    conversion_low_bp: int | None
    conversion_high_bp: int | None
    verdict: LiftVerdict
    reason: str
    sentence_zh: str
    sentence_en: str
    window_days: int = 0
    measured_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """What came of a campaign's messages on one channel.

    `buyers`, `orders` and `amount_fen` (net of refunds) are of orders credited to them. `left` counts customers who
    wanted no more messages there within seven days of one. `cost_fen` is an estimate by the price of those sent last;
    None where the channel has no price, or is not set up any more.
    """

    channel: str
    planned: int
    sent: int
    delivered: int
    opened: int
    failed: int
    buyers: int
    orders: int
    amount_fen: int
    left: int
    cost_fen: int | None = None


@dataclass(frozen=True, slots=True)
class OrdersCredited:
    """Orders were credited (notice)."""

    credit_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CreditsReduced:
    """Less of these credits counts than before: refunds, or the credit was withdrawn (notice)."""

    credit_ids: tuple[UUID, ...]


class NoVerdict(NotFound):
    code = "attribution.no_verdict"
    zh = "该订单尚未归因"
    en = "The order has not been attributed yet"
