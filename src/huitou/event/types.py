"""Events as they come in and as they are kept, and the refusals of intake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from huitou.kernel.errors import Invalid, TooLarge

EVENTS_MAX = 1_000
BODY_MAX_BYTES = 4 * 1024 * 1024
OWN_SOURCE = "huitou"

Fen = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Quantity = Annotated[int, msgspec.Meta(gt=0, le=10**10)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Stars = Annotated[int, msgspec.Meta(ge=1, le=5)]
Reason = Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,32}$")]


class Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Unknown fields are refused; `false` is not 0."""


class IdentifierIn(Strict, frozen=True):
    kind: ShortText
    value: Text
    scope: ShortText | None = None
    verified: bool = False


class EventIn(Strict, frozen=True):
    """One event as sent. `properties` are checked against the type's own model."""

    id: Text
    type: ShortText
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)]
    source: ShortText
    properties: dict[str, Any] = {}
    unit: ShortText | None = None
    identifiers: Annotated[list[IdentifierIn], msgspec.Meta(max_length=20)] = []


class Batch(Strict, frozen=True):
    events: list[msgspec.Raw]


class OrderLine(Strict, frozen=True):
    """Amounts are of the whole line; `quantity` in thousandths."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    sku: ShortText
    quantity: Quantity
    list_fen: Fen
    paid_fen: Fen


class OrderPaid(Strict, frozen=True):
    order_no: ShortText
    lines: Annotated[list[OrderLine], msgspec.Meta(min_length=1, max_length=500)]
    paid_fen: Fen
    shipping_fen: Fen = 0


class RefundLine(Strict, frozen=True):
    line_no: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    quantity: Annotated[int, msgspec.Meta(ge=0, le=10**10)]
    refund_fen: Fen


class OrderRefunded(Strict, frozen=True):
    order_no: ShortText
    refund_no: ShortText
    lines: Annotated[list[RefundLine], msgspec.Meta(max_length=500)]
    refund_fen: Annotated[int, msgspec.Meta(gt=0, le=10**12)]
    shipping_fen: Fen = 0


class OrderReviewed(Strict, frozen=True):
    """`service_rating` is of the associate with the code `staff`; `reasons` are codes, never words.

    What came later is left out when it is not given: an event sent again after an upgrade is still
    the same text."""

    order_no: ShortText
    rating: Stars
    line_no: int | None = None
    service_rating: Stars | msgspec.UnsetType = msgspec.UNSET
    reasons: Annotated[list[Reason], msgspec.Meta(max_length=8)] | msgspec.UnsetType = msgspec.UNSET
    staff: ShortText | msgspec.UnsetType = msgspec.UNSET


class ProductSeen(Strict, frozen=True):
    sku: ShortText
    link: ShortText | None = None


class CartAdded(Strict, frozen=True):
    sku: ShortText
    quantity: Quantity = 1000


class LinkOpened(Strict, frozen=True):
    link: ShortText


class ContactAdded(Strict, frozen=True):
    staff: ShortText
    state: ShortText | None = None
    code: ShortText | None = None


class ContactRemoved(Strict, frozen=True):
    staff: ShortText
    by: Annotated[str, msgspec.Meta(pattern="^(customer|staff)$")] = "customer"


class ConsentChanged(Strict, frozen=True):
    channel: Annotated[
        str, msgspec.Meta(pattern="^(wecom|sms|wechat|mini|rcs|phone|webhook|email|all)$")
    ]
    purpose: Annotated[str, msgspec.Meta(pattern="^(marketing|service)$")] = "marketing"
    proof: ShortText | None = None


class Method(Strict, frozen=True):
    """How it came about: `card_bound`, `sms_code`, `parcel_card`, `counter` …"""

    method: ShortText | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that passed every check that needs no database."""

    index: int
    event: EventIn
    canonical: str
    """The same text for the same content, by which repeats are told from reuse."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is appended to the log, but for its position."""

    id: str
    source: str
    type: str
    occurred_at: datetime
    unit_id: UUID | None
    properties: dict[str, Any]
    body_hash: bytes
    """Of the content, by which a repeat is told from other content under the same id."""
    identifier_ids: Sequence[int] = ()
    """In the vault."""
    verified: Sequence[bool] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    index: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A request's events, split into good and bad."""

    accepted: list[Accepted]
    rejected: list[Rejected]
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a request."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]
    position: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something we did ourselves. `id` makes it happen once; properties hold ids and codes."""

    id: str
    type: str
    customer_id: UUID
    occurred_at: datetime
    properties: dict[str, Any]
    unit_id: UUID | None = None


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    position: int
    id: str
    source: str
    type: str
    occurred_at: datetime
    received_at: datetime
    unit_id: UUID | None
    identifier_ids: list[int]
    verified: list[bool]
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamLag:
    """How far a consumer is behind the head of the log."""

    name: str
    position: int
    behind: int
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lag:
    head: int
    streams: list[StreamLag]


@dataclass(frozen=True, slots=True)
class SetAside:
    stream: str
    position: int
    event_type: str
    source: str
    event_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What a source sent: events taken in today and in seven days (with today), and the last."""

    source: str
    today: int
    week: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class MinuteCount:
    """Events taken in within the minute that begins `at`."""

    at: datetime
    events: int


class BadBody(Invalid):
    code = "event.bad_body"
    status = 400
    zh, en = (
        "请求体不是合法的事件列表：{reason}",
        "The body is not a valid list of events: {reason}",
    )


class BatchSize(Invalid):
    code = "event.batch_size"
    zh, en = "一次须提交 1 到 1000 个事件", "Send between 1 and 1,000 events at a time"


class BodyTooLarge(TooLarge):
    code = "event.body_too_large"
    zh, en = "请求体超过 4 MB", "The body is larger than 4 MB"


REJECTIONS: dict[str, tuple[str, str]] = {
    "event.malformed": ("事件格式不正确：{reason}", "The event is malformed: {reason}"),
    "event.unknown_type": ("未登记的事件类型 {type}", "Unregistered event type {type}"),
    "event.bad_properties": ("属性不正确：{reason}", "Wrong properties: {reason}"),
    "event.in_future": (
        "发生时间晚于现在 5 分钟以上",
        "It occurred more than 5 minutes in the future",
    ),
    "event.too_old": ("发生时间早于 10 年前", "It occurred more than 10 years ago"),
    "event.unit_required": ("订单类事件必须带 unit", "Order events need a unit"),
    "event.unknown_unit": ("没有编码为 {unit} 的门店", "There is no unit {unit}"),
    "event.unknown_source": ("来源 {source} 未登记", "The source {source} is not registered"),
    "event.reserved_source": ("来源 huitou 为系统保留", "The source huitou is reserved"),
    "event.unknown_identifier": ("不支持的标识类型 {kind}", "Unknown identifier kind {kind}"),
    "event.scope_required": ("标识 {kind} 必须带 scope", "The identifier {kind} needs a scope"),
    "event.scope_not_taken": ("标识 {kind} 不带 scope", "The identifier {kind} takes no scope"),
    "event.bad_identifier": (
        "标识 {kind} 的值不正确",
        "The value of identifier {kind} is not valid",
    ),
    "event.lines_do_not_sum": ("行金额之和与总额不符", "The lines do not sum to the total"),
    "event.line_repeated": ("行号重复", "A line number is repeated"),
    "event.personal_value": (
        "属性 {field} 含有个人信息，请放入 identifiers",
        "The property {field} holds a personal value; put it in identifiers",
    ),
    "event.id_reused": (
        "同一来源下该 id 已用于另一内容的事件",
        "This id was used by the source for an event with other content",
    ),
}
