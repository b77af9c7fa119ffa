"""Findings, recommended tags, and tags as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, NotFound

Kind = Literal["category", "price", "novelty", "daypart", "weekend"]
RecommendationState = Literal["open", "accepted", "dismissed"]

TRAIT = "tendency"
"""The trait that holds a customer's findings, as a list of `kind:value`."""

DAYPARTS: dict[str, tuple[str, str]] = {
    "morning": ("早上（5–11 点）", "in the morning (5–11)"),
    "noon": ("中午（11–14 点）", "at noon (11–14)"),
    "afternoon": ("下午（14–17 点）", "in the afternoon (14–17)"),
    "evening": ("晚上（17–22 点）", "in the evening (17–22)"),
    "night": ("深夜（22–5 点）", "at night (22–5)"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """When a customer's habit is a finding: in at least `hits_min` of their orders or lines, at
    least `lift_min_bp` of everybody's share, and so sure. When findings recommend a tag: of at
    least `customers_min` customers. A product is new for `new_days` after its first sale."""

    hits_min: int = 3
    lift_min_bp: int = 15_000
    confidence_min_bp: int = 9_000
    customers_min: int = 5
    new_days: int = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """`hits` of `total`, where everybody's share is `base_bp`."""

    customer_id: UUID
    kind: Kind
    value: str
    hits: int
    total: int
    base_bp: int
    confidence_bp: int


@dataclass(frozen=True, slots=True)
class Habit:
    """Why a customer may be called something, in words."""

    kind: Kind
    value: str
    tag_zh: str
    tag_en: str
    evidence_zh: str
    evidence_en: str
    confidence_bp: int


@dataclass(frozen=True, slots=True)
class Found:
    """A recommendation as kept: the findings of `customer_count` customers together."""

    id: UUID
    kind: Kind
    value: str
    state: RecommendationState
    customer_count: int
    hits: int
    total: int
    base_bp: int
    confidence_bp: int
    found_at: datetime
    tag_id: UUID | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommended tag with its evidence. `confidence_bp` is the mean of its customers'."""

    id: UUID
    kind: Kind
    value: str
    state: RecommendationState
    name_zh: str
    name_en: str
    evidence_zh: str
    evidence_en: str
    customer_count: int
    confidence_bp: int
    found_at: datetime
    tag_id: UUID | None


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag as listed. One outside the library has no `id`: somebody, a file or a source set it."""

    id: UUID | None
    name: str
    group: str
    segment_id: UUID | None
    units: list[str]
    version: int | None
    sources: list[str]
    customer_count: int


class NoRecommendation(NotFound):
    code = "tag.no_recommendation"
    zh, en = "没有这个推荐标签", "There is no such recommended tag"


class Decided(Conflict):
    code = "tag.decided"
    zh, en = "这个推荐已经处理过了", "This recommendation was decided already"
