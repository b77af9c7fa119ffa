"""Segments as kept and shown, and what is answered about rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from huitou.segment.types.filling import Filling


@dataclass(frozen=True, slots=True)
class Names:
    """How codes are called, for sentences. What lacks keeps its code."""

    categories: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]
    segments: Mapping[UUID, str]
    products: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)


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
class Counted:
    """What a count finds, before it is put into words; `per_leaf` by the paths of the leaves."""

    count: int
    per_leaf: dict[str, int]
    wecom: int
    sms: int
    sample: list[UUID]


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
    fill_done: int | None
    fill_whole: int | None

    @property
    def filling(self) -> Filling | None:
        """How far it is filled; None when it is whole."""
        if self.fill_done is None or self.fill_whole is None:
            return None
        return Filling(self.fill_done, self.fill_whole)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as shown; `member_count` is of the whole merchant at `refreshed_at`. `filling` is how far finding its
    members has come, null when all of them are found."""

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
    filling: Filling | None


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


class Changed(Struct, frozen=True, gc=False):
    """What the feed names: a customer, or a category that a product came to."""

    customer_id: UUID | None
    category_code: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A change as the customer's own history tells it."""

    segment_id: UUID
    segment_name: str
    kind: Literal["entered", "left"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """How far time has been followed: whom it moves up to `swept_upto` has been found, and
    `due_count` of them wait to be judged. At `checked_at` all members were last compared with
    their rules; `corrected_count` is how many did not agree, ever. It stays 0 unless something is
    wrong."""

    swept_upto: datetime
    due_count: int
    checked_at: datetime | None
    corrected_count: int


@dataclass(frozen=True, slots=True)
class SizeAt:
    """A segment had so many members, from `at` until the next is noted."""

    at: datetime
    member_count: int


@dataclass(frozen=True, slots=True)
class SizeOf:
    """The same of one among many."""

    segment_id: UUID
    at: datetime
    member_count: int


@dataclass(frozen=True, slots=True)
class DayFlow:
    """How many entered and left on a day of the merchant's zone."""

    day: date
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class History:
    """Sizes of the whole merchant, oldest first: the first may be from before the days asked for,
    the last is of now. `days` are all days asked for."""

    segment_id: UUID
    sizes: list[SizeAt]
    days: list[DayFlow]


@dataclass(frozen=True, slots=True)
class SizeHistory:
    """The sizes of one segment for a small picture, oldest first, the last of now."""

    segment_id: UUID
    sizes: list[SizeAt]


@dataclass(frozen=True, slots=True)
class SetSize:
    """How many customers in the asker's scope are in a segment."""

    segment_id: UUID
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Pair:
    """How many are in both."""

    one: UUID
    other: UUID
    count: int


@dataclass(frozen=True, slots=True)
class Region:
    """How many are in all of these segments and in none of the others asked about."""

    segments: list[UUID]
    count: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """What some segments have in common, in the asker's scope: `union` are in any, `common` in all.
    `regions` add up to `union`, the largest first; those with nobody are left out."""

    union: int
    common: int
    sets: list[SetSize]
    pairs: list[Pair]
    regions: list[Region]
