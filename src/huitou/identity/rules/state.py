"""What resolution takes and gives. Customers are named by their ordinals here.

What there are millions of is a `Struct`: made in a tenth of a dataclass's time, and no work for the
garbage collector.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from msgspec import Struct

from huitou.identity.types import Grade, Quarantine


class Sighted(Struct, frozen=True, gc=False):
    """An identifier in an event."""

    id: int
    kind: str
    scope: str
    is_verified: bool


class Heard(Struct, frozen=True, gc=False):
    """What identity reads of an event in the log."""

    position: int
    source: str
    type: str
    occurred_at: datetime
    identifier_ids: Sequence[int]
    verified: Sequence[bool]
    customer_id: str | None
    """Whom our own record names."""


class Sighting(Struct, frozen=True, gc=False):
    """An event as far as identity reads it."""

    position: int
    source: str
    identifiers: Sequence[Sighted]
    at: datetime | None = None
    """When it occurred."""
    type: str = ""


class Link(Struct, frozen=True, gc=False):
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


class Standing(Struct, frozen=True, gc=False):
    """What all customers under one root have together."""

    is_strong: bool = False
    """Holds, or once held, an identifier better than a typed phone."""
    unionid_scopes: frozenset[str] = frozenset()


class Use(Struct, frozen=True, gc=False):
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


class Merge(Struct, frozen=True, gc=False):
    """`loser` goes under `winner` because the event at `position` showed `identifiers` together."""

    winner: int
    loser: int
    position: int
    identifiers: tuple[int, int]
    reason: Literal["together", "phone_verified"]


class Moved(Struct, frozen=True, gc=False):
    """A typed phone went to the customer who verified it, without a merge."""

    identifier_id: int
    from_customer: int
    to_customer: int
    position: int


class Quarantined(Struct, frozen=True, gc=False):
    identifier_id: int
    reason: Quarantine
    position: int


class Assigned(Struct, frozen=True, gc=False):
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
