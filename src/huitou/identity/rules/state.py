"""What resolution takes and gives. Customers are named by their ordinals here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from huitou.identity.types import Grade, Quarantine


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
    at: datetime | None = None
    """When it occurred."""


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
    seen_at: datetime | None = None
    """Of a phone: when it was seen last, to the month."""


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
    lifted: frozenset[int] = frozenset()
    """Identifiers whose quarantine a person has lifted: no rule puts them back."""


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
