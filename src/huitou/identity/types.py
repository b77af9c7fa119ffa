"""Customers, their identifiers, what resolution takes and gives, notices and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from huitou.base.db import ReadTx
from huitou.base.ports import Port
from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.kernel.personal import Personal

Grade = Literal["A", "B", "C"]
"""A: stable, connects customers. B: stable inside its scope. C: a hint, connects nobody."""

Quarantine = Literal["shared_phone", "store_phone", "conflict_unionid", "recycled_phone"]
"""Why an identifier speaks for nobody."""


@dataclass(frozen=True, slots=True)
class Customer:
    """One person. `merged_into` is the customer who answers for this one now."""

    id: UUID
    ordinal: int
    created_at: datetime
    merged_into: UUID | None
    state: Literal["live", "forgotten"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of a customer and why we believe it (`source`, log `position`)."""

    id: int
    kind: str
    scope: str
    value: Personal
    tail: str | None
    grade: Grade
    is_verified: bool
    quarantine: Quarantine | None
    source: str
    position: int | None
    linked_at: datetime
    customer_id: UUID
    """The customer it was linked to first; a merge does not change it."""


@dataclass(frozen=True, slots=True)
class Merging:
    """A merge that happened: by evidence of the event at `position`, or `by` a person."""

    id: UUID
    winner_id: UUID
    loser_id: UUID
    reason: str
    position: int | None
    identifier_ids: list[int]
    evidence: Any
    at: datetime
    by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """An identifier that went from one customer to another without a merge."""

    identifier_id: int
    from_id: UUID
    to_id: UUID
    reason: Literal["phone_verified", "split"]
    position: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One of the customers under a root, and under whom it was merged."""

    id: UUID
    ordinal: int
    merged_into: UUID | None


class Given(Struct, frozen=True, gc=False):
    """Whose an event is: the customer it was given to, and who answers for that one now."""

    position: int
    first_customer_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Clustered:
    """An identifier (by its keyed hash) and the customer who has it now."""

    blind: bytes
    kind: str
    scope: str
    grade: Grade
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Policy:
    """The merchant's rule. Fields left out keep their default."""

    shared_after: int = 3
    """So many different cards, unionids or accounts of one kind on one phone make it nobody's."""
    verified_phone_merges: bool = True
    """False: a phone is a hint, even when a code has proven it."""
    silence_months: int = 0
    """A verified phone that comes with another unionid or card after so long is taken for a number
    given to somebody else. 0: never."""
    grades: Mapping[str, Grade] = field(default_factory=dict)
    """By kind, or `kind@scope` for one channel: A and B connect, C is a hint."""


# Likeness: records about people, compared.


@dataclass(frozen=True, slots=True)
class Person:
    """What a record says of a person, fields by their meaning; every field may be missing."""

    id: int
    name: str | None = None
    """Whole, where its parts are not known."""
    given: str | None = None
    surname: str | None = None
    birth: str | None = None
    """A date in any usual order."""
    month: str | None = None
    """Of birth, where no more is known."""
    gender: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    home: str | None = None
    """Where they usually buy."""
    phone: str | None = None
    email: str | None = None
    number: str | None = None
    """Of a document or card that others do not share."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How two records agree in a field; `bits` speak for (above 0) or against the same person."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records (`one` < `other`), the bits of evidence, and the probability they amount to."""

    one: int
    other: int
    bits: float
    probability: float
    compared: tuple[Compared, ...]


# Review: what a person looks at and decides.


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two customers (the older first) who may be one. `evidence`: `[field, level, weight]` each.

    Weights are hundredths of bits.
    """

    id: UUID
    one_id: UUID
    other_id: UUID
    probability_bp: int
    weight: int
    evidence: Any
    state: Literal["open", "accepted", "rejected"]
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Suggestions of a probability from `from_bp` up to the next band, counted."""

    from_bp: int
    open: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Run:
    """Long work: a comparison of the base, a rule foreseen or applied. `done` of `total` records or
    events."""

    id: UUID
    kind: Literal["compare", "apply", "preview"]
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int
    result: dict[str, Any]
    queued_at: datetime
    ended_at: datetime | None
    by: str


COMPARED_MAX = 1_000_000
"""Customers compared at once: a comparison holds its records in memory."""
PEOPLE: Port[Callable[[ReadTx, int], list[Person]]] = Port("identity.people")
"""What is known of up to so many customers who answer for themselves, those seen last first. The id
is the ordinal. Wiring binds the room that keeps profiles."""


# Notices


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """For each `(winner, loser)`: what was the loser's is the winner's from now on.

    The winner answers for itself and for everyone merged into it; both are canonical at the time
    of the batch, so a loser appears once.
    """

    pairs: tuple[tuple[UUID, UUID], ...]


@dataclass(frozen=True, slots=True)
class CustomersSplit:
    """`other_id` is a customer of its own again, apart from `customer_id`.

    `identity.resolved_now` and `identity.reads.positions_of` tell which events are whose now.
    """

    customer_id: UUID
    other_id: UUID


@dataclass(frozen=True, slots=True)
class CustomerForgotten:
    """Everything personal of `customer_id` is to be removed; `member_ids` were merged into it."""

    customer_id: UUID
    member_ids: tuple[UUID, ...]


# Refusals


class NoSuchCustomer(NotFound):
    code = "identity.no_such_customer"
    zh, en = "没有找到这位客户", "There is no such customer"


class BadIdentifier(Invalid):
    code = "identity.bad_identifier"
    zh = "标识格式应为 kind:value[@scope]，例如 phone:13800000000"
    en = "An identifier is written kind:value[@scope], for example phone:13800000000"


class SameCustomer(Conflict):
    code = "identity.same_customer"
    zh, en = "这两位已经是同一位客户", "The two are the same customer already"


class NotTheirs(Invalid):
    code = "identity.not_theirs"
    zh = "要拆分的标识不属于这位客户"
    en = "An identifier to split off does not belong to this customer"


class NothingLeft(Invalid):
    code = "identity.nothing_left"
    zh = "拆分后双方都要至少保留一个标识"
    en = "Each side must keep at least one identifier"


class NoSuchMerging(NotFound):
    code = "identity.no_such_merging"
    zh, en = "没有找到可以撤销的合并", "There is no such merge to undo"


class AlreadyForgotten(Conflict):
    code = "identity.already_forgotten"
    zh, en = "这位客户已被遗忘", "This customer has been forgotten"


class NoSuchSuggestion(NotFound):
    code = "identity.no_such_suggestion"
    zh, en = "没有找到这条重复提示", "There is no such suggestion"


class NotOpen(Conflict):
    code = "identity.not_open"
    zh, en = "这条提示已经处理过了", "This suggestion has been decided already"


class NotDecided(Conflict):
    code = "identity.not_decided"
    zh, en = "这条提示还没有处理，无需撤销", "This suggestion has not been decided: nothing to undo"


class NoSuchRun(NotFound):
    code = "identity.no_such_run"
    zh, en = "没有找到这次任务", "There is no such run"


class Applying(Conflict):
    code = "identity.applying"
    zh, en = "另一条识别规则正在应用，请稍后再试", "Another rule is being applied; try again later"


class BadPolicy(Invalid):
    code = "identity.bad_policy"
    zh, en = "识别规则不合法：{reason}", "The rule is not valid: {reason}"


class LogIncomplete(Conflict):
    code = "identity.log_incomplete"
    zh = "早期事件已按保留期删除，无法按新规则重新识别"
    en = "Early events were deleted by retention: the log cannot be resolved anew"


class NotQuarantined(NotFound):
    code = "identity.not_quarantined"
    zh, en = "这个标识没有被停用", "This identifier is not quarantined"
