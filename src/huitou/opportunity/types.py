"""Opportunities, the lists they are shown in, and what the forecast takes and gives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from huitou.kernel.errors import NotFound
from huitou.kernel.personal import Personal

Kind = Literal["repurchase_due"]
ListName = Literal["predicted", "best_now"]
State = Literal["open", "taken", "won", "expired"]
LISTS: tuple[ListName, ...] = get_args(ListName)
KIND: Kind = "repurchase_due"


@dataclass(frozen=True, slots=True)
class CategoryHistory:
    """A customer's purchases of one category: orders, first and last, money net of refunds."""

    count: int
    first: datetime
    last: datetime
    paid_fen: int


@dataclass(frozen=True, slots=True)
class CategoryPrior:
    """What is usual in the category: the mean days between two purchases of a customer."""

    cycle_days: float


@dataclass(frozen=True, slots=True)
class Due:
    """A customer is due: score in basis points, the window, and the facts behind it."""

    score_bp: int
    expected_fen: int
    cycle_days: int
    due_from: datetime
    due_to: datetime
    expected_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides whether a contact is likely to be answered."""

    is_contactable: bool
    contacted_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """The facts a shop person is told, kept as JSON."""

    cycle_days: int
    order_count: int
    last_paid_at: datetime
    typical_fen: int
    expected_at: datetime


@dataclass(frozen=True, slots=True)
class Prior:
    """What was last computed of a category."""

    category_code: str
    cycle_days: float
    customer_count: int
    popular_skus: list[str]
    complement_sku: str | None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One customer and category with what the score needs; streamed by customer."""

    customer_id: UUID
    category_code: str
    order_count: int
    first_paid_at: datetime
    last_paid_at: datetime
    paid_fen: int
    is_contactable: bool
    contacted_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """An opportunity a refresh found."""

    customer_id: UUID
    category_code: str
    due: Due
    best_bp: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity. Money in fen, scores in basis points, `reason` as in `Reason`."""

    id: UUID
    kind: Kind
    customer_id: UUID
    customer_ordinal: int
    category_code: str
    category_name: str
    category_name_en: str
    staff_id: UUID | None
    unit_id: UUID | None
    score_bp: int
    best_bp: int
    expected_fen: int
    reason: Any
    skus: list[str]
    opened_at: datetime
    due_from: datetime
    due_to: datetime
    expires_at: datetime
    state: State
    name_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An opportunity for people: the reason as a sentence, the name masked."""

    id: UUID
    kind: Kind
    customer_id: UUID
    customer_ordinal: int
    name: Personal | None
    associate_id: UUID | None
    unit_id: UUID | None
    category_code: str
    category_name: str
    category_name_en: str
    score_bp: int
    best_bp: int
    expected_fen: int
    reason: Any
    reason_zh: str
    reason_en: str
    skus: list[str]
    opened_at: datetime
    due_from: datetime
    due_to: datetime
    expires_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class OpenCandidate:
    """A customer's best open opportunity in a list."""

    customer_id: UUID
    opportunity_id: UUID
    score_bp: int


@dataclass(frozen=True, slots=True)
class KindSummary:
    """A list and what is in it, in the asker's scope; counts are of customers."""

    kind: ListName
    title_zh: str
    title_en: str
    meaning_zh: str
    meaning_en: str
    count: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    open: int
    expired: int


class NoSuchOpportunity(NotFound):
    code = "opportunity.none"
    zh, en = "没有找到这个商机", "There is no such opportunity"
