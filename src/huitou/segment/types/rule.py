"""Rules as trees.

A rule is `{"v": 1, "all" | "any": [node, …]}`; a node is such a group, `{"not": node}` or a leaf
told by its `kind`. Unknown fields are refused with their path. Money in fen, quantities in
thousandths, days are spans of 24 hours back from now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

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


class Nth(Strict, frozen=True, tag_field="kind", tag="nth"):
    """The n-th event of a type that there ever was, from the first (1, 2 …) or from the last (-1, -2 …), has these details and is in the
    window. Events of one moment share a place; orders are events `order.paid`."""

    type: Code
    n: Annotated[int, msgspec.Meta(ge=-100, le=100)]
    where: EventWhere = EventWhere()
    window: Window = Window()


Span = Annotated[int, msgspec.Meta(ge=-365, le=365)]


class Anniversary(Strict, frozen=True, tag_field="kind", tag="anniversary"):
    """An anniversary (any, or that of so many years) is on one of these days of the merchant's calendar, from today on: 0 is today, -1 was
    yesterday. That of a 29 February is on 1 March where there is none."""

    of: Literal["joined", "first_paid"]
    from_days: Span
    to_days: Span
    years: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class InSegment(Strict, frozen=True, tag_field="kind", tag="segment"):
    """Members of another segment, by its rule of now."""

    id: UUID


class Sample(Strict, frozen=True, tag_field="kind", tag="sample"):
    """A fixed share (0–1) of all customers, drawn by the salt."""

    share: Annotated[float, msgspec.Meta(ge=0, le=1)]
    salt: Code


Leaf = Purchase | Event | Nth | Anniversary | Trait | Tag | Consent | Sequence | InSegment | Sample


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
