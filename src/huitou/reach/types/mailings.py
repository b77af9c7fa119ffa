"""A mailing: one content for many customers, decided about in sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, Field
from pyroaring import BitMap

from huitou.benefit.types.documents import Part
from huitou.kernel.errors import NotFound
from huitou.kernel.personal import Personal
from huitou.reach.types.policies import Cap, Name

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

BUCKET = 1 << 16
"""Customers whose ordinals lie in one bucket are reserved, and locked, together."""

State = Literal["deciding", "reserving", "reserved", "done", "stopped"]

UNKNOWN_ORDER_FEN = 10_000
"""What an order is taken for before anybody has bought."""
WAITING = ("cap", "channel_cap", "outranked_by")
"""Whoever is left out for these may get it later."""


class Way(Part):
    """A channel that a mailing may go by. `cost_fen`: of a thousand messages; `share_bp`: the part of an average order
    that a message this way is expected to bring."""

    channel: Name
    cost_fen: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    share_bp: Annotated[int, Field(ge=0, le=10_000)] = 100


class MailingPlan(Part):
    """What goes to whom. `ways` in the order of preference. A budget is spent where it brings most. Of mailings that
    are decided about together the higher `priority` goes first. Nothing goes before `not_before`."""

    content_key: Annotated[str, Field(min_length=1, max_length=200)]
    ways: Annotated[tuple[Way, ...], Field(min_length=1, max_length=6, strict=False)]
    category: Name = "promotion"
    budget_fen: Annotated[int, Field(ge=0)] | None = None
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    not_before: Annotated[AwareDatetime, Field(strict=False)] | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How many more messages a cap leaves each candidate at the moment of one way. `of` is the channel, category or campaign that it counts alone; `begins`
    a calendar's day, week or month, None of a rolling window."""

    cap: Cap
    of: str
    begins: datetime | None
    left: Ints


@dataclass(frozen=True, slots=True)
class WayFacts:
    """What the gate asks about one way, a row a candidate in each array.

    `opens_at` is when a message of this way would go, and `is_quiet` whether quiet hours forbid it altogether.
    """

    channel: str
    opens_at: datetime
    is_quiet: bool
    is_on: bool
    has_consent: Mask
    is_opted_out: Mask
    is_suppressed: Mask
    has_address: Mask
    rooms: Sequence[Room]

    @property
    def is_over(self) -> Mask:
        """Whether one more would be too many for a cap that all channels share."""
        return self._is_over(is_own=False)

    @property
    def is_over_own(self) -> Mask:
        """Whether one more would be too many for the channel's own caps."""
        return self._is_over(is_own=True)

    def _is_over(self, *, is_own: bool) -> Mask:
        found = np.zeros(len(self.has_consent), bool)
        for room in self.rooms:
            if (room.cap.scope == "channel") == is_own:
                found |= room.left < 1
        return found


@dataclass(frozen=True, slots=True)
class Crowd:
    """Candidates by ordinal, ascending, and what is known of each whatever the way."""

    ordinals: Ints
    is_forgotten: Mask
    is_under_14: Mask
    has_same_content: Mask
    ways: tuple[WayFacts, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is held for a customer."""

    customer_id: UUID
    ordinal: int
    channel: str


@dataclass(frozen=True, slots=True)
class Held:
    """Places that another mailing holds in a bucket, as messages that will count at `at`."""

    mailing_id: UUID
    round_id: UUID | None
    campaign_id: UUID | None
    content_key: str
    category: str
    channel: str
    at: datetime
    people: BitMap


@dataclass(frozen=True, slots=True)
class Tally:
    """So many with an outcome: `reserved`, `sent`, or the code of why not, with the channel that came nearest."""

    outcome: str
    channel: str
    count: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Another mailing that was decided about together with one, and how many of those outranked there have a place here."""

    mailing_id: UUID
    campaign_id: UUID | None
    count: int


@dataclass(frozen=True, slots=True)
class MailingShown:
    """How far a mailing is, and what was decided, most first. The counts come to `candidates`."""

    id: UUID
    campaign_id: UUID | None
    state: State
    candidates: int
    tallies: list[Tally]
    rivals: list[Rival]
    at: datetime
    decided_at: datetime | None
    reserved_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailingPerson:
    """Somebody with an outcome, and the channel that came nearest; of who was outranked, the campaign that has the place."""

    customer_id: UUID
    customer_ordinal: int
    name: Personal | None
    channel: str
    outcome: str
    zh: str
    en: str
    outranked_by: UUID | None


@dataclass(frozen=True, slots=True)
class MailingReserved:
    """Notice: the places of a mailing are held; its messages can be made."""

    mailing_id: UUID


class NoMailing(NotFound):
    code = "reach.no_mailing"
    zh, en = "没有这次群发", "There is no such mailing"
