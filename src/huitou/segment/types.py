"""Rules as trees, segments, answers, refusals.

A rule is `{"v": 1, "all" | "any": [node, …]}`; a node is such a group, `{"not": node}` or a leaf
told by its `kind`. Unknown fields are refused with their path. Money in fen, quantities in
thousandths, days are spans of 24 hours back from now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from huitou.kernel.errors import Conflict, Invalid, NotFound

DEPTH_MAX = 8
LEAVES_MAX = 60
VALUES_MAX = 500
SAMPLE_COUNT = 20
RULE_VERSION = 1

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Codes = Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=VALUES_MAX)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3_660)]
Number = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]
Scalar = Number | bool | Annotated[str, msgspec.Meta(max_length=200)]
Values = Annotated[
    tuple[Number | bool | Annotated[str, msgspec.Meta(max_length=200)], ...],
    msgspec.Meta(min_length=1, max_length=VALUES_MAX),
]
Range = Annotated[tuple[Number, ...], msgspec.Meta(min_length=2, max_length=2)]
"""Both ends included. A tuple of fixed length here makes msgspec 0.22 crash in garbage collection."""
Comparison = Literal["=", "!=", ">", ">=", "<", "<=", "between"]
Op = Literal[
    "=", "!=", ">", ">=", "<", "<=", "between",
    "in", "not_in", "contains", "not_contains", "known", "unknown",
]  # fmt: skip
Agg = Literal["count", "sum_fen", "quantity", "days_since_last"]
EventAgg = Literal["count", "days_since_last"]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Unknown fields are refused; nothing is converted."""


class Window(Strict, frozen=True, rename={"from_": "from"}):
    """`{"last_days": n}`, `{"from": day, "to": day}` (both included, either may lack) or
    `{"ever": true}`; no window is ever, too."""

    last_days: Days | None = None
    from_: date | None = None
    to: date | None = None
    ever: Literal[True] | None = None


class PurchaseWhere(Strict, frozen=True):
    """All given fields hold; within one, any value. A unit stands for its subtree."""

    category: Codes | None = None
    sku: Codes | None = None
    unit: Codes | None = None
    channel: Codes | None = None


class EventWhere(Strict, frozen=True):
    """All given fields hold; within one, any value. Category and SKU are of the event's product."""

    category: Codes | None = None
    sku: Codes | None = None
    unit: Codes | None = None


class EventMatch(Strict, frozen=True):
    """Which events: of a type, with details."""

    type: Code
    where: EventWhere = EventWhere()


class Purchase(Strict, frozen=True, tag_field="kind", tag="purchase"):
    """A figure over a customer's purchases, refunds taken off: orders (`count`), `sum_fen`,
    `quantity`, or days since the last one. Who never bought has 0, and no days at all."""

    agg: Agg
    op: Comparison
    value: Number | Range
    where: PurchaseWhere = PurchaseWhere()
    window: Window = Window()


class Event(Strict, frozen=True, tag_field="kind", tag="event"):
    """A figure over a customer's events of one type."""

    type: Code
    agg: EventAgg
    op: Comparison
    value: Number | Range
    where: EventWhere = EventWhere()
    window: Window = Window()


class Trait(Strict, frozen=True, tag_field="kind", tag="trait"):
    """What we know of a customer. What is not known meets only `unknown`."""

    name: Code
    op: Op
    value: Scalar | Values | None = None


class Tag(Strict, frozen=True, tag_field="kind", tag="tag"):
    name: Code


class Consent(Strict, frozen=True, tag_field="kind", tag="consent"):
    """A given and not withdrawn permission."""

    channel: Code
    purpose: Code = "marketing"


class Sequence(Strict, frozen=True, tag_field="kind", tag="sequence"):
    """After some `first` event in the window came `then` within so many days, or `then_not` did not
    (known once the days have passed)."""

    first: EventMatch
    within_days: Days
    then: EventMatch | None = None
    then_not: EventMatch | None = None
    window: Window = Window()


class InSegment(Strict, frozen=True, tag_field="kind", tag="segment"):
    """Members of another segment, by its rule of now."""

    id: UUID


class Sample(Strict, frozen=True, tag_field="kind", tag="sample"):
    """A fixed share (0–1) of all customers, drawn by the salt."""

    share: Annotated[float, msgspec.Meta(ge=0, le=1)]
    salt: Code


Leaf = Purchase | Event | Trait | Tag | Consent | Sequence | InSegment | Sample


@dataclass(frozen=True, slots=True)
class At:
    """A leaf and where it stands: `all[0].any[1]`."""

    path: str
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class All:
    """Everything holds; without nodes, everyone."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


Node = All | AnyOf | Not | At


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule's meaning depends on besides itself: the zone, and the rules it refers to."""

    zone: str
    now: datetime
    rules: Mapping[UUID, Node]


@dataclass(frozen=True, slots=True)
class Names:
    """How codes are called, for sentences. What lacks keeps its code."""

    categories: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]
    segments: Mapping[UUID, str]
    products: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LeafCount:
    """How many customers in the scope meet one leaf."""

    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of the counted have consented to marketing in each channel."""

    wecom: int
    sms: int


@dataclass(frozen=True, slots=True)
class Count:
    """`sample` holds at most 20 of the customers; `as_of` is the moment of the snapshot.
    `took_ms` is what the answer took, measured by the edge."""

    count: int
    per_leaf: list[LeafCount]
    reach: Reach
    sample: list[UUID]
    sentence: str
    as_of: datetime
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class LeafVerdict:
    """`found` is the figure the leaf looked at, None when there is none."""

    path: str
    holds: bool
    found: Any
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    customer_id: UUID
    holds: bool
    leaves: list[LeafVerdict]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment as kept."""

    id: UUID
    name: str
    rule: dict[str, Any]
    version: int
    state: str
    member_count: int
    refreshed_at: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as shown; `member_count` is of the whole merchant at `refreshed_at`."""

    id: UUID
    name: str
    rule: dict[str, Any]
    sentence: str
    version: int
    state: str
    member_count: int
    refreshed_at: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    customer_id: UUID
    ordinal: int
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A customer entered or left."""

    customer_id: UUID
    kind: Literal["entered", "left"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """A change as the customer's own history tells it."""

    segment_id: UUID
    segment_name: str
    kind: Literal["entered", "left"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A ready-made rule; `meaning` says whom it finds."""

    key: str
    name: str
    name_en: str
    meaning: str
    meaning_en: str
    rule: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeafKind:
    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A word of the rule language (operator, aggregate, event type) and how it is called."""

    op: str
    zh: str
    en: str


TraitType = Literal["number", "money", "days", "text", "choice", "flag", "set", "unit", "custom"]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TraitKind:
    """A trait that a rule may test, the operators it takes and, if closed, its values."""

    name: str
    type: TraitType
    zh: str
    en: str
    ops: tuple[Op, ...]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a rule may be made of, for the builder."""

    kinds: list[LeafKind]
    traits: list[TraitKind]
    ops: list[Operator]
    aggs: list[Operator]
    event_types: list[Operator]
    tags: list[str]


class BadRule(Invalid):
    code = "segment.bad_rule"
    zh, en = "规则在 {path} 处不正确：{reason}", "The rule is wrong at {path}: {reason}"


class UnknownTrait(Invalid):
    code = "segment.unknown_trait"
    zh, en = "规则在 {path} 处用了未知的属性 {name}", "Unknown trait {name} at {path}"


class UnknownUnit(Invalid):
    code = "segment.unknown_unit"
    zh, en = "规则在 {path} 处用了未知的门店或区域 {unit}", "Unknown unit {unit} at {path}"


class UnknownSegment(Invalid):
    code = "segment.unknown_segment"
    zh = "规则在 {path} 处引用了不存在的人群"
    en = "The segment referred to at {path} does not exist"


class RuleTooLarge(Invalid):
    code = "segment.rule_too_large"
    zh = "规则过大：最多 {leaves} 个条件、{depth} 层"
    en = "The rule is too large: at most {leaves} conditions and {depth} levels"


class Cycle(Invalid):
    code = "segment.cycle"
    zh, en = "人群之间不能循环引用", "Segments cannot refer to each other in a circle"


class NameTaken(Conflict):
    code = "segment.name_taken"
    zh, en = "已有名为「{name}」的人群", "There is already a segment named “{name}”"


class VersionConflict(Conflict):
    code = "segment.version"
    zh = "人群已被他人修改，请刷新后重试"
    en = "The segment was changed meanwhile; reload and try again"


class InUse(Conflict):
    code = "segment.in_use"
    zh = "人群「{name}」正在引用它，不能删除"
    en = "It cannot be deleted: the segment “{name}” uses it"


class NoSegment(NotFound):
    code = "segment.not_found"
    zh, en = "没有这个人群", "There is no such segment"
