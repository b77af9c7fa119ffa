"""Orders, refunds, totals, and what others hear of them.

Money in fen, quantities in thousandths.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from huitou.kernel.personal import Personal

Name = TypeVar("Name", bound=str)
Stage = Literal["new", "growing", "loyal", "dormant", "lost"]

STAGE_NAMES: dict[Stage, tuple[str, str]] = {
    "new": ("新客", "New"),
    "growing": ("成长", "Growing"),
    "loyal": ("忠诚", "Loyal"),
    "dormant": ("沉睡", "Dormant"),
    "lost": ("流失", "Lost"),
}

RfmSegment = Literal[
    "champions", "potential_loyalist", "loyal", "promising", "new", "cant_lose", "at_risk",
    "need_attention", "about_to_sleep", "lost", "others",
]  # fmt: skip

RFM_SEGMENT_NAMES: dict[RfmSegment, tuple[str, str]] = {
    "champions": ("冠军客户", "Champions"),
    "potential_loyalist": ("潜力忠诚", "Potential loyalists"),
    "loyal": ("忠诚客户", "Loyal customers"),
    "promising": ("有望客户", "Promising"),
    "new": ("新近客户", "New customers"),
    "cant_lose": ("不能失去", "Can't lose them"),
    "at_risk": ("流失风险", "At risk"),
    "need_attention": ("需要关注", "Need attention"),
    "about_to_sleep": ("即将沉睡", "About to sleep"),
    "lost": ("已经流失", "Lost"),
    "others": ("其他", "Others"),
}


@dataclass(frozen=True, slots=True)
class RfmBand(Generic[Name]):
    """A segment and the scores that belong to it: lowest and highest, both included."""

    segment: Name
    r: tuple[int, int]
    f: tuple[int, int]
    m: tuple[int, int]


RFM_BANDS: tuple[RfmBand[RfmSegment], ...] = (
    RfmBand("champions", (5, 5), (5, 5), (5, 5)),
    RfmBand("potential_loyalist", (3, 5), (3, 5), (2, 5)),
    RfmBand("loyal", (2, 4), (2, 4), (2, 4)),
    RfmBand("promising", (3, 4), (1, 3), (3, 5)),
    RfmBand("new", (4, 5), (1, 3), (1, 5)),
    RfmBand("cant_lose", (1, 2), (3, 4), (4, 5)),
    RfmBand("at_risk", (1, 2), (2, 5), (4, 5)),
    RfmBand("need_attention", (1, 3), (3, 5), (3, 5)),
    RfmBand("about_to_sleep", (2, 3), (1, 3), (1, 4)),
    RfmBand("lost", (1, 1), (1, 5), (1, 5)),
)
"""The first band that holds gives the segment, `others` when none does. Source: the R package rfm
0.3.0 (MIT), documentation of `rfm_segment`."""

REUSED_NO, REFUND_TOO_LARGE = "order.reused_no", "order.refund_too_large"
"""Why an event is set aside: another order (or refund) has its number; more than was paid."""


class PaidLine(msgspec.Struct, frozen=True):
    """A line of `order.paid`; amounts are of the whole line."""

    line_no: int
    sku: str
    quantity: int
    list_fen: int
    paid_fen: int


class Paid(msgspec.Struct, frozen=True):
    """The properties of `order.paid`."""

    order_no: str
    lines: tuple[PaidLine, ...]
    paid_fen: int
    shipping_fen: int = 0


class RefundLine(msgspec.Struct, frozen=True):
    """A line of `order.refunded`."""

    line_no: int
    quantity: int
    refund_fen: int


class Refunded(msgspec.Struct, frozen=True):
    """The properties of `order.refunded`."""

    order_no: str
    refund_no: str
    refund_fen: int
    lines: tuple[RefundLine, ...] = ()


class Reviewed(msgspec.Struct, frozen=True):
    """What is kept of the properties of `order.reviewed`; the words are not."""

    order_no: str | None = None
    rating: int | None = None
    line_no: int | None = None
    service_rating: int | None = None
    reasons: tuple[str, ...] = ()
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An `order.paid` ready to be kept."""

    id: UUID
    position: int
    unit_id: UUID
    source: str
    customer_id: UUID | None
    paid_at: datetime
    paid: Paid
    content: bytes


@dataclass(frozen=True, slots=True)
class NewRefund:
    """An `order.refunded`, new or taken from those that waited."""

    position: int
    unit_id: UUID
    refunded_at: datetime
    refunded: Refunded


@dataclass(frozen=True, slots=True)
class LineLeft:
    """What can still be refunded of a line."""

    quantity: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Refundable:
    """An order as refunds see it. `refunds` holds those already applied, by their numbers."""

    order_id: UUID
    left_fen: int
    lines: dict[int, LineLeft]
    refunds: dict[str, NewRefund]


@dataclass(frozen=True, slots=True)
class Settled:
    """`applied` in the order of positions; `refused` as (position, code)."""

    applied: list[NewRefund]
    refused: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """Days since the last order: active below `active_days`, lost from `lost_days` on."""

    active_days: int = 60
    lost_days: int = 180
    loyal_orders: int = 5


@dataclass(frozen=True, slots=True)
class PaidOrder:
    order_id: UUID
    position: int
    customer_id: UUID | None
    unit_id: UUID
    paid_at: datetime
    paid_fen: int
    shipping_fen: int


@dataclass(frozen=True, slots=True)
class Spent(PaidOrder):
    """An order and what was given back of it, when and how much, in the order of time."""

    refunded_fen: int
    refund_ats: list[datetime]
    refund_fens: list[int]


@dataclass(frozen=True, slots=True)
class OrderRefund:
    """`lines` is a list of {line_no, quantity, refund_fen}; `position` is that of the refund."""

    refund_id: UUID
    order_id: UUID
    customer_id: UUID | None
    refund_fen: int
    lines: list[dict[str, int]]
    at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Review:
    """Stars 1..5 given at `position` of the log."""

    position: int
    unit_id: UUID
    order_no: str | None
    line_no: int | None
    rating: int | None
    service_rating: int | None
    reasons: list[str]
    staff_id: UUID | None
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRow(Review):
    """A review as managers read it; `staff_*` is the associate whose service was rated. `order_id`
    is None for an order not seen."""

    unit_name: str
    order_id: UUID | None
    customer_id: UUID | None
    customer_name: Personal | None
    staff_name: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    order_id: UUID
    line_no: int
    sku: str
    product_name: str
    category_code: str
    quantity: int
    list_fen: int
    paid_fen: int
    refunded_quantity: int
    refunded_fen: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order without its lines."""

    id: UUID
    unit_id: UUID
    unit_name: str
    order_no: str
    source: str
    customer_id: UUID | None
    paid_at: datetime
    paid_fen: int
    shipping_fen: int
    refunded_fen: int
    line_count: int


@dataclass(frozen=True, slots=True)
class Order(OrderRow):
    """An order with its lines, as shown."""

    lines: list[OrderLine]


@dataclass(frozen=True, slots=True)
class Total:
    """A customer's running totals; `paid_fen` is net of refunds. Scores 1..5, 5 is best."""

    customer_id: UUID
    order_count: int
    paid_fen: int
    refunded_fen: int
    first_paid_at: datetime
    last_paid_at: datetime
    stage: Stage
    r: int | None
    f: int | None
    m: int | None
    share_before_bp: int | None


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """A customer's purchases of one category; quantity and money net of refunds."""

    customer_id: UUID
    category_code: str
    order_count: int
    quantity: int
    paid_fen: int
    first_paid_at: datetime
    last_paid_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerTotals:
    """`total` is None for a customer who has not bought."""

    customer_id: UUID
    total: Total | None
    stage_zh: str | None
    stage_en: str | None
    rfm_segment: RfmSegment | None
    rfm_segment_zh: str | None
    rfm_segment_en: str | None
    categories: list[CategoryTotal]


@dataclass(frozen=True, slots=True)
class ScoredGroup:
    """All customers with the same three scores; `paid_fen` is net of refunds."""

    r: int
    f: int
    m: int
    customer_count: int
    order_count: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class RfmSegmentTotal:
    """What a segment's customers bought: orders, net spend, and that per order (0 without one)."""

    segment: RfmSegment
    name_zh: str
    name_en: str
    customer_count: int
    order_count: int
    paid_fen: int
    avg_order_fen: int


@dataclass(frozen=True, slots=True)
class DaySales:
    """A unit's local day. Refunds belong to the day they were given. Net is paid - refunded."""

    unit_id: UUID
    day: date
    order_count: int
    customer_count: int
    paid_fen: int
    refunded_fen: int


@dataclass(frozen=True, slots=True)
class StaffSales:
    """What the customers in a staff member's book bought, at any unit, net of their refunds."""

    staff_id: UUID
    order_count: int
    customer_count: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class CustomerSales:
    """Orders paid in a span, and their money net of what was refunded of them to date."""

    customer_id: UUID
    order_count: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class OrdersPaid:
    """Notice: these orders (≤1,000) are new."""

    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class OrdersRefunded:
    """Notice: these refunds (≤1,000) were applied."""

    refund_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TotalsMoved:
    """Notice: orders of these customers (≤1,000) came or went, or count in other categories now."""

    customer_ids: tuple[UUID, ...]
