"""Customers, their identifiers, what resolution takes and gives, notices and refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.kernel.personal import Personal

Grade = Literal["A", "B", "C"]
"""A: stable, connects customers. B: stable inside its scope. C: a hint, connects nobody."""

Quarantine = Literal["shared_phone", "store_phone", "conflict_unionid"]
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


@dataclass(frozen=True, slots=True)
class Given:
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
    """`shared_after`: so many different cards, unionids or accounts of one kind on one phone."""

    shared_after: int = 3


# What resolution takes. Customers are named by their ordinals here.


@dataclass(frozen=True, slots=True)
class Sighted:
    """An identifier in an event."""

    id: int
    kind: str
    scope: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event as far as identity reads it."""

    position: int
    source: str
    identifiers: Sequence[Sighted]


@dataclass(frozen=True, slots=True)
class Link:
    """An identifier belongs to a customer; with a quarantine it speaks for nobody."""

    identifier_id: int
    kind: str
    scope: str
    customer: int | None
    grade: Grade
    is_verified: bool
    source: str
    position: int | None
    quarantine: Quarantine | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What all customers under one root have together."""

    is_strong: bool = False
    """Holds, or once held, an identifier better than a typed phone."""
    unionid_scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Use:
    """A phone was given together with another identifier."""

    phone_id: int
    other_id: int
    kind: str
    scope: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything earlier batches left that can matter to this one."""

    next_ordinal: int = 1
    links: Mapping[int, Link] = field(default_factory=dict)
    roots: Mapping[int, int] = field(default_factory=dict)
    """Customer → the customer who answers for it (itself when not merged)."""
    standings: Mapping[int, Standing] = field(default_factory=dict)
    uses: Sequence[Use] = ()
    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs of roots that a person has split: evidence alone does not join them again."""
    store_phones: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Merge:
    """`loser` goes under `winner` because the event at `position` showed `identifiers` together."""

    winner: int
    loser: int
    position: int
    identifiers: tuple[int, int]
    reason: Literal["together", "phone_verified"]


@dataclass(frozen=True, slots=True)
class Moved:
    """A typed phone went to the customer who verified it, without a merge."""

    identifier_id: int
    from_customer: int
    to_customer: int
    position: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    identifier_id: int
    reason: Quarantine
    position: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """The event at `position` is of `customer`, decided by identifier `via_id`."""

    position: int
    customer: int
    via_id: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a batch changes. `links` holds the last state of every link it touched."""

    created: Sequence[int]
    links: Sequence[Link]
    merges: Sequence[Merge]
    moves: Sequence[Moved]
    quarantined: Sequence[Quarantined]
    assigned: Sequence[Assigned]
    uses: Sequence[Use]
    strong: frozenset[int]
    """Customers that got their first identifier better than a typed phone."""


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
